"""The plugin gets less than it needs: no descriptors, no socket, a directory with an odd name, bad options. It logs the reason or disables
itself with it, does not crash, and holds up no hook."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import unittest
from pathlib import Path
from typing import Any, Callable

from faults import CONTINUE, good_payment, hook_answered, sanitized, unharmed
from fake_host import FakeHost, pending_row
from support import BOUND, PLUGIN, Stage, die_on_sigterm

DELPAY = {"id": 1, "method": "delpay", "params": ["ab" * 32, "complete"]}


def descriptors(host: FakeHost) -> list[int]:
    return [int(name) for name in os.listdir(f"/proc/{host.child.pid}/fd")]


def leave(host: FakeHost, more: int) -> None:
    """The plugin may open so many more descriptors."""
    used = set(descriptors(host))
    free = (n for n in range(1 << 16) if n not in used)
    for _ in range(more):
        next(free)
    resource.prlimit(host.child.pid, resource.RLIMIT_NOFILE, (next(free), resource.prlimit(host.child.pid, resource.RLIMIT_NOFILE)[1]))


def plenty(host: FakeHost) -> None:
    resource.prlimit(host.child.pid, resource.RLIMIT_NOFILE, (resource.prlimit(host.child.pid, resource.RLIMIT_NOFILE)[1],) * 2)


def start(host: FakeHost, directory: str | Path, file: str) -> dict[str, Any]:
    """The result of init with such a configuration, after getmanifest."""
    host.request("getmanifest", {}, "cln:getmanifest#1")
    configuration = {"lightning-dir": str(directory), "rpc-file": file, "startup": True}
    return host.request("init", {"options": {}, "configuration": configuration})["result"]


needs_none = unittest.skipIf(sanitized(), "the sanitizer opens pipes to look at a pointer, and takes one it cannot look at for a bad one")


class Descriptors(unittest.TestCase):
    @needs_none
    def test_no_descriptor_is_left_for_the_socket(self) -> None:
        with FakeHost(rows=[pending_row(1)]) as host:
            host.request("getmanifest", {}, "cln:getmanifest#1")
            leave(host, 0)
            self.assertEqual(start(host, host.directory, "lightning-rpc"), {})
            host.wait(lambda: host.logs("unusual"), "the complaint")
            self.assertIn("too many open files", host.logs("unusual")[0])
            hook_answered(host)
            host.hook("h", DELPAY)
            self.assertEqual(host.reply("h")["result"], CONTINUE)
            plenty(host)
            host.wait_armed()
            self.assertEqual(len(host.logs("unusual")), 1, "logged once")
            unharmed(host)

    @needs_none
    def test_no_descriptor_is_left_for_reconnecting(self) -> None:
        with FakeHost(rows=[pending_row(1)]) as host:
            host.begin()
            host.wait(host.published, "the payment in flight")
            host.hang_up()
            host.wait(lambda: host.logs("unusual"), "the complaint")
            leave(host, 0)
            host.listen()
            # Hooks and the end of a payment, while it tries in vain.
            for number in range(20):
                hook_answered(host)
            host.notify("sendpay_success", host.end(host.model.table[1], "complete"))
            host.wait(lambda: host.published()[-1]["status"] == "SUCCEEDED", "success, without a socket")
            host.insert(pending_row(2))
            host.barrier()
            self.assertEqual([p["payment_index"] for p in host.published()], ["1", "1"])
            plenty(host)
            host.wait(lambda: host.published()[-1]["payment_index"] == "2", "the payment it could not see")
            host.wait_armed()
            self.assertEqual(len(host.logs("unusual")), 1, "one complaint for one outage")
            unharmed(host)

    def test_too_few_descriptors_at_the_start_are_an_error_and_no_crash(self) -> None:
        # libuv itself needs some for its loop.
        asked = b'{"jsonrpc":"2.0","id":"cln:getmanifest#1","method":"getmanifest","params":{}}'
        environment = {k: v for k, v in os.environ.items() if not k.startswith("LIGHTNINGD_")} | {"LIGHTNINGD_PLUGIN": "1"}
        served = 0
        for limit in range(3, 17):
            with self.subTest(limit=limit):
                done = subprocess.run(["sh", "-c", f'ulimit -n {limit}; exec "$0"', PLUGIN], input=asked, capture_output=True, timeout=BOUND,
                                      env=environment)
                if b"error while loading shared libraries" in done.stderr or b"Sanitizer" in done.stderr:
                    continue  # the loader failed before main
                if b"rpcmethods" in done.stdout:
                    self.assertEqual((done.returncode, done.stderr), (0, b""))
                    served += 1
                else:
                    self.assertEqual(done.returncode, 1, f"by itself, not by a signal: {done.stderr!r}")
                    self.assertRegex(done.stderr, rb"\Atrackpayments: [^\n]+\n\Z")
        self.assertGreater(served, 0)


def regular(path: Path) -> None:
    path.write_text("no socket")


def silent_socket(path: Path) -> None:
    """A socket file without a listener."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(path))


def datagrams(path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(path))


def forbidden(path: Path) -> None:
    silent_socket(path)
    path.chmod(0)


