#!/usr/bin/env python3
"""Several payments of one hash behave as recorded with lightningd: refused calls, two invoices, two payers, deletions in between."""

from __future__ import annotations

import json
import re
import unittest
from typing import Any

import recordings
from payer_comparison import L2, L4, PAYEE, Comparison, version_of
from standin import SUBSCRIBER, RpcError, StandIn, json_lines, wait_until

NO = {"do": "incorrect_or_unknown_payment_details", "delay_ms": 50}


def replies(name: str, method: str) -> list[dict[str, Any]]:
    return [{part: a[part] for part in ("result", "error") if part in a} for q, a in recordings.calls(name) if q["method"] == method]


def route(by: str = L2, channels: tuple[str, str] = ("103x1x0", "103x2x0"), sent: int = 1000011) -> list[dict[str, Any]]:
    return [{"id": by, "channel": channels[0], "amount_msat": sent, "delay": 17},
            {"id": PAYEE, "channel": channels[1], "amount_msat": 1000000, "delay": 11}]


class Against(Comparison):
    def stand_in(self, name: str, **more: Any) -> StandIn:
        node = StandIn(environment={"VERSION_AS": version_of(name)}, **more).start()
        self.addCleanup(node.close)
        return node

    def answer(self, node: StandIn, method: str, params: Any) -> dict[str, Any]:
        reply = node.rpc.reply(node.rpc.send(method, params))
        return {part: reply[part] for part in ("result", "error") if part in reply}


