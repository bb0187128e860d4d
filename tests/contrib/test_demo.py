"""contrib/demo in a running node, here the stand-in: each error is reported in one line.

A copy of contrib/ runs in a checkout of its own where everything is built, with fake build tools."""

from __future__ import annotations

import os
import re
import shutil
import signal
import tempfile
import unittest
from pathlib import Path

from node import CONTRIB, PLUGIN, TOP, Node, StandIn, die_on_sigterm, wait_until
from program import Piped, bound_by_permissions, run

HERE = Path(__file__).resolve().parent
LND = os.environ.get("LND", "")  # empty: not built
LISTEN = [f"--trackpayments-lnd-{surface}listen=127.0.0.1:0" for surface in ("rpc", "rest")]
PAGE = re.compile(r"^The live page, for an hour, in a browser of this machine: https://localhost:\d+/#rune=[A-Za-z0-9_=-]+$")
TOOLS = {"ninja": "exit 0", "meson": "exit 1", "dpkg-query": "echo install ok installed"}


class Demo(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name).resolve()
        self.checkout = self.directory / "checkout"
        shutil.copytree(CONTRIB, self.checkout / "contrib")
        (self.checkout / "build" / "plugin").mkdir(parents=True)
        (self.checkout / "build" / "build.ninja").touch()
        self.plugin = shutil.copy(PLUGIN, self.checkout / "build" / "plugin")
        self.tools = self.directory / "tools"
        self.tools.mkdir()
        for name, text in TOOLS.items():
            self.tool(name, text)
        (self.tools / "lightning-cli").symlink_to(HERE / "lightning-cli")
        self.path = {"PATH": f"{self.tools}:{os.environ['PATH']}"}

    def tool(self, name: str, text: str) -> None:
        (self.tools / name).unlink(missing_ok=True)
        (self.tools / name).write_text(f"#!/bin/sh\n{text}\n")
        (self.tools / name).chmod(0o755)

    def command(self, *arguments: object) -> list[str]:
        return [str(self.checkout / "contrib" / "demo"), *map(str, arguments)]

    def assert_gives_up(self, error: str, *arguments: object, code: int = 1, before: list[str] | None = None, cwd: Path | None = None) -> None:
        code_found, _, errors = run(*(before or []), *self.command(*arguments), cwd=cwd, environment=self.path)
        self.assertEqual((code_found, len(errors.splitlines())), (code, 1), errors)
        self.assertRegex(errors, error)

    def recording(self, node: StandIn, *arguments: object, cwd: Path | None = None) -> Piped:
        """Started, and it has shown a payment."""
        piped = Piped(*self.command(*(arguments or ("--lightning-dir", node.directory)), "--network=regtest"), cwd=cwd, environment=self.path)
        self.addCleanup(piped.__exit__)
        wait_until(lambda: any("pay something" in line for line in piped.lines()) or piped.process.poll() is not None, "the recording")
        self.assertIsNone(piped.process.poll(), piped.errors)
        invoice = node.invoice(1_000_000, f"tea {id(piped)}", {"attempts": ["settle"]})
        node.rpc.send("xpay", {"invstring": invoice["bolt11"]})
        wait_until(lambda: any("SUCCEEDED" in line for line in piped.lines()), "the payment")
        return piped

    def plugins(self, node: StandIn) -> list[str]:
        return [plugin["name"] for plugin in node.call("plugin", {"subcommand": "list"})["plugins"]]

    def interrupt(self, piped: Piped) -> None:
        """^C goes to all programs of a terminal."""
        for pid in Path(f"/proc/{piped.process.pid}/task/{piped.process.pid}/children").read_text().split():
            os.kill(int(pid), signal.SIGINT)
        self.assertEqual(piped.wait_end()[::2], (0, ""))

    def test_it_loads_both_and_leaves_trackpayments_running(self) -> None:
        with StandIn() as node:
            piped = self.recording(node)
            self.assertIn(f"loaded {self.plugin}", piped.lines())
            self.interrupt(piped)
            self.assertRegex(piped.lines()[-1],
                             "^The recorder is stopped; trackpayments keeps running until: lightning-cli --lightning-dir=.* plugin stop")
            self.assertEqual(self.plugins(node), [self.plugin])

    def test_a_plugin_loaded_from_elsewhere_is_recorded(self) -> None:
        with Node() as node:
            piped = self.recording(node)
            self.assertIn(f"{PLUGIN} is loaded already", piped.lines())
            self.interrupt(piped)

    @unittest.skipUnless(LND, "trackpayments-lnd is not built")
    def test_it_loads_the_live_page_until_its_end(self) -> None:
        server = shutil.copy(LND, self.checkout / "build" / "plugin")
        with Node(*LISTEN, plugins=[LND]) as node:
            node.stop_plugin(LND)  # the node has its options
            piped = self.recording(node)
            self.assertIn(f"loaded {server}, until the end of this demo", piped.lines())
            self.assertTrue(any(map(PAGE.match, piped.lines())), piped.lines())
            self.assertIn(server, self.plugins(node))
            self.interrupt(piped)
            self.assertEqual(self.plugins(node), [PLUGIN])

    @unittest.skipUnless(LND, "trackpayments-lnd is not built")
    def test_a_live_page_that_is_loaded_already_stays(self) -> None:
        with Node(*LISTEN, plugins=[LND]) as node:
            piped = self.recording(node)
            self.assertTrue(any(map(PAGE.match, piped.lines())), piped.lines())
            self.interrupt(piped)
            self.assertIn(LND, self.plugins(node))

    def test_no_live_page_is_no_error(self) -> None:
        server = self.checkout / "build" / "plugin" / "trackpayments-lnd"
        server.write_text("#!/bin/sh\nexit 1\n")
        server.chmod(0o755)
        with Node() as node:
            piped = self.recording(node)
            self.assertRegex(piped.out, f"(?m)^No live page: lightningd cannot load {server}: .*exited before replying")
            self.interrupt(piped)

    def test_a_recorder_of_another_checkout_is_used_and_keeps_running(self) -> None:
        with Node(plugins=[str(CONTRIB / "recorder")]) as node:
            self.interrupt(self.recording(node))
            self.assertIn(str(CONTRIB / "recorder"), self.plugins(node))

    def test_a_relative_directory_starts_at_the_working_directory(self) -> None:
        with Node() as node:
            self.interrupt(self.recording(node, f"--lightning-dir={node.directory.name}", cwd=node.directory.parent))

    def test_a_call_through_a_link_finds_the_checkout(self) -> None:
        (self.directory / "link").symlink_to(self.checkout / "contrib" / "demo")
        code, _, errors = run(str(self.directory / "link"), "--lightning-dir=/nowhere", environment=self.path)
        self.assertEqual((code, errors), (1, "demo: no such directory: /nowhere\n"))

    def test_in_a_node_it_installs_only_the_packages_of_the_readme(self) -> None:
        listed = re.search(r"sudo apt install (.*)", (TOP / "README.md").read_text(encoding="utf-8"))
        assert listed
        self.tool("dpkg-query", "exit 1")
        self.tool("id", "echo 0")
        self.tool("apt-get", f'echo "$@" >>{self.directory}/installed')
        with Node() as node:
            self.interrupt(self.recording(node))
        _, install = (self.directory / "installed").read_text().splitlines()
        self.assertEqual({argument for argument in install.split() if argument[0] != "-"}, {"install", "python3", *listed[1].split()})

    def test_a_wrong_directory_is_reported_before_it_builds(self) -> None:
        self.tool("ninja", f"touch {self.directory}/built")
        self.assert_gives_up("^demo: no such directory: /nowhere$", "--lightning-dir", "/nowhere")
        self.assert_gives_up(f"^demo: no such directory: {self.directory}/none$", "--lightning-dir", "none", cwd=self.directory)
        empty = self.directory / "empty"
        empty.mkdir()
        self.assert_gives_up(f"^demo: no lightningd answers in {empty}: .*No such file", "--lightning-dir", empty, "--network=regtest")
        self.assertFalse((self.directory / "built").exists())

    def test_wrong_arguments_print_the_usage(self) -> None:
        for arguments in (["x"], ["--lightning-dir"], ["--lightning-dir="], [""], ["--help"]):
            with self.subTest(arguments):
                self.assert_gives_up("^usage: contrib/demo ", *arguments, code=2)

    def test_a_refused_plugin_is_reported_with_the_reason(self) -> None:
        Path(self.plugin).write_text("#!/bin/sh\nexit 1\n")
        with StandIn() as node:
            self.assert_gives_up(f"^demo: lightningd cannot load {self.plugin}: .*exited before replying", "--lightning-dir", node.directory,
                                 "--network=regtest")
            Path(self.plugin).chmod(0o644)
            self.assert_gives_up(f"^demo: lightningd cannot load {self.plugin}: .*not executable", "--lightning-dir", node.directory,
                                 "--network=regtest")

    def test_a_refused_command_is_reported_with_the_reason(self) -> None:
        (self.tools / "lightning-cli").unlink()
        self.tool("lightning-cli", f"""for last; do :; done
[ "$last" != trackpayments ] || {{ printf '{{\n   "code": -1,\n   "message": "not today"\n}}\n'; exit 1; }}
exec {HERE}/lightning-cli "$@" """)
        with Node() as node:
            self.assert_gives_up(f"^demo: {PLUGIN} is loaded but does not answer: not today$", "--lightning-dir", node.directory,
                                 "--network=regtest")

    def test_a_recorder_that_cannot_write_is_reported_with_the_reason(self) -> None:
        with Node() as node:
            (node.network_directory / "trackpayments.jsonl").mkdir()
            self.assert_gives_up("^demo: lightningd cannot load .*/recorder: .*cannot write .*/trackpayments.jsonl: Is a directory$",
                                 "--lightning-dir", node.directory, "--network=regtest")
            self.assertIn("BROKEN", node.wait_for_log("recorder stops: cannot write"))

    def test_it_ends_when_the_node_stops(self) -> None:
        with Node() as node:
            piped = self.recording(node)
            node.stop()
            code, _, errors = piped.wait_end()
            self.assertEqual(code, 1)
            self.assertRegex(errors, "^\nlightningd no longer answers: lightning-cli: .*\n$")

    def test_it_ends_when_the_plugin_stops(self) -> None:
        with Node() as node:
            piped = self.recording(node)
            node.stop_plugin(PLUGIN)
            code, _, errors = piped.wait_end()
            self.assertEqual((code, errors), (1, f"\n{PLUGIN} has stopped; see lightningd's log\n"))
            self.assertEqual(self.plugins(node), [], "the recorder is stopped too")
            self.assertNotIn("trackpayments keeps running", piped.out)

    def test_a_missing_lightning_cli_is_reported(self) -> None:
        (self.tools / "lightning-cli").unlink()
        if shutil.which("lightning-cli"):
            self.skipTest("there is one on PATH")
        self.assert_gives_up("^demo: lightning-cli is not on PATH$", "--lightning-dir", self.directory)

    def test_an_unusable_build_directory_is_reported(self) -> None:
        shutil.rmtree(self.checkout / "build")
        before = bound_by_permissions()
        with Node() as node:
            in_a_node = ["--lightning-dir", node.directory, "--network=regtest"]
            for folder, arguments in (("build-demo", []), ("build", in_a_node)):
                place = self.checkout / folder
                place.touch()
                self.assert_gives_up(f"^Cannot build in {place}: File exists$", *arguments)
                place.unlink()
                place.mkdir(0o500)
                if before:
                    self.assert_gives_up(f"^Cannot build in {place}: Permission denied$", *arguments, before=before)
        if before is None:
            self.skipTest("root cannot give up its privileges here")

    def test_a_socket_without_permission_is_reported(self) -> None:
        if (before := bound_by_permissions()) is None:
            self.skipTest("root cannot give up its privileges here")
        with Node() as node:
            node.socket_path.chmod(0)
            self.assert_gives_up("^demo: no lightningd answers in .*: .*Permission denied", "--lightning-dir", node.directory,
                                 "--network=regtest", before=before)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
