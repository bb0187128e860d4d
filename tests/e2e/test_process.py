"""The process: its arguments, streams of every kind, and its end."""

from __future__ import annotations

import json
import os
import pty
import socket
import stat
import subprocess
import tempfile
import unittest

from fake_host import FakeHost, ended_row, pending_row
from support import BOUND, PLUGIN, Stage, die_on_sigterm

CLEAN = {k: v for k, v in os.environ.items() if not k.startswith(("LIGHTNINGD_", "TRACKPAYMENTS_"))}
LIGHTNINGD = CLEAN | {"LIGHTNINGD_PLUGIN": "1", "LIGHTNINGD_VERSION": "v26.06.6"}
ASK = b'{"jsonrpc":"2.0","id":"cln:getmanifest#1","method":"getmanifest","params":{}}\n\n'


def run(*arguments: str, environment: dict[str, str] | None = None, **streams: object) -> subprocess.CompletedProcess[bytes]:
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
    return subprocess.run([PLUGIN, *arguments], env=environment or LIGHTNINGD, timeout=BOUND, **streams)


# On a machine where it was replaced by a file, there is no end of file.
null_device = unittest.skipUnless(stat.S_ISCHR(os.stat(os.devnull).st_mode), f"{os.devnull} of this machine is no device")


def answered(output: bytes) -> bool:
    return "rpcmethods" in json.loads(output)["result"]


class Arguments(unittest.TestCase):
    def test_help_and_version_are_printed(self) -> None:
        for argument, fragment in (("--help", b"lightning-cli plugin start"), ("-h", b"trackpayments-failed-after"),
                               ("--version", b"trackpayments ")):
            done = run(argument, stdin=subprocess.DEVNULL)
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            self.assertIn(fragment, done.stdout)

    def test_unknown_arguments_are_ignored(self) -> None:
        with FakeHost(arguments=["--developer", "--dev-debug-self", "what", "--trackpayments-failed-after=x", ""]) as host:
            host.begin()
            self.assertEqual(host.stop(), 0)


class Streams(unittest.TestCase):
    @null_device
    def test_stdin_may_be_dev_null(self) -> None:
        done = run(stdin=subprocess.DEVNULL)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))

    def test_stdin_and_stdout_may_be_files(self) -> None:
        with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as output:
            asked.write(ASK)
            asked.seek(0)
            self.assertEqual(run(stdin=asked, stdout=output).returncode, 0)
            output.seek(0)
            self.assertTrue(answered(output.read()))

    def test_stdin_may_be_a_socket(self) -> None:
        for family in (socket.AF_UNIX, socket.AF_INET):
            ours, theirs = socket.socketpair() if family == socket.AF_UNIX else tcp_pair()
            with ours, theirs:
                ours.sendall(ASK)
                ours.shutdown(socket.SHUT_WR)
                done = run(stdin=theirs)
                self.assertEqual((family, done.returncode, answered(done.stdout)), (family, 0, True))

    def test_on_a_terminal_it_prints_how_to_load_it(self) -> None:
        ours, theirs = pty.openpty()
        try:
            done = run(environment=CLEAN, stdin=theirs)
            self.assertEqual(done.returncode, 0)
            self.assertIn(b"lightningd loads it", done.stdout)
        finally:
            os.close(ours)
            os.close(theirs)

    def test_under_lightningd_a_terminal_is_a_stream(self) -> None:
        ours, theirs = pty.openpty()
        try:
            os.write(ours, ASK.strip() + b"\n\x04")  # the line, and end of file
            done = run(stdin=theirs)
            self.assertEqual((done.returncode, answered(done.stdout)), (0, True))
        finally:
            os.close(ours)
            os.close(theirs)

    @null_device
    def test_streams_may_be_closed(self) -> None:
        for redirection in ("<&-", ">&-", "<&- >&-", "<&- 2>&-"):
            done = subprocess.run(["sh", "-c", f'exec "$0" {redirection}', PLUGIN], env=LIGHTNINGD, input=ASK,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=BOUND)
            self.assertEqual((redirection, done.returncode, done.stdout, done.stderr), (redirection, 0, b"", b""))

    def test_it_survives_a_closed_stdout(self) -> None:
        with FakeHost() as host:
            host.begin()
            host.read_output(False)
            host.child.stdout.close()
            for number in range(100):
                host.send({"id": f"x{number}", "method": "no-such", "params": {}})
            self.assertEqual(host.stop(), 0)


class End(unittest.TestCase):
    def fill(self, host: FakeHost) -> None:
        """More output than fits into the pipe, while it is not read."""
        host.begin()
        for index in range(1, 301):
            host.insert(pending_row(index))
        host.wait(lambda: len(host.published()) == 300, "the payments in flight")
        host.read_output(False)
        for index in range(1, 301):
            host.notify("sendpay_success", ended_row(host.model.table[index], "complete", index))
        host.send({"id": "last", "method": "no-such", "params": {}})

    def test_queued_output_is_written_before_the_end(self) -> None:
        for shutdown in (False, True):
            with self.subTest(shutdown=shutdown), FakeHost() as host:
                self.fill(host)
                if shutdown:
                    host.send({"method": "shutdown", "params": {"shutdown": {}}})
                else:
                    host.child.stdin.close()
                host.read_output(True)
                self.assertEqual(host.wait_exit(), 0)
                self.assertEqual([p["status"] for p in host.published()].count("SUCCEEDED"), 300)
                self.assertEqual(len(host.published("trackpayments_final")), 300)
                host.reply("last")

    def test_it_ends_at_end_of_file_before_init(self) -> None:
        for began in (False, True):
            with FakeHost() as host:
                if began:
                    host.request("getmanifest", {}, "cln:getmanifest#1")
                self.assertEqual(host.stop(), 0)

    def test_it_ends_without_a_socket(self) -> None:
        with FakeHost() as host:
            host.hang_up()
            host.begin(waits=False)
            host.wait(host.logs, "the complaint")
            host.send({"method": "shutdown", "params": {"shutdown": {}}})
            self.assertEqual(host.wait_exit(), 0)

    def test_plugin_stop_and_the_nodes_stop_do_not_wait(self) -> None:
        with Stage() as stage:
            held = stage.pay(1_000_000, "hold")
            stage.wait_status(held, "IN_FLIGHT")
            pid = stage.plugin_pid()
            stage.node.stop_plugin(PLUGIN)
            self.assertFalse(os.path.exists(f"/proc/{pid}/fd/0"))
            self.assertNotIn("failed to self-terminate", stage.node.log())
            stage.start_plugin()
            stage.release(held)
            stage.wait_status(held, "SUCCEEDED")


def tcp_pair() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = socket.create_connection(server.getsockname())
        return ours, server.accept()[0]


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