class OneHash(Against):
    def test_a_disconnected_peer_makes_no_row_and_the_next_route_is_group_1(self) -> None:
        for name in ("sendpay_refused_then_other_route", "v24.11/sendpay_refused_then_other_route", "v23.11/sendpay_refused_then_other_route"):
            refusal, taken = replies(name, "sendpay")
            node = self.stand_in(name)
            invoice = node.invoice(1000000, "away", {"outcomes": ["peer_away", "settle"]})
            params = {"payment_hash": invoice["payment_hash"], "bolt11": invoice["bolt11"]}
            ours = self.answer(node, "sendpay", {"route": route(), **params})
            self.assertEqual(list(ours["error"]["data"]), list(refusal["error"]["data"]))
            for error in (ours["error"], refusal["error"]):
                error["data"] |= {"erring_node": "", "erring_direction": 0}  # our own node's
            self.assertEqual(ours, refusal, name)
            self.assertEqual(node.rows(), [])
            ours = self.answer(node, "sendpay", {"route": route(L4, ("103x3x0", "103x4x0")), **params})["result"]
            self.assertEqual([list(ours), ours["groupid"]], [list(taken["result"]), taken["result"]["groupid"]])

    def test_group_and_part_of_a_failed_row_cannot_be_used_again(self) -> None:
        for name in ("sendpay_same_part_retried", "v23.11/sendpay_same_part_retried"):
            _, again, other = replies(name, "sendpay")
            node = self.stand_in(name)
            invoice = node.invoice(1000000, "again", {"outcomes": ["fee_insufficient", "settle"]})
            params = {"route": route(), "payment_hash": invoice["payment_hash"], "payment_secret": "11" * 32, "groupid": 5,
                      "amount_msat": 1000000}  # fmt: skip
            node.call("sendpay", {**params, "partid": 1})
            wait_until(lambda: node.rows()[0]["status"] == "failed", "the failure")
            ours = self.answer(node, "sendpay", {**params, "partid": 1})["error"]
            self.assertEqual(re.sub("[0-9a-f]{64}", "", json.dumps(ours)), re.sub("[0-9a-f]{64}", "", json.dumps(again["error"])))
            ours = self.answer(node, "sendpay", {**params, "partid": 2})["result"]
            self.assertEqual([list(ours), ours["groupid"], ours["partid"]], [list(other["result"]), 5, 2])
            self.assertEqual(len(node.rows()), 2)

    def test_group_and_part_of_a_pending_row_are_answered_with_that_row(self) -> None:
        # Seen on v26.06.6: success, the pending row again, nothing new.
        node = self.stand_in("sendpay_same_part_retried")
        invoice = node.invoice(1000000, "twice", {"outcomes": ["hold"]})
        params = {"route": route(), "payment_hash": invoice["payment_hash"]}
        first = self.answer(node, "sendpay", params)
        self.assertEqual(self.answer(node, "sendpay", {**params, "groupid": 1}), first)
        self.assertEqual(len(node.rows()), 1)

    def test_two_invoices_of_one_hash(self) -> None:
        name = "two_invoices_one_hash"
        recorded = replies(name, "xpay")
        node = self.stand_in(name)
        preimage = "5a" * 32
        dear = node.invoice(1050000, "dear", preimage=preimage)
        cheap = node.invoice(1000000, "cheap", preimage=preimage)
        self.assertEqual(dear["payment_hash"], cheap["payment_hash"])
        node.call("scenario", {"label": "dear", "attempts": [NO], "forget_ms": 3_600_000})
        for invoice, reply in zip((dear, cheap, dear), recorded, strict=True):
            ours = self.answer(node, "xpay", {"invstring": invoice["bolt11"]})
            self.assertEqual("result" in ours, "result" in reply)
            if "error" in ours:
                self.assertEqual(ours, reply)
            if invoice is dear and len(node.rows()) == 1:
                (pay,) = node.call("listpays", {"payment_hash": dear["payment_hash"]})["pays"]
                self.assertEqual(pay["status"], "pending", "for some milliseconds more, or for an hour here")
        rows = node.rows()
        self.assertEqual([(row["status"], row["amount_msat"], row["bolt11"]) for row in rows],
                         [("failed", 1050000, dear["bolt11"]), ("complete", 1000000, cheap["bolt11"])])  # fmt: skip
        self.assertEqual(len({row["groupid"] for row in rows}), 2)
        for invoice in (dear, cheap):
            self.assertEqual(node.rows(bolt11=invoice["bolt11"]), rows, "it looks up the hash")

    def test_listpays_after_the_end_of_two_invoices(self) -> None:
        node = self.stand_in("two_invoices_one_hash")
        preimage = "5a" * 32
        dear = node.invoice(1050000, "dear", {"attempts": [NO]}, preimage=preimage)
        cheap = node.invoice(1000000, "cheap", preimage=preimage)
        for invoice in (dear, cheap):
            self.answer(node, "xpay", {"invstring": invoice["bolt11"]})
        wait_until(lambda: node.call("listpays", {"payment_hash": dear["payment_hash"]})["pays"][0]["status"] == "failed", "the end of it")

    def test_two_calls_of_xpay_at_once(self) -> None:
        name = "xpay_twice_at_once"
        recorded = replies(name, "xpay")  # the second was answered first
        node = self.node_for(name)
        invoice = node.invoice(6000000, "both", {"attempts": ["hold"]})
        first = node.rpc.send("xpay", {"invstring": invoice["bolt11"]})
        wait_until(node.rows, "the row")
        refused = self.answer(node, "xpay", {"invstring": invoice["bolt11"]})["error"]
        number = re.compile(r"groupid=\d+")
        wanted = next(reply["error"] for reply in recorded if "error" in reply)
        self.assertEqual(number.sub("", json.dumps(refused)), number.sub("", json.dumps(wanted)))
        self.assertEqual(len(node.rows()), 1)
        groups = lambda: {m["params"]["pay_part_start"]["groupid"] for m in self.messages() if m["method"] == "pay_part_start"}  # noqa: E731
        wait_until(lambda: len(groups()) == 2, "that the second is announced")
        node.call("release", [invoice["payment_hash"], "settle"])
        node.rpc.result(first)
        wait_until(lambda: [m for m in self.messages() if m["method"] == "pay_part_end"], "the end")
        ends = [m["params"]["pay_part_end"]["groupid"] for m in self.messages() if m["method"] == "pay_part_end"]
        self.assertEqual(len(ends), 1, "it has no end")

    def test_delpay_of_a_failed_part_leaves_the_part_in_flight(self) -> None:
        for name in ("xpay_or_delpay", "v25.12/xpay_or_delpay"):
            error = next(reply["error"] for reply in replies(name, "xpay") if "error" in reply)
            node = self.stand_in(name)
            invoice = node.invoice(600_000_000, "split", {"parts": [{"amount_msat": 348_000_000, "do": "hold"}, NO]})
            self.assertEqual(self.answer(node, "xpay", {"invstring": invoice["bolt11"]})["error"], error)
            result = node.call("delpay", {"payment_hash": invoice["payment_hash"], "status": "failed"})
            self.assertEqual([(row["partid"], row["status"]) for row in result["payments"]], [(2, "failed")])
            node.call("release", [invoice["payment_hash"], "fail"])
            self.assertEqual([(row["partid"], row["status"]) for row in node.rows()], [(1, "failed")])
            self.assertEqual(node.call("wait", ["sendpays", "deleted", 0])["deleted"], 0, "a delpay of a whole hash does not count")

    def test_paid_before(self) -> None:
        # plugins/xpay/xpay.c of each version; since v26.06 a redirected pay is answered as if it had paid now.
        for name, code, as_pay in (("", 219, None), ("v25.12/", 218, 218), ("v24.11/", 218, 218)):
            node = self.stand_in(f"{name}renepay", options=["--xpay-handle-pay=true"])
            invoice = node.invoice(1000, "once")["bolt11"]
            node.call("xpay", {"invstring": invoice})
            self.assertEqual(self.answer(node, "xpay", {"invstring": invoice})["error"]["code"], code)
            self.assertEqual(self.answer(node, "pay", {"bolt11": invoice}).get("error", {}).get("code"), as_pay)
            self.assertEqual(len(node.rows()), 1)


