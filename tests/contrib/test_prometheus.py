"""contrib/prometheus as a process: beside the plugin on the stand-in node, and on pipes of the test."""

from __future__ import annotations

import itertools
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path
from typing import Any

from node import BOUND, CONTRIB, PLUGIN, Node, RpcError, attempt, die_on_sigterm, payment, wait_until
from prometheus_text import parse

EXPORTER = str(CONTRIB / "prometheus" / "trackpayments-prometheus")
OPTION = "trackpayments-prometheus-"
PEER = "02f53b29c8910ace66818a4bc2e4ec79bcebef037bdf8d22f3f5de2e0dfbccd4a8"
PAYEE = "022b275efc6f2e07d91067ef7ed4eb03290f85f3a1023ff9a074ae5b68401e2d90"
RETRY = ["temporary_channel_failure", "settle"]
REJECTED = "incorrect_or_unknown_payment_details"


def totals(path: Path) -> list[int]:
    """Payments that succeeded and failed, and attempts of those that succeeded and failed."""
    samples = parse(path.read_text(encoding="utf-8")) if path.exists() else {}
    return [int(samples[name][(("status", status),)]) for name in ("lnd_total_payments", "lnd_total_htlc_attempts") if name in samples
            for status in ("succeeded", "failed")]


class ExportingNode(Node):
    def __init__(self, settle: int = 0, failed_after: int = 0) -> None:
        super().__init__(f"--trackpayments-failed-after={failed_after}", f"--{OPTION}interval=1", f"--{OPTION}settle={settle}",
                         plugins=[EXPORTER])
        self.textfile = self.network_directory / "trackpayments.prom"

    def state(self) -> dict[str, Any]:
        return json.loads((self.network_directory / "trackpayments-prometheus.json").read_text(encoding="utf-8"))

    def wait_ready(self) -> "ExportingNode":
        """After this, every payment that ends is counted."""
        wait_until(lambda: self.textfile.exists() and self.state()["cursor"], "the first cursor")
        return self

    def wait_totals(self, *expected: int) -> None:
        try:
            wait_until(lambda: totals(self.textfile) == list(expected), "")
        except TimeoutError:
            raise AssertionError(f"{totals(self.textfile)}, not {expected}; {self.state()}; {self.log()[-2000:]}") from None

    def exporter(self) -> int:
        """Its process id."""
        for pid in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            if EXPORTER.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                return int(pid)
        raise AssertionError("the exporter is not running")

    def kill_exporter(self) -> None:
        pid = self.exporter()
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not any(p["name"] == EXPORTER for p in self.call("plugin", ["list"])["plugins"]), "its end")

    def part(self, invoice: dict[str, Any], partid: int) -> None:
        """By hand, in one group."""
        amount = invoice["amount_msat"]
        route = [{"id": PEER, "channel": "103x1x0", "amount_msat": amount + 11, "delay": 17},
                 {"id": PAYEE, "channel": "103x2x0", "amount_msat": amount, "delay": 11}]
        self.call("sendpay", {"route": route, "payment_hash": invoice["payment_hash"], "bolt11": invoice["bolt11"], "partid": partid,
                              "groupid": 1, "amount_msat": amount, "payment_secret": invoice.get("payment_secret", "11" * 32)})

    def standing(self) -> list[Any]:
        return self.state()["counts"]["standing"]


