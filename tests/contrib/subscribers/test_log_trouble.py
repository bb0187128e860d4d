"""The subscribers of contrib that log the ends of payments, in Python and C++: each error is one line, and they go on."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
for room in (HERE.parent, HERE.parents[1] / "lightningd", HERE.parents[1] / "pylib"):
    sys.path.append(str(room))

from plugin_on_pipes import PluginOnPipes  # noqa: E402
from program import run_in_terminal  # noqa: E402
from standin import BOUND, StandIn  # noqa: E402

PYTHON = str(HERE.parents[2] / "contrib" / "subscribers" / "trackpayments.py")
CPP = os.environ["SUBSCRIBER"]
TOPICS = {PYTHON: "trackpayments", CPP: "trackpayments_final"}
GOOD = {"payment_hash": "ab", "status": "FAILED", "failure_reason": "NONE", "value_msat": "1", "fee_msat": "0", "htlcs": []}


class Trouble(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def start(self, program: str) -> PluginOnPipes:
        plugin = PluginOnPipes(program, self.directory)
        self.addCleanup(plugin.__exit__)
        return plugin

    def test_an_unreadable_message_is_logged_and_skipped(self) -> None:
        for program, topic in TOPICS.items():
            odd: list[Any] = [{}, [], {"payload": 7}, {topic: 7}, {topic: {}}, {topic: {**GOOD, "status": None}}, {topic: {**GOOD, "status": 7}}]
            for params in odd:
                with self.subTest(program=program, params=params):
                    plugin = self.start(program)
                    plugin.notify(topic, params)
                    plugin.notify(topic, {topic: GOOD, "cursor": "c"})
                    plugin.wait_logged("ab: NONE")
                    self.assertEqual(plugin.end(), (0, ""))
                    self.assertLessEqual([level for level, _ in plugin.logged], ["unusual", "info"])

    def test_they_survive_input_that_is_not_a_message(self) -> None:
        for program, topic in TOPICS.items():
            plugin = self.start(program)
            for message in ("text", 7, [], None, {"jsonrpc": "2.0"}):
                plugin.send(message)
            plugin.notify(topic, {topic: GOOD, "cursor": "c"})
            plugin.wait_logged("ab: NONE")
            self.assertEqual(plugin.end(), (0, ""))

    def test_the_end_of_lightningd_causes_no_traceback(self) -> None:
        for program, topic in TOPICS.items():
            plugin = self.start(program)
            plugin.close_output()
            plugin.notify(topic, {topic: GOOD, "cursor": "c"})
            try:
                plugin.child.stdin.close()
            except BrokenPipeError:
                pass
            self.assertEqual((plugin.child.wait(BOUND), plugin.errors()), (0, ""))

    def test_in_a_terminal_they_explain_their_use(self) -> None:
        for program in TOPICS:
            code, text = run_in_terminal(program)
            self.assertEqual(code, 1)
            self.assertRegex(text, "^This is a plugin, lightningd starts it: lightning-cli plugin start [^ ]+\r\n$")

    def test_a_file_as_stdin_causes_no_crash(self) -> None:
        for program in TOPICS:
            ended = subprocess.run([program], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
            self.assertIn(ended.returncode, (0, 1))
            self.assertLessEqual(len(ended.stderr.splitlines()), 1)

    def test_the_node_logs_a_topic_without_publisher(self) -> None:
        for program, topic in TOPICS.items():
            with StandIn() as node:
                node.start_plugin(program)
                self.assertIn("UNUSUAL", node.wait_for_log(f"topic '{topic}' is not a known notification topic"))


if __name__ == "__main__":
    unittest.main()
