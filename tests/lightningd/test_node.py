#!/usr/bin/env python3
"""Features of the stand-in for tests, beyond lightningd's own behaviour: it survives kill -9, fails on demand, and handles load."""

from __future__ import annotations

import json
import shutil
import tempfile
import unittest
from pathlib import Path
from typing import Any

from standin import SUBSCRIBER, RpcError, StandIn, json_lines, wait_until


class Node(unittest.TestCase):
    def node(self, **more: Any) -> StandIn:
        node = StandIn(**more).start()
        self.addCleanup(node.close)
        return node

    def counters(self, node: StandIn) -> list[dict[str, Any]]:
        return [node.call("wait", ["sendpays", index, 0]) for index in ("created", "updated", "deleted")]

    # Restarts

    def test_rows_counters_and_held_parts_survive_kill_and_stop(self) -> None:
        directory = Path(tempfile.mkdtemp(prefix="standin-"))
        self.addCleanup(shutil.rmtree, directory)
        node = self.node(options=["--db", str(directory / "journal")])
        held = node.invoice(1000, "held", {"attempts": ["hold"]})
        node.rpc.send("xpay", [held["bolt11"]])
        node.call("xpay", [node.invoice(1000, "good")["bolt11"]])
        with self.assertRaises(RpcError):
            node.call("pay", [node.invoice(1000, "bad", {"attempts": ["fee_insufficient"]})["bolt11"]])
        wait_until(lambda: len(node.rows()) == 3, "three rows")
        failed = next(row for row in node.rows() if row["status"] == "failed")
        node.call("delpay", {"payment_hash": failed["payment_hash"], "status": "failed", "partid": 0, "groupid": 1})
        for crash in (True, False):
            before = (node.rows(), self.counters(node))
            node.restart(crash=crash)
            self.assertEqual((node.rows(), self.counters(node)), before)
        self.assertEqual(node.call("release", [held["payment_hash"], "settle"]), {"released": 1})
        self.assertEqual({row["status"] for row in node.rows()}, {"complete"})

    def test_a_held_part_can_fail_after_a_restart_without_its_payer(self) -> None:
        directory = Path(tempfile.mkdtemp(prefix="standin-"))
        self.addCleanup(shutil.rmtree, directory)
        environment = {"SUBSCRIBER_TOPICS": "sendpay_failure,pay_part_end"}
        node = self.node(options=["--db", str(directory / "journal")], plugins=[str(SUBSCRIBER)], environment=environment)
        held = node.invoice(1000, "held", {"attempts": ["hold"]})
        node.rpc.send("xpay", [held["bolt11"]])
        wait_until(lambda: node.rows(status="pending"), "the part")
        node.restart(crash=True)
        node.call("release", [held["payment_hash"], "fail"])
        heard = wait_until(lambda: json_lines(node.network_directory / "subscriber.jsonl"), "sendpay_failure")
        self.assertEqual([message["method"] for message in heard], ["sendpay_failure"])
        self.assertEqual(node.call("listpays", {"payment_hash": held["payment_hash"]})["pays"][0]["status"], "failed")

    def test_it_takes_another_id(self) -> None:
        mine = "02" + "ab" * 32
        self.assertEqual(self.node(options=[f"--node-id={mine}"]).call("getinfo")["id"], mine)
        self.assertNotEqual(self.node().call("getinfo")["id"], mine)

    # Scenarios

    def test_a_part_that_settles_alone_leaves_its_sibling_pending(self) -> None:
        node = self.node()
        invoice = node.invoice(5000, "two", {"parts": [{"amount_msat": 2000, "do": "settle_alone"}, "hold"]})
        self.assertEqual(node.call("xpay", [invoice["bolt11"]])["successful_parts"], 2)
        self.assertEqual([row["status"] for row in node.rows()], ["complete", "pending"])
        self.assertEqual(node.call("listpays", {"payment_hash": invoice["payment_hash"]})["pays"][0]["status"], "complete")

    def test_listpays_is_pending_between_two_attempts_of_xpay(self) -> None:
        node = self.node()
        invoice = node.invoice(5000, "slow", {"attempts": ["hold", "hold"]})
        paying = node.rpc.send("xpay", [invoice["bolt11"]])
        wait_until(node.rows, "the first attempt")
        node.call("standin-fault", {"fault": "hang", "method": "injectpaymentonion"})
        node.call("release", [invoice["payment_hash"], "fee_insufficient"])
        self.assertEqual([r["status"] for r in node.rows()], ["failed"])
        self.assertEqual(node.call("listpays", {"payment_hash": invoice["payment_hash"]})["pays"][0]["status"], "pending")
        node.call("standin-fault", {"fault": "unhang", "method": "injectpaymentonion"})
        wait_until(lambda: len(node.rows()) == 2, "the second attempt")
        node.call("release", [invoice["payment_hash"], "fail"])
        self.assertEqual(node.rpc.reply(paying)["error"]["code"], 203)
        failed = lambda: node.call("listpays", {"payment_hash": invoice["payment_hash"]})["pays"][0]["status"] == "failed"  # noqa: E731
        wait_until(failed, "the end of cln-xpay's own memory of it, some milliseconds later")

    def test_a_refused_command_makes_no_row(self) -> None:
        node = self.node()
        refusal = {"do": "refuse", "code": -32602, "message": "Unknown peer 02"}
        invoice = node.invoice(5000, "refused", {"attempts": [refusal]})
        with self.assertRaises(RpcError) as caught:
            node.call("xpay", [invoice["bolt11"]])
        self.assertEqual(caught.exception.code, -3)
        self.assertEqual(node.rows(), [])

    def test_an_invalid_scenario_is_refused(self) -> None:
        node = self.node()
        for entry in ({"label": "x", "parts": ["no such outcome"]}, {"parts": []}, {"label": "x", "parts": 5}):
            with self.assertRaises(RpcError):
                node.call("scenario", entry)

    # The socket

    def test_many_calls_are_in_flight_and_answered_out_of_order(self) -> None:
        node = self.node()
        waiting = [node.rpc.send("wait", ["sendpays", "created", number]) for number in (2, 1)]
        quick = node.rpc.send("getinfo")
        node.rpc.result(quick)
        with node.new_client() as other:
            for number in (1, 2):
                other.call("xpay", [other.call("invoice", [1000, f"l{number}", "d"])["bolt11"]])
        replies = {identity: node.rpc.result(identity) for identity in waiting}
        self.assertEqual([replies[identity]["created"] for identity in waiting], [2, 1])
        self.assertEqual(node.rpc.order[:2], [quick, waiting[1]])

    def test_malformed_requests_are_refused_as_recorded(self) -> None:
        node = self.node()
        for raw in ('{"jsonrpc":"2.0","method":"getinfo","params":{}}', '{"jsonrpc":"1.0","id":1,"method":"getinfo","params":{}}',
                    b'{"jsonrpc":"2.0","id":1,"method":"getinfo","params":{"x":"\xff"}}', "no json"):  # fmt: skip
            with node.new_client() as client:
                client.send_raw(raw)
                self.assertEqual(client.reply(None)["error"]["code"], -32600)
        with node.new_client() as client:
            for request, code in (({"method": "nothing", "params": {}}, -32601), ({"method": "getinfo"}, -32600)):
                client.send_raw(json.dumps({"jsonrpc": "2.0", "id": 5, **request}))
                self.assertEqual(client.reply(5)["error"]["code"], code)

    def test_filter_is_applied(self) -> None:
        self.assertEqual(self.node().call("getinfo", {}, filter={"version": True}), {"version": "v26.06.6"})

    # Faults

    def test_faults_can_be_switched_on_and_off(self) -> None:
        node = self.node(plugins=[str(SUBSCRIBER)])
        node.call("standin-fault", {"fault": "hang", "method": "listsendpays"})
        hanging = node.rpc.send("listsendpays")
        node.call("getinfo")
        self.assertFalse(node.rpc.has_reply(hanging))
        node.call("standin-fault", {"fault": "unhang", "method": "listsendpays"})
        self.assertEqual(node.rpc.result(hanging), {"payments": []})
        node.call("standin-fault", {"fault": "stop-reading", "plugin": "subscriber.py", "ms": 50})
        node.call("standin-fault", {"fault": "refuse-connections"})
        with self.assertRaises(OSError):
            node.new_client()
        node.call("standin-fault", {"fault": "take-connections"})
        node.new_client().close()
        other = node.new_client()
        node.rpc.send("standin-fault", {"fault": "garbage"})  # its own answer comes after the garbage, or inside it
        with self.assertRaises(ValueError):
            other.read()
        other.close()
        node.forget_client()
        node.call("standin-fault", {"fault": "close-connections"})
        with self.assertRaises((EOFError, ConnectionError)):
            node.rpc.read()

    # Load

    def test_thousands_of_payments_of_all_kinds(self) -> None:
        node = self.node()
        mix = {"xpay": 6, "pay": 2, "keysend": 1, "sendpay": 1}
        loaded = node.call("load", {"total": 4000, "mix": mix, "fail_percent": 10})
        self.assertEqual(loaded["started"], 4000)
        self.assertEqual(loaded["succeeded"] + loaded["failed"], 4000)
        wait_until(lambda: not node.rows(status="pending"), "the end of raw payments")
        self.assertGreaterEqual(len(node.rows()), 4000)
        loaded = node.call("load", {"total": 200, "parts": 4})
        self.assertEqual(loaded["succeeded"], 200)

    def test_history_inserts_rows_at_once(self) -> None:
        node = self.node()
        self.assertEqual(node.call("history", {"count": 50_000}), {"created": 50_000})
        page = node.rows(index="created", start=49_990, limit=100)
        self.assertEqual([row["created_index"] for row in page], list(range(49_990, 50_001)))
        self.assertEqual(len(node.rows(index="updated", start=1, limit=7)), 7)

    def test_rows_never_updated_come_first_in_the_order_of_updates(self) -> None:
        node = self.node()
        row = {"payment_hash": "ab" * 32, "partid": 1, "amount_sent_msat": 1000, "created_at": 1_600_000_000}
        node.call("history", {"count": 3})
        node.call("standin-rows", {"rows": [row | {"groupid": 1, "status": "failed", "completed_at": 1_600_000_001},
                                            row | {"groupid": 2, "status": "pending"}]})
        rows = node.rows(index="updated", start=0, limit=4)
        self.assertEqual([(row["created_index"], row.get("updated_index")) for row in rows], [(4, None), (5, None), (1, 1), (2, 2)])
        self.assertEqual([row["created_index"] for row in node.rows(index="updated", start=0, status="pending")], [5])
        self.assertEqual([row["created_index"] for row in node.rows(index="updated", start=1)], [1, 2, 3])


if __name__ == "__main__":
    unittest.main()