class BesideThePlugin(unittest.TestCase):
    def test_ended_payments_and_their_attempts_are_counted(self) -> None:
        with ExportingNode() as node:
            node.wait_ready()
            node.pay(1_000_000)
            node.pay(2_000_000, *RETRY)
            node.pay(3_000_000, parts=["settle", "settle", {"attempts": RETRY}])
            node.pay(4_000_000, REJECTED)
            held = node.pay(5_000_000, "hold")
            node.wait_totals(3, 1, 7, 1)
            node.release(held)
            node.wait_totals(4, 1, 8, 1)
            self.assertEqual(parse(node.textfile.read_text())["lnd_payment_attempts_per_payment_count"][()], 5)

    def test_payments_that_ended_before_its_start_are_not_counted(self) -> None:
        with ExportingNode() as node:
            node.wait_ready()
            node.stop_plugin(EXPORTER)
            for name in ("trackpayments.prom", "trackpayments-prometheus.json"):
                (node.network_directory / name).unlink()
            node.wait_rows(node.pay(1_000_000), "complete")
            node.start_plugin(EXPORTER)
            node.wait_ready()
            node.pay(2_000_000, *RETRY)
            node.wait_totals(1, 0, 2, 0)

    def test_after_any_restart_nothing_is_lost_or_counted_twice(self) -> None:
        with ExportingNode() as node:
            node.wait_ready()
            node.pay(1_000_000)
            node.pay(2_000_000, REJECTED)
            held = [node.pay(3_000_000, "hold") for _ in range(4)]
            node.wait_totals(1, 1, 1, 1)
            # The exporter is stopped.
            node.stop_plugin(EXPORTER)
            node.release(held[0])
            node.wait_rows(held[0], "complete")
            node.start_plugin(EXPORTER)
            node.wait_totals(2, 1, 2, 1)
            # The plugin is stopped, and publishes nothing afterwards.
            node.stop_plugin(PLUGIN)
            node.release(held[1], "fail")
            node.wait_rows(held[1], "failed")
            node.start_plugin(PLUGIN)
            node.wait_totals(2, 2, 2, 2)
            # Both are stopped.
            node.kill_exporter()
            node.stop_plugin(PLUGIN)
            node.release(held[2])
            node.wait_rows(held[2], "complete")
            node.start_plugin(EXPORTER)
            node.start_plugin(PLUGIN)
            node.wait_totals(3, 2, 3, 2)
            # The node crashes.
            node.restart(crash=True)
            node.release(held[3])
            node.wait_totals(4, 2, 4, 2)

    def test_after_a_kill_at_any_moment_it_counts_right(self) -> None:
        with ExportingNode() as node:
            node.wait_ready()
            for _ in range(4):
                for _ in range(3):
                    node.pay(1_000_000)
                    node.pay(2_000_000, *RETRY)
                    node.pay(3_000_000, REJECTED)
                node.kill_exporter()  # in the middle of these
                node.pay(4_000_000, REJECTED)
                node.start_plugin(EXPORTER)
            node.wait_totals(24, 16, 36, 16)

    def test_a_failed_payment_that_goes_on_is_counted_by_its_last_outcome(self) -> None:
        with ExportingNode(settle=86400) as node:
            node.wait_ready()
            made = {**node.invoice(4_000_000, "by hand", {"outcomes": ["temporary_channel_failure", "hold"]}), "amount_msat": 4_000_000}
            node.part(made, 1)
            wait_until(node.standing, "the outcome")
            node.part(made, 2)
            wait_until(lambda: not node.standing(), "its withdrawal")
            node.release(made["payment_hash"])
            node.wait_totals(1, 0, 2, 0)
            # Another one fails for good, with a restart in between.
            node.pay(5_000_000, REJECTED)
            wait_until(node.standing, "the outcome")
            node.stop_plugin(EXPORTER)
            node.start_plugin(EXPORTER)
            node.call("setconfig", {"config": f"{OPTION}settle", "val": "0"})
            node.wait_totals(1, 1, 2, 1)

    def test_a_cursor_of_another_node_is_dropped_and_the_counts_stay(self) -> None:
        with ExportingNode() as node:
            node.wait_ready()
            node.pay(1_000_000)
            node.wait_totals(1, 0, 1, 0)
            node.stop_plugin(EXPORTER)
            state = node.state()
            state["cursor"] = "ffffffff.00000000.1.1"
            (node.network_directory / "trackpayments-prometheus.json").write_text(json.dumps(state))
            node.start_plugin(EXPORTER)
            self.assertIn("another node", node.wait_for_log("the cursor was refused, starting again"))
            wait_until(lambda: not node.state()["cursor"].startswith("ffffffff"), "a cursor of its own")
            node.pay(1_000_000)
            node.wait_totals(2, 0, 2, 0)

    def test_options_change_while_it_runs(self) -> None:
        with ExportingNode() as node, tempfile.TemporaryDirectory() as directory:
            node.wait_ready()
            moved = Path(directory) / "lightning.prom"
            node.call("setconfig", {"config": f"{OPTION}file", "val": str(moved)})
            wait_until(moved.exists, "the new file")
            self.assertFalse(node.textfile.exists(), "a metric in two files is refused by node_exporter")
            node.call("setconfig", {"config": f"{OPTION}interval", "val": "3600"})
            for name, values in {"interval": ("0", "3601", "-1", "x", "1.5", ""), "settle": ("-1", "86401"),
                                 "file": ("", directory, directory + "/missing/x.prom")}.items():
                for value in values:
                    for method, more in (("setconfig", {}), ("check", {"command_to_check": "setconfig"})):
                        with self.subTest(name=name, value=value, method=method), self.assertRaises(RpcError) as refused:
                            node.call(method, {**more, "config": OPTION + name, "val": value})
                        self.assertEqual(refused.exception.code, -32602)
                        # lightningd itself refuses anything but a number.
                        self.assertRegex(refused.exception.message, f"{OPTION}{name}: should|is not a number")
            for params in (["setconfig", f"{OPTION}interval", "7"],
                           {"command_to_check": "setconfig", "config": f"{OPTION}settle", "val": "1"}):
                self.assertEqual(node.call("check", params), {"command_to_check": "setconfig"})

    def test_a_bad_option_at_the_start_disables_it_and_gives_the_reason(self) -> None:
        with Node(f"--{OPTION}file=/missing/x.prom", plugins=[EXPORTER]) as node:
            node.wait_for_log("should name a file in a directory that can be written")
            node.call("getinfo")


