"""Each lightningd since v23.11: checks that the stand-in does differ by version, so that the tests of versions do not test the newest five
times; and hosts that are not lightningd."""

import json
import os
import unittest
from pathlib import Path
from typing import Any

from fake_host import FakeHost, pending_row
from support import PEER, RpcError, Stage, die_on_sigterm
from versions import ALL, Node

NEVER = ["--trackpayments-failed-after=3600"]
NO_HOOK = {"TRACKPAYMENTS_NO_HOOK": "1"}
VERSIONS = [os.environ["VERSION_AS"]] if os.environ.get("VERSION_AS") else list(ALL)


class Differences(unittest.TestCase):
    """Differences that reach the plugin, seen from outside."""

    def each(self, **more: Any) -> Any:
        for version in VERSIONS:
            with self.subTest(version=version), Stage(NEVER, version=version, **more) as stage:
                yield stage

    def raw(self, stage: Stage) -> list[dict[str, Any]]:
        """Notifications unchanged."""
        messages = map(json.loads, stage.subscribers[0].path.read_text().splitlines())
        return [m for m in messages if m["method"] == "trackpayments"]

    def test_our_topic_is_wrapped_by_version(self) -> None:
        for stage in self.each():
            stage.settle()
            for message in self.raw(stage):
                if stage.version.number >= (25, 9):
                    self.assertEqual((message["origin"], set(message["params"])), ("trackpayments", {"trackpayments", "cursor"}))
                else:
                    self.assertEqual((set(message["params"]), message["params"]["origin"]), ({"origin", "payload"}, "trackpayments"))
                    self.assertEqual(set(message["params"]["payload"]), {"trackpayments", "cursor"})

    def test_listpays_is_called_only_where_it_reports_xpay(self) -> None:
        for stage in self.each(hooks="listpays"):
            if not stage.version.has_xpay:
                continue
            invoice = stage.pay(4_000_000, "temporary_channel_failure", by="xpay")
            stage.wait_attempts(invoice, "FAILED")
            stage.settle_slowly()
            self.assertEqual(stage.asked("listpays", invoice) > 0, stage.version.listpays_knows_xpay)

    def test_members_of_xpays_rows(self) -> None:
        for stage in self.each(slow_clock=True):  # the first snapshot may have to wait for its invoice
            if not stage.version.has_xpay:
                self.assertEqual(stage.refused("xpay", ["lnbcrt"])[0], -32601)
                continue
            invoice = stage.pay(9_000_000, parts=[{"amount_msat": 2_000_000, "attempts": ["hold"]}, "hold"])
            payment = stage.wait_status(invoice, "IN_FLIGHT", parts=2)
            rows = stage.node.rows(payment_hash=invoice["payment_hash"])
            self.assertEqual({"amount_msat" in row for row in rows}, {stage.version.number > (24, 11)})
            for attempt, row in zip(payment["htlcs"], rows, strict=True):
                self.assertEqual(attempt["route"]["total_amt_msat"], str(row["amount_sent_msat"]))
            if stage.version.has_pay_part_topics:
                stage.wait_payment(invoice, lambda p: all(len(a["route"]["hops"]) == 2 for a in p["htlcs"]), "the route")
            stage.release(invoice)
            stage.wait_status(invoice, "SUCCEEDED")
            published = {payment["value_msat"] for payment in stage.snapshots(invoice)}
            self.assertEqual(published, {"9000000"}, "from the invoice, if the rows do not have it")

    def test_no_hook_call_of_any_command_is_held_or_changed(self) -> None:
        # Before v25.12 the plugin gets a hook call for each of these.
        calls = [("getinfo", {}), ("listpays", {}), ("wait", ["sendpays", "created", 0]), ("check", {"command_to_check": "getinfo"}),
                 ("trackpayments", {}), ("listsendpays", {"index": "created", "start": 1, "limit": 5}), ("help", {"command": "delpay"})]
        for stage in self.each():
            stage.settle()
            for method, params in calls:
                for identity in (None, 5, "odd \" id"):
                    stage.node.call(method, params, request_id=identity)
            self.assertEqual(stage.refused("no-such-command", {})[0], -32601)

    def test_a_plugin_that_modifies_hook_calls_does_not_disturb_us(self) -> None:
        # If filters are ignored, both plugins get every call.
        for stage in self.each(hooks="delpay,sendpay"):
            invoice = stage.pay(5_000_000)
            stage.wait_status(invoice, "SUCCEEDED")
            stage.node.call("delpay", [invoice["payment_hash"], "complete"])
            stage.wait_deletion(invoice)

    def test_the_plugin_gets_the_hosts_version_and_known_topics(self) -> None:
        for stage in self.each():
            pid = stage.plugin_pid()
            environment = dict(line.split("=", 1) for line in Path(f"/proc/{pid}/environ").read_text().split("\0") if "=" in line)
            self.assertEqual(environment["LIGHTNINGD_VERSION"], stage.version.name)
            self.assertEqual(stage.node.call("getinfo")["version"], stage.version.name)
            unknown = [line for line in stage.node.log().splitlines() if "not a known notification topic" in line]
            self.assertEqual([line for line in unknown if "trackpayments:" in line], [])

    def test_options_can_be_set_and_checked(self) -> None:
        for stage in self.each():
            stage.node.call("setconfig", {"config": "trackpayments-failed-after", "val": "5"})
            self.assertEqual(stage.node.call("listconfigs")["configs"]["trackpayments-failed-after"]["value_int"], 5)
            wrong = {"command_to_check": "trackpayments", "timeout": 3601}
            if stage.version.number >= (24, 5):
                self.assertEqual(stage.refused("check", wrong)[0], -32602)
            else:  # a plugin is not called
                self.assertEqual(stage.node.call("check", wrong), {"command_to_check": "trackpayments"})
            with self.assertRaises(RpcError):
                stage.node.call("setconfig", {"config": "trackpayments-failed-after", "val": "-5"})


