"""contrib/recorder: each error is one line in lightningd's log."""

from __future__ import annotations

import json
import os
import resource
import tempfile
import unittest
from pathlib import Path
from typing import Any

from node import BOUND, CONTRIB, Node, attempt, die_on_sigterm, payment, wait_until
from plugin_on_pipes import PluginOnPipes
from program import bound_by_permissions, run_in_terminal

RECORDER = str(CONTRIB / "recorder")
PUBLISHED = {"trackpayments": payment("SUCCEEDED", attempt(1, "SUCCEEDED")), "cursor": "035fdd0c.aaaaaaaa.1.1"}


class Recorder(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.file = self.directory / "trackpayments.jsonl"

    def start(self, before: tuple[str, ...] = ()) -> PluginOnPipes:
        plugin = PluginOnPipes(RECORDER, self.directory, before=before)
        self.addCleanup(plugin.__exit__)
        return plugin

    def lines(self) -> list[Any]:
        return [json.loads(text) for text in self.file.read_text().splitlines()]

    def test_an_unwritable_file_is_logged_before_it_stops(self) -> None:
        self.file.mkdir()
        plugin = self.start()
        self.assertEqual(plugin.disabled_loudly(), f"recorder stops: cannot write {self.file}: Is a directory")
        self.assertEqual(plugin.end(), (0, ""))
        self.file.rmdir()
        if (before := bound_by_permissions()) is None:
            self.skipTest("root cannot give up its privileges here")
        self.directory.chmod(0o500)
        self.assertRegex(self.start(tuple(before)).disabled_loudly(), "Permission denied$")

    def test_an_unreadable_message_is_logged_and_skipped(self) -> None:
        plugin = self.start()
        for message in ("text", 7, [], None, {"jsonrpc": "2.0"}):
            plugin.send(message)
        for params in ({}, [], None, {"payload": 7}, {"trackpayments_final": {}}):
            plugin.notify("trackpayments", params)
        plugin.notify("trackpayments", PUBLISHED)
        plugin.notify("trackpayments", {"origin": "trackpayments", "payload": PUBLISHED})
        self.assertEqual(plugin.end(), (0, ""))
        self.assertEqual(plugin.logged, [("unusual", "skipping a message of trackpayments without the member trackpayments")] * 5)
        self.assertEqual(self.lines(), [{"topic": "trackpayments", **PUBLISHED}] * 2)

    def test_it_logs_a_full_disk_and_ends(self) -> None:
        self.file.symlink_to("/dev/full")
        plugin = self.start()
        plugin.notify("trackpayments", PUBLISHED)
        plugin.wait_logged(f"recorder stops: cannot write {self.file}: No space left on device")
        self.assertEqual(plugin.end(), (1, ""))

    def test_it_logs_a_disk_that_fills_up_and_ends(self) -> None:
        plugin = self.start()
        plugin.notify("trackpayments", PUBLISHED)
        wait_until(lambda: self.file.read_text().endswith("\n"), "the first line")
        resource.prlimit(plugin.child.pid, resource.RLIMIT_FSIZE, (self.file.stat().st_size + 100, resource.RLIM_INFINITY))
        plugin.notify("trackpayments", PUBLISHED)
        plugin.wait_logged(f"recorder stops: cannot write {self.file}: File too large")
        self.assertEqual(plugin.end(), (1, ""))

    def test_the_end_of_lightningd_causes_no_traceback(self) -> None:
        plugin = self.start()
        plugin.close_output()
        plugin.notify("trackpayments", {})
        plugin.child.stdin.close()
        self.assertEqual((plugin.child.wait(BOUND), plugin.errors()), (0, ""))

    def test_in_a_terminal_it_explains_its_use(self) -> None:
        code, text = run_in_terminal(RECORDER)
        self.assertEqual(code, 1)
        self.assertRegex(text, "^This is a plugin, lightningd starts it: lightning-cli plugin start /.*/contrib/recorder\r\n$")
        self.assertFalse(os.path.exists("trackpayments.jsonl"))

    def test_the_node_logs_a_topic_without_publisher(self) -> None:
        with Node() as node:
            node.stop_plugin(node.plugins[0])
            node.start_plugin(RECORDER)
            self.assertIn("UNUSUAL", node.wait_for_log("topic 'trackpayments' is not a known notification topic"))


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
