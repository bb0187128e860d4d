#!/usr/bin/env python3
"""The payers of the stand-in behave as those recorded with v25.12.1, v24.11.2 and v23.11.2; renepay, sendamount and xkeysend as in each
recorded version (payer_comparison.py)."""

from __future__ import annotations

import unittest
from typing import Any

import recordings
from payer_comparison import VIA, Comparison, payment_of
from standin import wait_until

XPAY = ("--xpay-handle-pay=true",)
BUSY = {"do": "temporary_channel_failure", "raw_message": "10070000"}
NO = "incorrect_or_unknown_payment_details"


def refused_by(via: str, name: str, number: int = 0) -> dict[str, Any]:
    """The payee's failure, as recorded."""
    failures = [m["params"]["sendpay_failure"]["data"] for m in payment_of(name, number)[2] if m["method"] == "sendpay_failure"]
    raw = failures[0].get("raw_message")
    return {"do": NO, "via": via, "delay_ms": 100, **({"raw_message": raw} if raw else {})}


class Renepay(Comparison):
    def rows(self) -> list[tuple[int, int, str]]:
        return [(row["groupid"], row.get("partid", 0), row["status"]) for row in self.node.rows()]

    def retried(self, name: str, overpay: int = 0) -> None:
        attempts = [{**BUSY, "via": "l2"}, {**BUSY, "via": "l4"}, {"do": "settle", "via": "l5"}]
        if overpay:
            attempts = [{**BUSY, "via": "l4", "overpay_msat": overpay}, {**BUSY, "via": "l2", "overpay_msat": overpay}, attempts[2]]
        self.compare(name, {"attempts": attempts})

    def test_three_groups_for_three_attempts(self) -> None:
        for name in ("renepay_retried", "v24.11/renepay_retried"):
            with self.subTest(name):
                self.retried(name)
                self.assertEqual(self.rows(), [(1, 1, "failed"), (2, 1, "failed"), (3, 1, "complete")])

    def test_one_group_in_the_oldest_and_more_than_asked(self) -> None:
        self.retried("v23.11/renepay_retried", overpay=34)
        self.assertEqual(self.rows(), [(1, 1, "failed"), (1, 2, "failed"), (1, 3, "complete")])
        self.assertEqual([row["amount_msat"] for row in self.node.rows()], [3300034, 3300034, 3300000])

    def test_at_once(self) -> None:
        for name, via, overpay in (("renepay", "l2", 0), ("v25.12/renepay", "l4", 0), ("v24.11/renepay", "l4", 0), ("v23.11/renepay", "l4", 68)):
            with self.subTest(name):
                self.compare(name, {"attempts": [{"do": "settle", "via": via, "overpay_msat": overpay}]})

    def test_in_parts(self) -> None:
        vias = {"renepay": "l4 l5 l2", "v25.12/renepay": "l2 l4 l5", "v24.11/renepay": "l5 l2 l4", "v23.11/renepay": "l2 l4 l5"}
        big = {"l4": 100, "l5": 250, "l2": 250}
        for name, order in vias.items():
            with self.subTest(name):
                amounts = {"l4": 250, "l5": 250, "l2": 100} if name == "renepay" else big
                parts = [{"amount_msat": amounts[via] * 1_000_000, "do": "settle", "via": via} for via in order.split()]
                self.compare(name, {"parts": parts}, number=1)
                self.assertEqual(sorted(self.rows()), [(1, 1, "complete"), (1, 2, "complete"), (1, 3, "complete")])

    def test_a_part_in_flight_keeps_the_group(self) -> None:
        again = {"split": [{"amount_msat": 50_000_000, "via": "l4"}, {"amount_msat": 200_000_000, "via": "l5"}]}
        parts = [{"amount_msat": 250_000_000, "attempts": [{**BUSY, "via": "l2"}, again]}, {"amount_msat": 250_000_000, "via": "l4"},
                 {"amount_msat": 100_000_000, "via": "l5"}]  # fmt: skip
        self.compare("v25.12/renepay_split_retried", {"parts": parts})
        self.assertEqual(self.rows(), [(1, 1, "failed")] + [(1, part, "complete") for part in (2, 3, 4, 5)])

    def test_refused_by_the_payee(self) -> None:
        for name in ("renepay_refused", "v25.12/renepay_refused", "v24.11/renepay_refused", "v23.11/renepay_refused"):
            with self.subTest(name):
                self.compare(name, {"attempts": [refused_by("l5", name)]})

    def test_without_another_route(self) -> None:
        recorded = payment_of("renepay_retried", 1)[1]["error"]
        self.compare("renepay_retried", {"payer_error": {"code": recorded["code"], "message": recorded["message"]}}, number=1)


