"""contrib/watch reports each error once, in one line, and exits where waiting cannot help."""

from __future__ import annotations

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from fake_node import FakeNode
from node import CONTRIB, PLUGIN, Node, attempt, die_on_sigterm, payment, wait_until
from program import Piped, bound_by_permissions, run
from watch_board import Board
from watch_follow import EMPTY_PAUSE, Follow

WATCH = str(CONTRIB / "watch")
TOO_MANY = {"code": -1, "message": "too many waiting callers"}


class Trouble(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def assert_gives_up(self, reason: str, *arguments: str, before: tuple[str, ...] = (), cwd: Path | None = None) -> None:
        code, out, errors = run(*before, WATCH, *arguments, cwd=cwd)
        self.assertEqual((code, out, len(errors.splitlines())), (1, "", 1), errors)
        self.assertRegex(errors, "^watch: .*" + reason)

    def test_it_exits_where_no_node_can_be(self) -> None:
        for name, text in (("file", "text"), ("regtest/other", "")):
            (self.directory / name).parent.mkdir(exist_ok=True)
            (self.directory / name).write_text(text)
        here = str(self.directory)
        self.assert_gives_up("no such directory: /nowhere", "/nowhere/lightning-rpc")
        self.assert_gives_up(f"no such directory: {here}/bitcoin; see .*--network", "--lightning-dir", here)
        self.assert_gives_up(f"no such directory: {here}/none/regtest", "--lightning-dir", "none", "--network", "regtest", cwd=self.directory)
        self.assert_gives_up("Not a directory", "--lightning-dir", here + "/file")
        self.assert_gives_up("is not a socket", here)
        self.assert_gives_up("is not a socket", here + "/file")
        self.assert_gives_up("too long for a socket; cd ", f"{here}/{'long' * 30}/lightning-rpc")

    def test_a_relative_directory_starts_at_the_working_directory(self) -> None:
        with Node() as node, Piped(WATCH, "--lightning-dir", node.directory.name, "--network", "regtest", cwd=node.directory.parent) as piped:
            node.pay(1_000_000, "hold")
            wait_until(lambda: any("IN FLIGHT" in line for line in piped.lines()), "the payment")
            self.assertEqual(piped.errors, "")

    def test_it_exits_without_permission(self) -> None:
        if (before := bound_by_permissions()) is None:
            self.skipTest("root cannot give up its privileges here")
        with FakeNode(str(self.directory)) as fake:
            os.chmod(fake.path, 0)
            self.assert_gives_up("lightning-rpc: Permission denied; .*rpc-file-mode", fake.path, before=tuple(before))
            os.chmod(self.directory, 0)
            self.assert_gives_up("lightning-rpc: Permission denied; .*rpc-file-mode", fake.path, before=tuple(before))
            os.chmod(self.directory, 0o700)

    def test_wrong_arguments_print_the_usage(self) -> None:
        code, _, errors = run(WATCH, "--colour")
        self.assertEqual((code, errors.splitlines()[-1]), (2, "watch: error: unrecognized arguments: --colour"))

    def test_it_exits_when_the_disk_is_full(self) -> None:
        with Node() as node, open("/dev/full", "w", encoding="utf-8") as full:
            node.pay(1_000_000, "hold")
            ended = subprocess.run([WATCH, str(node.socket_path)], stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE, text=True,
                                   timeout=60, check=False)
            self.assertEqual((ended.returncode, ended.stderr), (1, "watch: cannot write: No space left on device\n"))

    def test_a_stopped_plugin_is_reported_once(self) -> None:
        with Node() as node:
            node.stop_plugin(PLUGIN)
            with Piped(WATCH, str(node.socket_path)) as piped:
                piped.wait_error("watch: the plugin trackpayments is not running; trying again\n")
                node.start_plugin(PLUGIN)
                piped.wait_error("back to normal\n")
                self.assertEqual(len(piped.errors.splitlines()), 2)

    def test_a_refused_wait_is_reported_and_its_end_too(self) -> None:
        with FakeNode(str(self.directory)) as fake, Piped(WATCH, fake.path) as piped:
            fake.send(id=fake.expect("notifications", {"enable": True}), result={})
            fake.send(id=fake.expect("trackpayments", {}), result={"payments": [], "cursor": "c1"})
            fake.send(id=fake.expect("trackpayments", {"since": "c1", "timeout": 60}), error=TOO_MANY)
            piped.wait_error("watch: too many waiting callers; trying again\n")
            fake.send(id=fake.expect("trackpayments", {"since": "c1", "timeout": 0}), result={"payments": [], "cursor": "c1"})
            # This request stays open, which shows that waiting is allowed again.
            request = fake.expect("trackpayments", {"since": "c1", "timeout": 60})
            piped.wait_error("watch: back to normal\n")
            fake.send(id=request, result={"payments": [], "cursor": "c2"})
            fake.expect("trackpayments", {"since": "c2", "timeout": 60})


class Repeated(unittest.TestCase):
    """Notices while the same error repeats, without processes and clocks."""

    def setUp(self) -> None:
        self.follow = Follow(Board())
        self.follow.request()
        self.follow.result({"payments": [], "cursor": "c1"})
        self.notices = [self.follow.notice]
        self.pauses: list[float] = []

    def note(self) -> None:
        if self.follow.notice != self.notices[-1]:
            self.notices.append(self.follow.notice)
        self.pauses.append(self.follow.pause)

    def test_a_refused_wait_is_reported_once_and_all_changes_are_shown(self) -> None:
        over = payment("SUCCEEDED", attempt(1, "SUCCEEDED"))
        for n in range(8):
            self.assertEqual(self.follow.request(), {"since": "c1", "timeout": 60})
            self.follow.error(TOO_MANY)
            self.note()
            self.assertEqual(self.follow.request(), {"since": "c1", "timeout": 0})
            shown = self.follow.result({"payments": [over] if n == 5 else [], "cursor": "c1"})
            self.assertEqual(len(shown), n == 5)
            self.note()
        self.assertEqual(self.notices, ["", "too many waiting callers; trying again"])
        self.assertEqual(self.pauses[::2], [0.25, 0.5, 1, 2, 4, 8, 10, 10], "the pauses grow")
        self.follow.request()
        self.follow.accepted()
        self.assertEqual(self.follow.notice, "")

    def test_a_node_that_refuses_its_own_cursors_is_reported_once(self) -> None:
        for _ in range(8):
            self.follow.request()
            self.follow.error({"code": -32602, "message": "since: needs lightningd v23.11 or later"})
            self.note()
            self.assertEqual(self.follow.request(), {})
            self.follow.result({"payments": [], "cursor": "c1"})
            self.note()
        self.assertEqual(self.notices, ["", "since: needs lightningd v23.11 or later; trying again"])
        self.assertEqual(self.pauses[::2][-1], 10)

    def test_a_lost_connection_is_reported_until_a_request_is_accepted(self) -> None:
        for _ in range(3):
            self.follow.request()
            self.follow.lost("connection lost")
            self.note()
            self.follow.request()
            self.follow.result({"payments": [], "cursor": "c1"})
            self.note()
        self.assertEqual(self.notices, ["", "connection lost; trying again"])
        self.follow.request()
        self.follow.result({"payments": [], "cursor": "c2"})
        self.assertEqual((self.follow.notice, self.follow.pause), ("", EMPTY_PAUSE), "answered without changes: it pauses")


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