PLACES: dict[str, Callable[[Path], Any]] = {
    "nothing": lambda path: None, "a file": regular, "a directory": Path.mkdir, "a fifo": os.mkfifo, "a socket without listener": silent_socket,
    "a socket of another kind": datagrams, "a forbidden socket": forbidden, "a link to itself": lambda path: path.symlink_to(path),
    "a link to nowhere": lambda path: path.symlink_to("/no/such/place"),
}
NAMES = ["", ".", "..", "/", "/dev/null", "/dev/stdin", "/no/such/directory/lightning-rpc", "no/such/lightning-rpc", "x" * 107, "x" * 108,
         "/" + "x" * 108, "y" * 255, "z" * 256, "/" * 5000, "a\0b", "\0lightning-rpc", "lightning\n\nrpc", "lightning-rpc/", '"}]', "ñ₿"]


class Socket(unittest.TestCase):
    def without(self, host: FakeHost) -> None:
        """There is no socket: logged once, and everything that needs none works."""
        host.wait(lambda: host.logs("unusual"), "the complaint")
        self.assertIn("RPC socket: ", host.logs("unusual")[0])
        self.assertNotIn("\n", host.logs("unusual")[0])
        hook_answered(host)
        host.hook("h", DELPAY)
        self.assertEqual(host.reply("h")["result"], CONTINUE)
        host.barrier()
        self.assertEqual(len(host.logs("unusual")), 1, host.logs())

    def test_other_files_in_place_of_the_socket(self) -> None:
        for name, make in PLACES.items():
            with self.subTest(place=name), FakeHost() as host:
                host.hang_up()
                path = Path(host.directory, "lightning-rpc")
                make(path)
                self.assertEqual(start(host, host.directory, "lightning-rpc"), {})
                self.without(host)
                # Then the node creates the socket.
                path.rmdir() if name == "a directory" else path.unlink(missing_ok=True)
                host.listen()
                host.wait_armed()
                if name == "a directory":
                    good_payment(host)

    def test_socket_names_that_lead_nowhere(self) -> None:
        for name in NAMES:
            with self.subTest(name=name[:40]), FakeHost() as host:
                host.hang_up()
                result = start(host, host.directory, name)
                if "disable" in result:
                    self.assertIn("rpc-file", result["disable"])
                else:
                    self.without(host)
                self.assertEqual(host.stop(), 0)

    def test_directories_with_names_of_all_kinds(self) -> None:
        for name in ("with space", "new\nline", "quote\"s and 'apostrophes'", "back\\slash", "ñ₿🎉", "$HOME;`x`", "%s%n", "-rf", "d" * 255):
            with self.subTest(name=name[:40]), FakeHost() as host:
                host.hang_up()
                outer = host.directory
                host.directory = os.path.join(outer, name)
                os.mkdir(host.directory)
                here = os.open(host.directory, os.O_DIRECTORY)
                self.addCleanup(os.close, here)
                inside, host.directory = host.directory, f"/proc/self/fd/{here}"  # a short path to the same directory, for ourselves
                host.listen()
                self.assertEqual(start(host, inside, "lightning-rpc"), {})
                host.wait_armed()
                host.hang_up()
                host.wait(lambda: host.logs("unusual"), "the complaint")
                self.assertNotIn("\n", "".join(host.logs()))
                host.directory = outer

    def test_paths_that_are_no_directory(self) -> None:
        for directory in ("", "relative", "/no/such/place", "/dev/null", "x" * 5000, "a\0b", "/proc/1/root"):
            with self.subTest(directory=directory[:40]), FakeHost() as host:
                host.hang_up()
                result = start(host, directory, "no-such-rpc")
                if "disable" in result:
                    self.assertIn("lightning-dir", result["disable"])
                else:
                    self.without(host)
                self.assertEqual(host.stop(), 0)

    def test_a_node_in_a_directory_with_an_odd_name(self) -> None:
        stage = Stage(["--trackpayments-failed-after=0"])
        odd = stage.directory / "né \"w\"\\ '₿'"
        stage.node.directory = odd
        stage.node.network_directory = odd / "regtest"
        stage.node.log_path = stage.node.network_directory / "log"
        stage.node.stderr_path = odd / "stderr"
        for subscriber in stage.subscribers:
            subscriber.path = stage.node.network_directory / subscriber.path.name
        with stage:
            stage.wait_status(stage.pay(1_000_000, "temporary_channel_failure", "settle"), "SUCCEEDED")


class Options(unittest.TestCase):
    def test_bad_options_disable_it_with_a_reason(self) -> None:
        # As text, because Python cannot write all of them. Simpler ones: test_bad_requests.
        numbers = ["1e400", "1e3", "-0", "0.5", "18446744073709551616", "9" * 500, '"' + "9" * 500 + '"', '"1\\u0000"', '" 1"', '"+1"',
                   '"0x10"', "true", "[" * 100 + "]" * 100, '"' + "x" * 100_000 + '"', "{}", '"\\n\\n"']
        for name in ("trackpayments-failed-after", "trackpayments-retain"):
            for number in numbers:
                with self.subTest(name=name, number=number[:30]), FakeHost() as host:
                    host.request("getmanifest", {}, "cln:getmanifest#1")
                    params = f'{{"options":{{"{name}":{number}}},"configuration":{{"lightning-dir":"/","rpc-file":"x"}}}}'
                    host.raw(f'{{"jsonrpc":"2.0","id":"i","method":"init","params":{params}}}'.encode())
                    answer = host.reply("i")
                    reason = answer["error"]["message"] if "error" in answer else answer["result"]["disable"]
                    self.assertTrue(reason if "error" in answer else reason.startswith(f"{name}: should be"), answer)
                    self.assertLess(len(reason), 300)
                    hook_answered(host)
                    self.assertEqual(host.stop(), 0)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