class Spent(Comparison):
    """sendamount and xkeysend."""

    def test_sendamount_spends_the_given_amount(self) -> None:
        self.compare("sendamount_bolt11", {"attempts": [{"via": "l2"}]}, number=1)
        (row,) = self.node.rows()
        self.assertEqual((row["amount_msat"], row["amount_sent_msat"]), (1999980, 2000000))

    def test_sendamount_refused_by_the_payee(self) -> None:
        self.compare("sendamount_refused", {"attempts": [refused_by("l2", "sendamount_refused", 3)]}, number=3)

    def test_sendamount_refuses_another_amount(self) -> None:
        request, reply, _ = payment_of("sendamount_refused", 0)
        node = self.node_for("sendamount_refused")
        with_amount = node.invoice(1000000, "with an amount")["bolt11"]
        offer = node.call("offer", {"amount": 1000000, "description": "d"})["bolt12"]
        for text, recorded in ((with_amount, reply), (offer, payment_of("sendamount_refused", 1)[1])):
            answer = node.rpc.reply(node.rpc.send("sendamount", {**request["params"], "invstring": text}))
            self.assertEqual(answer["error"], recorded["error"])
        self.assertEqual(node.rows(), [])

    def test_sendamount_requests_an_offers_invoice_for_half(self) -> None:
        node = self.node_for("sendamount_offer")
        offer = node.call("offer", {"amount": "any", "description": "as you like", "label": "offered"})["bolt12"]
        node.call("scenario", {"label": "offered", "attempts": [{"via": "l2"}]})
        request, reply, recorded = payment_of("sendamount_offer")
        result = node.call("sendamount", {**request["params"], "invstring": offer})
        self.assertEqual({**result, "payment_preimage": ""}, {**reply["result"], "payment_preimage": ""})
        starts = lambda messages: [m["params"]["pay_part_start"] for m in messages if m["method"] == "pay_part_start"]  # noqa: E731
        start, real = wait_until(lambda: starts(self.messages()), "the announcement")[0], starts(recorded)[0]
        self.assertEqual([start["total_payment_msat"], start["attempt_msat"]], [real["total_payment_msat"], real["attempt_msat"]])
        self.assertEqual([hop["channel_out_msat"] for hop in start["hops"]], [hop["channel_out_msat"] for hop in real["hops"]])
        (row,) = node.rows()
        self.assertEqual(node.call("decode", [row["bolt12"]])["invoice_amount_msat"], 950_000)

    def test_a_sendamount_in_parts_crashes_the_node(self) -> None:
        reply = payment_of("sendamount_split")[1]
        node = self.node_for("sendamount_split")
        invoice = node.invoice("any", "split", {"parts": ["settle", "settle"]})
        answer = node.rpc.reply(node.rpc.send("sendamount", {"invstring": invoice["bolt11"], "amount_msat": 700_000_000}))
        self.assertEqual(answer["error"], reply["error"])
        self.assertEqual(node.wait_exit(), 1)

    def test_xkeysend(self) -> None:
        for number in (0, 1):
            self.compare("xkeysend", {"attempts": [{"via": "l2"}]}, number, mask={"payment_hash"})

    def test_xkeysend_refused(self) -> None:
        self.compare("xkeysend_refused", {"attempts": [refused_by("l2", "xkeysend_refused")]}, mask={"payment_hash"})

    def test_a_share(self) -> None:
        self.compare("xpay_partial_two_nodes", {"attempts": [{"do": "settle_alone", "via": "l2", "delay_ms": 50}]})

    def test_a_share_without_the_remaining_parts(self) -> None:
        self.compare("xpay_partial_timeout", {"attempts": [{"via": "l2"}], "mpp_timeout_ms": 100}, mask={"message"})