class OnPipes(unittest.TestCase):
    """Without an RPC socket."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.numbers = itertools.count(1)

    def start(self) -> subprocess.Popen[str]:
        process = subprocess.Popen([EXPORTER], cwd=self.directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.manifest = self.request(process, "getmanifest", {"allow-deprecated-apis": False})
        self.request(process, "init", {"options": {f"{OPTION}interval": 3600, f"{OPTION}settle": 0}, "configuration": {
            "lightning-dir": str(self.directory), "rpc-file": "lightning-rpc", "startup": True, "network": "regtest", "feature_set": {}}})
        return process

    def request(self, process: subprocess.Popen[str], method: str, params: Any) -> Any:
        number = next(self.numbers)
        self.send(process, {"id": number, "method": method, "params": params})
        while True:
            line = process.stdout.readline()
            self.assertTrue(line, "it ended")
            if line.strip() and (message := json.loads(line)).get("id") == number:
                return message["result"]

    @staticmethod
    def send(process: subprocess.Popen[str], message: dict[str, Any]) -> None:
        process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}, indent=1) + "\n\n")
        process.stdin.flush()

    def totals_after(self, *messages: dict[str, Any]) -> list[int]:
        """Sends these messages, ends it by end of file, and returns the totals."""
        process = self.start()
        for message in messages:
            self.send(process, message)
        process.stdin.close()
        self.assertEqual(process.wait(BOUND), 0)
        return totals(self.directory / "trackpayments.prom")

    def test_both_wrappings_are_read(self) -> None:
        one = {"trackpayments": payment("SUCCEEDED", attempt(1, "SUCCEEDED")), "cursor": "035fdd0c.aaaaaaaa.1.1"}
        two = {"trackpayments": payment("FAILED", attempt(2, "FAILED"), payment_hash="cd" * 32), "cursor": "035fdd0c.aaaaaaaa.2.2"}
        self.assertEqual(self.totals_after({"method": "trackpayments", "origin": "trackpayments", "params": one},
                                   {"method": "trackpayments", "params": {"origin": "trackpayments", "payload": two}}), [1, 1, 1, 1])
        self.assertEqual(self.totals_after(), [1, 1, 1, 1], "after a restart")

    def test_shutdown_writes_the_counts(self) -> None:
        one = {"trackpayments": payment("SUCCEEDED", attempt(1, "SUCCEEDED")), "cursor": "035fdd0c.aaaaaaaa.1.1"}
        process = self.start()
        self.send(process, {"method": "trackpayments", "params": one})
        self.send(process, {"method": "shutdown", "params": {"shutdown": {}}})
        self.assertEqual(process.wait(BOUND), 0)
        self.assertEqual(totals(self.directory / "trackpayments.prom"), [1, 0, 1, 0])
        process.stdin.close()

    def test_the_cursor_of_a_message_does_not_skip_missed_updates(self) -> None:
        one = {"trackpayments": payment("SUCCEEDED", attempt(9, "SUCCEEDED")), "cursor": "035fdd0c.aaaaaaaa.9.9"}
        self.totals_after()
        state = self.directory / "trackpayments-prometheus.json"
        stored = json.loads(state.read_text())
        state.write_text(json.dumps({**stored, "cursor": "035fdd0c.aaaaaaaa.1.1"}))
        process = self.start()
        while "does not answer" not in process.stdout.readline():
            self.assertIsNone(process.poll())
        self.send(process, {"method": "trackpayments", "params": one})
        process.stdin.close()
        self.assertEqual(process.wait(BOUND), 0)
        self.assertEqual(totals(self.directory / "trackpayments.prom"), [1, 0, 1, 0])
        self.assertEqual(json.loads(state.read_text())["cursor"], "035fdd0c.aaaaaaaa.1.1", "the missed updates could not be fetched")

    def test_a_cursor_with_a_fifth_field_has_the_same_run(self) -> None:
        with unittest.mock.patch.object(sys, "path", [os.path.dirname(EXPORTER), *sys.path]):
            run_of = runpy.run_path(EXPORTER, run_name="trackpayments_prometheus")["run_of"]
        for cursor, run in (("035fdd0c.aaaaaaaa.1.1", "aaaaaaaa"), ("035fdd0c.aaaaaaaa.1.1.7", "aaaaaaaa"), ("x", ""), ("x.aaaaaaaa", "")):
            self.assertEqual(run_of(cursor), run, cursor)

    def test_an_unreadable_payment_is_skipped(self) -> None:
        good = payment("SUCCEEDED", attempt(1, "SUCCEEDED"))
        wrong = [{}, {**good, "htlcs": None}, {**good, "htlcs": [{}]}, {**good, "status": 7}, {**good, "status": []}]
        messages = [{"method": "trackpayments", "params": {"trackpayments": one, "cursor": "035fdd0c.aaaaaaaa.1.1"}} for one in wrong]
        self.assertEqual(self.totals_after(*messages), [0, 0, 0, 0])

    def test_an_unreadable_state_is_not_overwritten(self) -> None:
        state = self.directory / "trackpayments-prometheus.json"
        for text in ("", "{", "[]", '{"cursor": "x"}', '{"cursor": "x", "counts": {}}'):
            state.write_text(text)
            process = self.start()
            process.stdin.close()
            self.assertEqual(process.wait(BOUND), 0)
            self.assertEqual(state.read_text(), text)

    def test_the_manifest_has_the_options(self) -> None:
        process = self.start()
        self.assertEqual({option["name"]: (option["type"], option["default"], option["dynamic"]) for option in self.manifest["options"]},
                         {f"{OPTION}file": ("string", "trackpayments.prom", True), f"{OPTION}interval": ("int", 15, True),
                          f"{OPTION}settle": ("int", 60, True)})
        process.stdin.close()


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
