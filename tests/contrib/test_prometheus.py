"""contrib/prometheus/trackpayments-prometheus: a configuration that names the exporter of before still starts the node, and the log says
what to remove."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

from node import CONTRIB, Node, RpcError, die_on_sigterm
from plugin_on_pipes import PluginOnPipes
from program import run_in_terminal

EXPORTER = str(CONTRIB / "prometheus" / "trackpayments-prometheus")
OPTION = "trackpayments-prometheus-"
OPTIONS = {"file": "/missing/trackpayments.prom", "interval": "3600", "settle": "0"}
SETCONFIG = (("setconfig", {}), ("check", {"command_to_check": "setconfig"}))


class OldConfiguration(unittest.TestCase):
    def test_the_node_starts_with_every_old_option_and_its_log_says_what_to_remove(self) -> None:
        with Node(*(f"--{OPTION}{name}={value}" for name, value in OPTIONS.items()), plugins=[EXPORTER]) as node:
            line = node.wait_for_log("/metrics of the plugin trackpayments-lnd has replaced it")
            self.assertIn("UNUSUAL", line)
            for part in (f"plugin={EXPORTER}", OPTION, "/trackpayments-prometheus.json", OPTIONS["file"]):
                self.assertIn(part, line)
            for method, more in SETCONFIG:
                node.call(method, {**more, "config": f"{OPTION}interval", "val": "5"})
            self.assertIn(EXPORTER, [plugin["name"] for plugin in node.call("plugin", ["list"])["plugins"]])

    def test_an_option_that_would_keep_the_node_from_starting_is_refused(self) -> None:
        with Node() as node:
            node.start_plugin(EXPORTER)
            for method, more in SETCONFIG:
                with self.subTest(method), self.assertRaises(RpcError) as refused:
                    node.call(method, {**more, "config": f"{OPTION}interval", "val": "5"})
                self.assertEqual(refused.exception.code, -32602)
                self.assertIn(f"{OPTION}interval is unchanged: it has no effect any more", refused.exception.message)


class OnPipes(unittest.TestCase):
    def test_odd_messages_and_the_end_of_lightningd_cause_no_traceback(self) -> None:
        with tempfile.TemporaryDirectory() as directory, PluginOnPipes(EXPORTER, Path(directory)) as plugin:
            self.assertEqual([level for level, _ in plugin.logged], ["unusual"])
            for message in ("text", 7, [], None, {"method": "x"}):
                plugin.send(message)
            for params in ({}, [], None, [f"{OPTION}interval"], {"config": 7}):
                self.assertEqual(plugin.request("setconfig", params), {})
            self.assertEqual(plugin.request("check", ["setconfig", f"{OPTION}interval", "5"]), {"command_to_check": "setconfig"})
            self.assertEqual(plugin.end(), (0, ""))
            self.assertEqual(list(Path(directory).iterdir()), [])

    def test_in_a_terminal_it_explains_itself(self) -> None:
        code, text = run_in_terminal(EXPORTER)
        self.assertEqual(code, 1)
        self.assertRegex(text, "^This is a plugin that does nothing any more")


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