class Older(Comparison):
    def test_xpay(self) -> None:
        for name, via in (("v25.12/xpay_multi_hop", "l2"), ("v24.11/xpay_multi_hop", "l2")):
            with self.subTest(name):
                self.compare(name, {"attempts": [{"via": via_of(name) or via}]})

    def test_a_redirected_pay(self) -> None:
        for name in ("v25.12/pay_redirected", "v24.11/pay_redirected"):
            with self.subTest(name):
                self.compare(name, {"attempts": [{"via": via_of(name)}]}, options=XPAY)

    def test_a_pay_with_a_label_is_not_redirected(self) -> None:
        for name in ("v25.12/pay_redirected", "v24.11/pay_redirected"):
            with self.subTest(name):
                self.compare(name, {"attempts": [{"via": via_of(name, 1)}]}, number=1, options=XPAY)

    def test_the_old_pay(self) -> None:
        for name in ("v24.11/pay_legacy", "v23.11/pay_legacy"):
            with self.subTest(name):
                self.compare(name, {"attempts": [{"via": via_of(name)}]})

    def test_the_old_pay_fails(self) -> None:
        for name in ("v25.12/pay_legacy_fails", "v24.11/pay_legacy_fails", "v23.11/pay_legacy_fails"):
            with self.subTest(name):
                self.compare(name, {"attempts": [refused_by(via_of(name), name)]})

    def test_pay_and_keysend_retry_in_their_group(self) -> None:
        for name in ("v25.12/pay_legacy_retry", "keysend_retried"):
            with self.subTest(name):
                recorded = [m["params"]["rpc_command"] for m in payment_of(name)[2] if m["method"] == "rpc_command"]
                ways = [VIA[call["params"]["first_hop"]["id"]] for call in recorded if call["method"] == "sendonion"]
                attempts = [{**BUSY, "via": ways[0], "delay_ms": 100}, {**BUSY, "via": ways[1], "delay_ms": 100}, {"via": ways[2]}]
                self.compare(name, {"attempts": attempts}, mask={"payment_hash"} if "keysend" in name else set())

    def test_keysend(self) -> None:
        for name in ("v25.12/keysend", "v24.11/keysend", "v23.11/keysend"):
            with self.subTest(name):
                self.compare(name, {"attempts": [{"via": via_of(name)}]}, mask={"payment_hash"})

    def test_the_old_pay_to_ourselves(self) -> None:
        self.compare("v23.11/self_payment", {}, to_self=True)

    def test_a_pay_that_waits_for_a_block_goes_on_in_its_group(self) -> None:
        name = "v23.11/held_then_failed"
        split = {"split": [{"amount_msat": 3532793, "via": "l2", "wait_ms": 400}, {"amount_msat": 3467207, "via": "l2", "wait_ms": 400}]}
        self.compare(name, {"attempts": [refused_by("l2", name), split]})
        rows = sorted((row["groupid"], row.get("partid", 0), row["status"]) for row in self.node.rows())
        self.assertEqual(rows, [(1, 0, "failed"), (1, 1, "complete"), (1, 2, "complete")])


def via_of(name: str, number: int = 0) -> str:
    """The first node on the route of the nth payment of a recording."""
    for message in payment_of(name, number)[2]:
        if message["method"] == "pay_part_start":
            return VIA[message["params"]["pay_part_start"]["hops"][0]["next_node"]]
        request = message["params"].get("rpc_command", {})
        if request.get("method") == "sendonion":
            return VIA[request["params"]["first_hop"]["id"]]
    sent = next(m["params"]["sendpay_success"] for m in payment_of(name, number)[2] if m["method"] == "sendpay_success")
    return "l5" if sent["amount_sent_msat"] - sent["amount_msat"] > 1000 else "l2"


if __name__ == "__main__":
    unittest.main()
