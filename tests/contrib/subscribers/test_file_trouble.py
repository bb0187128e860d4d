"""contrib/subscribers/trackpayments.sh: each error is one line in lightningd's log, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
for room in (HERE.parent, HERE.parents[1] / "lightningd", HERE.parents[1] / "pylib"):
    sys.path.append(str(room))

from plugin_on_pipes import PluginOnPipes  # noqa: E402
from program import bound_by_permissions, run_in_terminal  # noqa: E402
from standin import StandIn, wait_until  # noqa: E402

SCRIPT = HERE.parents[2] / "contrib" / "subscribers" / "trackpayments.sh"
CURSOR = "02a7aec5.aaaaaaaa.1.1"


class Trouble(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name).resolve()
        self.file = self.directory / "trackpayments.ndjson"
        self.cursor = Path(f"{self.file}.cursor")
        self.cli = self.directory / "cli"
        self.answer(f'{{"payments": [{{"n": 0}}], "cursor": "{CURSOR}"}}')

    def answer(self, text: str, code: int = 0) -> None:
        """Sets the answer of lightning-cli."""
        draft = self.directory / "draft"
        draft.write_text(f"#!/bin/sh\necho '{text}'\nexit {code}\n")
        draft.chmod(0o755)
        draft.rename(self.cli)

    def start(self, before: tuple[str, ...] = (), **environment: str) -> PluginOnPipes:
        plugin = PluginOnPipes(SCRIPT, self.directory, before=before, **{"LIGHTNING_CLI": str(self.cli), **environment})
        self.addCleanup(plugin.__exit__)
        return plugin

    def assert_given_up(self, error: str, before: tuple[str, ...] = (), **environment: str) -> None:
        plugin = self.start(before, **environment)
        self.assertRegex(plugin.disabled_loudly(), "^trackpayments.sh stops: " + error)
        self.assertEqual(plugin.end(), (0, ""))

    def test_an_unusable_file_is_logged_before_it_stops(self) -> None:
        self.assert_given_up("cannot write /nowhere/x: No such file or directory$", TRACKPAYMENTS_FILE="/nowhere/x")
        self.assert_given_up(f"cannot write {self.directory}: Is a directory$", TRACKPAYMENTS_FILE=".")
        Path(f"{self.cursor}.new").mkdir()
        self.assert_given_up(f"cannot write {self.cursor}.new: Is a directory$")

    def test_an_unreadable_cursor_is_kept(self) -> None:
        self.cursor.mkdir()
        self.assert_given_up(f"cannot read {self.cursor}: Is a directory$")
        self.assertTrue(self.cursor.is_dir())

    def test_missing_permission_is_logged_before_it_stops(self) -> None:
        if (before := bound_by_permissions()) is None:
            self.skipTest("root cannot give up its privileges here")
        self.cursor.touch(0)
        self.assert_given_up(f"cannot read {self.cursor}: Permission denied$", tuple(before))
        self.file.chmod(0o400)
        self.assert_given_up(f"cannot write {self.file}: Permission denied$", tuple(before))

    def test_a_missing_jq_is_logged_and_ends_it(self) -> None:
        tools = self.directory / "tools"
        tools.mkdir()
        for name in ("bash", "realpath", "env"):
            (tools / name).symlink_to(shutil.which(name))
        with StandIn(plugins=[], environment={"PATH": str(tools)}) as node:
            with self.assertRaisesRegex(Exception, "exited before replying to getmanifest"):
                node.start_plugin(SCRIPT)
            self.assertIn("BROKEN", node.wait_for_log("trackpayments.sh stops: jq is not on the PATH of lightningd"))

    def test_a_relative_file_starts_at_the_node_s_directory(self) -> None:
        (self.directory / "below").mkdir()
        plugin = self.start(TRACKPAYMENTS_FILE="below/x.ndjson")
        wait_until((self.directory / "below/x.ndjson.cursor").exists, "the cursor")
        self.assertEqual(plugin.end(), (0, ""))

    def test_a_refusal_is_logged_once_and_missed_updates_come_later(self) -> None:
        self.cursor.write_text(CURSOR)
        for text, code, reason in (('{"code": -32601, "message": "Unknown command"}', 1, "Unknown command$"),
                                  ('{"code": -1, "message": "too many waiting callers"}', 1, "too many waiting callers$"),
                                  ("", 2, "cli does not reach lightningd$"), ("odd", 0, "its answer cannot be read$"),
                                  ('{"payments": []}', 0, "its answer cannot be read$")):
            with self.subTest(text):
                self.answer(text, code)
                plugin = self.start()
                self.assertRegex(plugin.wait_logged("trackpayments does not answer, will ask again: "), reason)
                self.answer(f'{{"payments": [{{"n": 0}}], "cursor": "{CURSOR[:-1]}2"}}')
                wait_until(lambda: self.cursor.read_text() == f"{CURSOR[:-1]}2\n", "the next cursor")
                self.assertEqual(plugin.end(), (0, ""))
                self.assertEqual(len(plugin.logged), 1)
                self.assertEqual(self.file.read_text(), '{"n":0}\n')
                self.file.unlink()
                self.cursor.write_text(CURSOR)

    def test_a_disk_that_fills_up_is_logged_once_and_nothing_is_lost(self) -> None:
        plugin = self.start()
        wait_until(self.cursor.exists, "the first cursor")
        self.file.rename(self.directory / "first")
        self.file.symlink_to("/dev/full")
        plugin.notify("trackpayments", {"trackpayments": {"n": 1}, "cursor": f"{CURSOR[:-1]}2"})
        plugin.wait_logged(f"cannot write {self.file}, will try again: No space left on device")
        plugin.notify("trackpayments", {"trackpayments": {"n": 2}, "cursor": f"{CURSOR[:-1]}3"})
        self.answer(f'{{"payments": [{{"n": 1}}, {{"n": 2}}], "cursor": "{CURSOR[:-1]}3"}}')
        self.assertEqual(self.cursor.read_text(), CURSOR + "\n")
        (self.directory / "first").rename(self.file)
        wait_until(lambda: self.cursor.read_text() == f"{CURSOR[:-1]}3\n", "the last cursor")
        self.assertEqual(plugin.end(), (0, ""))
        self.assertEqual(len(plugin.logged), 1)
        self.assertEqual(set(self.file.read_text().splitlines()), {'{"n":0}', '{"n":1}', '{"n":2}'}, "a line may come twice")

    def test_a_cursor_that_cannot_be_stored_is_logged(self) -> None:
        plugin = self.start()
        wait_until(self.cursor.exists, "the first cursor")
        self.cursor.unlink()
        self.cursor.mkdir()
        (self.cursor / "x").touch()
        plugin.notify("trackpayments", {"trackpayments": {"n": 1}, "cursor": f"{CURSOR[:-1]}2"})
        plugin.wait_logged(f"cannot store a cursor in {self.cursor}, will try again: ")
        self.assertEqual(plugin.end()[0], 0)

    def test_in_a_terminal_it_explains_its_use(self) -> None:
        code, text = run_in_terminal(str(SCRIPT))
        self.assertEqual(code, 1)
        self.assertRegex(text, "^This is a plugin, lightningd starts it: lightning-cli plugin start /.*/trackpayments.sh\r\n$")
        self.assertFalse(os.path.exists("trackpayments.ndjson"))


if __name__ == "__main__":
    if not shutil.which("jq"):
        print("jq is not on PATH")
        sys.exit(77)
    unittest.main()
