"""contrib/prometheus: each error is one line in lightningd's log, and it goes on where it can."""

from __future__ import annotations

import json
import os
import tempfile
import unittest
from pathlib import Path
from typing import Any

from node import BOUND, CONTRIB, PLUGIN, Node, RpcError, attempt, die_on_sigterm, payment, wait_until
from fake_node import FakeNode
from plugin_on_pipes import PluginOnPipes
from program import bound_by_permissions, run_in_terminal
from prometheus_text import parse

EXPORTER = str(CONTRIB / "prometheus" / "trackpayments-prometheus")
OPTION = "trackpayments-prometheus-"
STATE = "trackpayments-prometheus.json"
CURSOR = "035fdd0c.aaaaaaaa.1.1"


class Trouble(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def start(self, before: list[str] | None = None, **options: Any) -> PluginOnPipes:
        values = {OPTION + name: value for name, value in {"interval": 3600, "settle": 0, **options}.items()}
        plugin = PluginOnPipes(EXPORTER, self.directory, values, before or [])
        self.addCleanup(plugin.__exit__)
        return plugin

    def assert_given_up(self, plugin: PluginOnPipes, error: str) -> None:
        self.assertRegex(plugin.disabled_loudly(), error)
        self.assertEqual(plugin.end(), (0, ""))

    def bound(self) -> list[str]:
        if (before := bound_by_permissions()) is None:
            self.skipTest("root cannot give up its privileges here")
        return before

    def test_an_unusable_option_is_logged_before_it_stops(self) -> None:
        here = str(self.directory)
        for options, error in (({"file": here + "/none/x.prom"}, f"{OPTION}file: should .* there is no directory {here}/none$"),
                               ({"file": here}, f"{here} is a directory"), ({"file": ""}, f"{OPTION}file: should name a file"),
                               ({"interval": 0}, f"{OPTION}interval: should be a whole number from 1 to 3600"),
                               ({"settle": -1}, f"{OPTION}settle: should be")):
            with self.subTest(options):
                self.assert_given_up(self.start(**options), error)
        self.assertEqual(list(self.directory.iterdir()), [])

    def test_a_directory_without_permission_is_logged_before_it_stops(self) -> None:
        (self.directory / "closed").mkdir(0o500)
        plugin = self.start(self.bound(), file=str(self.directory / "closed" / "x.prom"))
        self.assert_given_up(plugin, f"user .* may not write to {self.directory}/closed")

    def test_a_relative_file_starts_at_the_node_s_directory(self) -> None:
        self.assertEqual(self.start(file="./mine.prom").end()[0], 0)
        self.assertTrue((self.directory / "mine.prom").exists())

    def test_an_unreadable_state_is_logged_before_it_stops(self) -> None:
        counts = {"payments": 1, "attempts": {}, "buckets": [], "sum": 0, "counted": {}, "standing": []}
        for text in ("", "{", "[]", "7", '{"cursor": "x"}', '{"cursor": "x", "counts": {}}', '{"cursor": "x", "counts": null}',
                     json.dumps({"cursor": "x", "counts": counts}), json.dumps({"cursor": "x", "counts": {**counts, "payments": {}}})):
            with self.subTest(text):
                (self.directory / STATE).write_text(text)
                self.assert_given_up(self.start(), f"{self.directory}/{STATE} cannot be read .*move it away to count from zero$")
                self.assertEqual((self.directory / STATE).read_text(), text)

    def test_a_state_that_is_a_directory_or_without_permission_is_logged(self) -> None:
        (self.directory / STATE).mkdir()
        self.assert_given_up(self.start(), "cannot be read .Is a directory")
        (self.directory / STATE).rmdir()
        (self.directory / STATE).touch(0)
        self.assert_given_up(self.start(self.bound()), "cannot be read .Permission denied")

    def test_an_unreachable_node_is_logged_and_notifications_are_counted(self) -> None:
        plugin = self.start()
        self.assertIn("No such file or directory", plugin.wait_logged("trackpayments does not answer, will ask again"))
        plugin.notify("trackpayments", {"trackpayments": payment("SUCCEEDED", attempt(1, "SUCCEEDED")), "cursor": CURSOR})
        self.assertEqual(plugin.end(), (0, ""))
        self.assertIn('lnd_total_payments{status="succeeded"} 1', (self.directory / "trackpayments.prom").read_text())

    def test_it_survives_an_unreadable_message(self) -> None:
        good = payment("SUCCEEDED", attempt(1, "SUCCEEDED"))
        for params in ({}, [], {"payload": 7}, {"payload": None}, {"trackpayments": [], "cursor": CURSOR}, {"trackpayments": good},
                       {"trackpayments": {**good, "htlcs": [None]}, "cursor": 7}):
            with self.subTest(params=params):
                plugin = self.start()
                for message in ("text", 7, [], None):
                    plugin.send(message)
                plugin.notify("trackpayments", params)
                plugin.notify("trackpayments", {"trackpayments": payment("SUCCEEDED", attempt(2, "SUCCEEDED"), payment_hash="cd" * 32),
                                                "cursor": CURSOR})
                plugin.request("check", {"command_to_check": "setconfig"})
                self.assertEqual(plugin.end(), (0, ""))
                self.assertGreaterEqual(parse((self.directory / "trackpayments.prom").read_text())["lnd_total_payments"][
                    (("status", "succeeded"),)], 1)

    def test_an_unwritable_file_is_logged_and_leaves_no_temporary_file(self) -> None:
        plugin = self.start(interval=1)
        target = self.directory / "trackpayments.prom"
        wait_until(target.exists, "the first writing")
        target.unlink()
        target.mkdir()
        plugin.wait_logged(f"cannot write {self.directory}")
        self.assertEqual(plugin.end(), (0, ""))
        self.assertEqual([name for name in os.listdir(self.directory) if name.endswith(".tmp")], [])

    def test_two_errors_at_a_time_are_logged_once_each(self) -> None:
        target = self.directory / "gone" / "x.prom"
        target.parent.mkdir()
        with FakeNode(str(self.directory)) as node:
            plugin = self.start(interval=1, file=str(target))
            for _ in range(3):
                request = node.expect("trackpayments", {})
                node.send(id=request, error={"code": -32601, "message": "Unknown command 'trackpayments'"})
                node.drop_clients()
                if target.parent.exists():
                    wait_until(target.exists, "the first writing")
                    target.unlink()
                    target.parent.rmdir()
            self.assertEqual(plugin.end(), (0, ""))
        lines = [text for _, text in plugin.logged]
        self.assertEqual([sum(error in text for text in lines) for error in ("is not running", "cannot write")], [1, 1], lines)

    def test_the_end_of_lightningd_causes_no_traceback(self) -> None:
        (self.directory / "lightning-rpc").mkdir()  # there is something to log
        plugin = self.start()
        plugin.close_output()
        plugin.notify("trackpayments", {"trackpayments": "odd", "cursor": CURSOR})
        plugin.child.stdin.close()
        self.assertEqual((plugin.child.wait(BOUND), plugin.errors()), (0, ""))

    def test_in_a_terminal_it_explains_its_use(self) -> None:
        code, text = run_in_terminal(EXPORTER)
        self.assertEqual(code, 1)
        self.assertRegex(text, "^This is a plugin, lightningd starts it: lightning-cli plugin start /.*/trackpayments-prometheus\\r\\n$")


class BesideTheNode(unittest.TestCase):
    def test_the_reason_is_in_the_log_of_the_node(self) -> None:
        with Node(f"--{OPTION}file=/missing/x.prom", plugins=[EXPORTER]) as node:
            self.assertIn("BROKEN", node.wait_for_log("there is no directory /missing"))
            node.call("getinfo")

    def test_an_option_that_would_keep_the_node_from_starting_is_refused(self) -> None:
        with Node() as node:
            node.start_plugin(EXPORTER)
            for method, more in (("setconfig", {}), ("check", {"command_to_check": "setconfig"})):
                with self.subTest(method), self.assertRaises(RpcError) as refused:
                    node.call(method, {**more, "config": f"{OPTION}interval", "val": "5"})
                self.assertEqual(refused.exception.code, -32602)
                self.assertRegex(refused.exception.message,
                                 f"^{OPTION}interval is unchanged: no plugin= .*plugin={EXPORTER} {OPTION}interval=5")

    def test_a_stopped_trackpayments_is_logged_and_awaited(self) -> None:
        with Node(f"--{OPTION}interval=1", plugins=[EXPORTER]) as node:
            for program in (EXPORTER, PLUGIN):
                node.stop_plugin(program)
            state = node.network_directory / STATE
            state.unlink(missing_ok=True)
            node.start_plugin(EXPORTER)
            self.assertIn("UNUSUAL", node.wait_for_log("the plugin trackpayments is not running, will ask again"))
            node.start_plugin(PLUGIN)
            wait_until(lambda: state.exists() and json.loads(state.read_text())["cursor"], "the first cursor")


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