@unittest.skipUnless("v23.11" in VERSIONS, "only v23.11 has them")
class OldNames(unittest.TestCase):
    """`msatoshi`, which v23.11 still accepts as `amount_msat`, in the call and in its route."""

    def test_amounts_with_the_old_name_are_read(self) -> None:
        with Stage(NEVER, version="v23.11") as stage:
            invoice = stage.invoice(5_000_000, outcomes=["hold"])
            route = [{"id": PEER, "channel": "103x1x0", "msatoshi": 2_000_000, "delay": 11}]
            stage.node.call("sendpay", {"route": route, "payment_hash": invoice["payment_hash"], "msatoshi": 5_000_000, "partid": 1,
                                        "groupid": 1, "payment_secret": "11" * 32})
            payment = stage.wait_status(invoice, "IN_FLIGHT", parts=1)
            self.assertEqual([h["amt_to_forward_msat"] for h in payment["htlcs"][0]["route"]["hops"]], ["2000000"])
            self.assertEqual(payment["value_msat"], "5000000")


class Hosts(unittest.TestCase):
    """On pipes: numbers for ids, and hosts that are not lightningd."""

    def test_numbers_and_strings_come_back_unchanged_as_ids(self) -> None:
        for version in VERSIONS:
            with self.subTest(version=version), FakeHost(version) as host:
                manifest = host.request("getmanifest", {"allow-deprecated-apis": True}, 20)["result"]
                self.assertIs(manifest["nonnumericids"], True, "so that numbers end with getmanifest")
                topics = set(manifest["subscriptions"])
                self.assertEqual({"pay_part_start", "pay_part_end"} <= topics, Node(version).has_pay_part_topics)
                self.assertEqual(topics & {"log", "plugin_started", "plugin_stopped", "*"}, set())
                self.assertTrue(all(m["description"] and isinstance(m["usage"], str) for m in manifest["rpcmethods"]))

    def test_a_host_without_delpay_is_served_with_and_without_hook(self) -> None:
        for environment in ({}, NO_HOOK):
            with self.subTest(**environment), FakeHost(None, **environment) as host:
                manifest = host.begin(identity=1, **{"trackpayments-failed-after": 0})
                self.assertEqual(manifest["hooks"] == [], bool(environment))
                self.assertEqual([m["name"] for m in manifest["rpcmethods"]], ["trackpayments", "trackpayments-status", "delpay"])
                row = host.insert(pending_row(1))
                host.wait(host.published, "the payment")
                self.assertEqual(host.request("delpay", [row["payment_hash"], "complete"])["error"]["code"], 211)
                host.notify("sendpay_success", host.end(row, "complete"))
                host.wait(lambda: host.published()[-1]["status"] == "SUCCEEDED", "success")
                self.assertEqual(len(host.request("delpay", [row["payment_hash"], "complete"])["result"]["payments"]), 1)
                self.assertEqual(host.request("delpay", [row["payment_hash"], "complete"])["error"]["code"], 208)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