class Older(Against):
    def test_parameters_that_xpay_does_not_accept_yet(self) -> None:
        name = "v24.11/xpay_label_and_partial"
        refusal = replies(name, "xpay")[0]
        node = self.stand_in(name)
        invoice = node.invoice(1000, "label")["bolt11"]
        self.assertEqual(self.answer(node, "xpay", {"invstring": invoice, "label": "xpay label"}), refusal)
        offer = node.call("offer", {"amount": 1900000, "description": "lab offer"})["bolt12"]
        self.assertEqual(self.answer(node, "xpay", {"invstring": offer}), replies("v24.11/bolt12_offer", "xpay")[1])

    def test_listpays_while_xpay_waits(self) -> None:
        for name, status in (("v25.12/xpay_waits_for_blocks", "failed"), ("xpay_multi_hop", "pending")):
            node = self.stand_in(name)
            invoice = node.invoice(5200000, "ahead", {"attempts": ["hold", {"do": "settle", "wait_ms": 100}]})
            paying = node.rpc.send("xpay", {"invstring": invoice["bolt11"]})
            wait_until(node.rows, "the first attempt")
            node.call("standin-fault", {"fault": "hang", "method": "injectpaymentonion"})  # it waits until the test has looked at it
            node.call("release", [invoice["payment_hash"], NO])
            (pay,) = node.call("listpays", {"payment_hash": invoice["payment_hash"]})["pays"]
            self.assertEqual(pay["status"], status)
            node.call("standin-fault", {"fault": "unhang", "method": "injectpaymentonion"})
            self.assertEqual(node.rpc.result(paying)["failed_parts"], 1)
            self.assertEqual([(row["partid"], row["status"]) for row in node.rows()], [(1, "failed"), (2, "complete")])
            self.assertEqual(len({row["groupid"] for row in node.rows()}), 1)
        recorded = [a["result"]["pays"][0] for q, a in recordings.calls("v25.12/xpay_waits_for_blocks") if q["method"] == "listpays"]
        self.assertEqual([pay["status"] for pay in recorded], ["failed", "failed", "complete"])

    def test_inner_ids(self) -> None:
        """The ids name the calling plugin; in the oldest version without the command that it serves."""
        wanted = {"v23.11": r"^autoclean:delpay#\d+$", "v24.11.2": r"^test:autoclean-once#\d+/cln:autoclean-once#\d+/autoclean:delpay#\d+$"}
        recorded = [m["params"]["rpc_command"]["id"] for m in recordings.hooks("v23.11/autoclean")]
        self.assertTrue(any(re.match(wanted["v23.11"], str(identity)) for identity in recorded))
        for version, pattern in wanted.items():
            environment = {"VERSION_AS": version, "SUBSCRIBER_TOPICS": "none", "SUBSCRIBER_HOOK": "delpay"}
            with StandIn(plugins=[str(SUBSCRIBER)], environment=environment) as node:
                with self.assertRaises(RpcError):
                    node.call("pay", [node.invoice(1000, "bad", {"attempts": ["fee_insufficient"]})["bolt11"]])
                node.call("autoclean-once", ["failedpays", 0])
                calls = [m["params"]["rpc_command"] for m in json_lines(node.network_directory / "subscriber.jsonl")]
            self.assertEqual([bool(re.match(pattern, c["id"])) for c in calls if c["method"] == "delpay"], [True], version)

    def test_digits_without_quotes_reach_the_hook_unchanged(self) -> None:
        # Recordings cli_bare_digits: lightning-cli's own text, which is no JSON, or a number of 64 digits.
        with StandIn(plugins=[str(SUBSCRIBER)], environment={"SUBSCRIBER_TOPICS": "none", "VERSION_AS": "v23.11"}) as node:
            for digits in ("0" * 63 + "1", "1" * 64):
                node.rpc.send_raw(f'{{ "jsonrpc" : "2.0", "method" : "delpay", "id" : "cli", "params" :[ {digits}, "complete"] }}\n')
                self.assertEqual(node.rpc.reply("cli")["error"], {"code": 208, "message": f"Unknown payment with payment_hash: {digits}"})


if __name__ == "__main__":
    unittest.main()
