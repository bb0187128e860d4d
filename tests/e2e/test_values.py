"""The value of a payment: one number, live, after a restart of the plugin in flight, read back by hash and by `since`. There is a test for
each payer; totals that lightningd does not store have tests of their own."""

import time
import unittest
from dataclasses import dataclass
from typing import Any, Callable

from support import PAYEE, PEER, Stage, die_on_sigterm, wait_until
from versions import NODE, needs_whole_rows, needs_xpay

NEVER = ["--trackpayments-failed-after=3600"]
AMOUNT = 5_000_000
SHARES = [{"amount_msat": 2_000_000, "do": "hold"}, {"amount_msat": 3_000_000, "do": "hold"}]
needs_sendamount = unittest.skipUnless(NODE.has_sendamount, f"{NODE.name} has no sendamount")
needs_onion_total = unittest.skipUnless(NODE.number >= (25, 5), f"{NODE.name}: sendonion takes no total_amount_msat")


@dataclass
class Made:
    """A payment whose parts are all in flight."""
    payment_hash: str
    parts: int


def held(stage: Stage, parts: list[Any], amount: int | str = AMOUNT, **kind: Any) -> dict[str, Any]:
    return stage.invoice(amount, parts=parts, **kind)  # type: ignore[arg-type]


def made(stage: Stage, known: set[int], parts: int) -> Made:
    """Waits for that many new rows."""
    def look() -> list[dict[str, Any]] | None:
        rows = [row for row in stage.node.rows() if row["created_index"] not in known and row["status"] == "pending"]
        return rows if len(rows) == parts else None

    rows = wait_until(look, f"{parts} parts in flight")
    assert len({row["payment_hash"] for row in rows}) == 1
    return Made(rows[0]["payment_hash"], parts)


def call(stage: Stage, method: str, parts: int, **params: Any) -> Made:
    known = {row["created_index"] for row in stage.node.rows()}
    stage.node.rpc.send(method, params)
    return made(stage, known, parts)


def send_onion(stage: Stage, invoice: dict[str, Any], sent: int, **more: Any) -> None:
    first_hop = {"id": PEER, "channel": "103x1x0", "amount_msat": sent, "delay": 17}
    stage.node.call("sendonion", {"onion": "00" * 1366, "first_hop": first_hop, "payment_hash": invoice["payment_hash"], **more})


class Values(unittest.TestCase):
    def restart(self, stage: Stage) -> None:
        stage.node.stop_plugin(stage.plugin_path)
        stage.start_plugin()

    def since_the_beginning(self, stage: Stage, payment_hash: str) -> list[dict[str, Any]]:
        node, run, *_ = stage.node.call("trackpayments")["cursor"].split(".")
        cursor, found = f"{node}.{run}.0.0", []
        while True:
            answer = stage.node.call("trackpayments", {"since": cursor})
            found += [payment for payment in answer["payments"] if payment["payment_hash"] == payment_hash]
            cursor = answer["cursor"]
            if not answer.get("more"):
                return found

    def read_back(self, stage: Stage, payment_hash: str) -> dict[str, list[str]]:
        by_hash = stage.node.call("trackpayments", {"payment_hash": payment_hash})["payments"]
        since = self.since_the_beginning(stage, payment_hash)
        for payments in (by_hash, since):
            self.assertEqual(len({payment["payment_index"] for payment in payments}), 1)
        return {"by hash": [p["value_msat"] for p in by_hash], "since": [p["value_msat"] for p in since[-1:]]}

    def follow(self, make: Callable[[Stage], Made], value: int, fees: bool = True, **more: Any) -> None:
        """`fees`: value and fee add up to the amount that left."""
        with Stage(NEVER, plugin=False, slow_clock=True, **more) as stage:
            stage.start_plugin()
            payment = make(stage)
            in_flight = ["IN_FLIGHT"] * payment.parts
            stage.wait_payment(payment.payment_hash, lambda p: [a["status"] for a in p["htlcs"]][-payment.parts:] == in_flight, "its parts")
            stage.settle()
            values = {"live": sorted({p["value_msat"] for p in stage.snapshots(payment.payment_hash)})}
            before = len(stage.snapshots(payment.payment_hash))
            self.restart(stage)
            stage.wait_payment(payment.payment_hash, lambda _: len(stage.snapshots(payment.payment_hash)) > before, "it again")
            stage.settle()
            stage.release({"payment_hash": payment.payment_hash})
            last = stage.wait_status(payment.payment_hash, "SUCCEEDED")
            stage.barrier()
            values["restarted in flight"] = sorted({p["value_msat"] for p in stage.snapshots(payment.payment_hash)[before:]})
            self.restart(stage)
            values |= self.read_back(stage, payment.payment_hash)
            self.assertEqual(values, {when: [str(value)] for when in values})
            if fees:
                left = sum(row["amount_sent_msat"] for row in stage.node.rows(payment_hash=payment.payment_hash)
                           if row["status"] == "complete")  # fmt: skip
                self.assertEqual(int(last["value_msat"]) + int(last["fee_msat"]), left)

    # xpay, sendamount, xkeysend

    @needs_xpay
    def test_xpay_of_an_invoice(self) -> None:
        self.follow(lambda stage: call(stage, "xpay", 2, invstring=held(stage, SHARES)["bolt11"]), AMOUNT, fees=NODE.rows_are_whole)

    @needs_xpay
    @needs_whole_rows
    def test_xpay_of_an_invoice_without_amount(self) -> None:
        def make(stage: Stage) -> Made:
            return call(stage, "xpay", 2, invstring=held(stage, SHARES, "any")["bolt11"], amount_msat=AMOUNT)

        self.follow(make, AMOUNT)

    @needs_xpay
    def test_xpay_of_a_share(self) -> None:
        # As a Cashu mint does: another node pays the rest. The value is the whole, as in LND's mpp record.
        def make(stage: Stage) -> Made:
            return call(stage, "xpay", 1, invstring=held(stage, ["hold"])["bolt11"], partial_msat=2_000_000)

        self.follow(make, AMOUNT, fees=False)

    @needs_sendamount
    def test_sendamount_of_bolt11(self) -> None:
        def make(stage: Stage) -> Made:
            return call(stage, "sendamount", 1, invstring=held(stage, [{"do": "hold", "via": "l2"}], "any")["bolt11"], amount_msat=2_000_000)

        self.follow(make, 1_999_980)

    @needs_sendamount
    def test_sendamount_of_an_offer(self) -> None:
        def make(stage: Stage) -> Made:
            offer = stage.node.call("offer", {"amount": "any", "description": "as you like", "label": "offered"})["bolt12"]
            stage.node.call("scenario", {"label": "offered", "attempts": [{"do": "hold", "via": "l2"}]})
            return call(stage, "sendamount", 1, invstring=offer, amount_msat=2_000_000)

        self.follow(make, 1_999_980)

    @needs_sendamount
    def test_the_value_of_sendamount_is_what_its_newest_attempt_delivers(self) -> None:
        with Stage(NEVER, plugin=False) as stage:
            stage.start_plugin()
            attempts = [{"do": "hold", "via": "l5"}, {"do": "hold", "via": "l2"}]
            invoice = stage.invoice("any", *attempts)  # type: ignore[arg-type]
            call(stage, "sendamount", 1, invstring=invoice["bolt11"], amount_msat=2_000_000)
            first = stage.wait_attempts(invoice, "IN_FLIGHT")
            stage.release(invoice, "temporary_channel_failure")
            stage.wait_attempts(invoice, "FAILED", "IN_FLIGHT")
            stage.release(invoice)
            stage.wait_status(invoice, "SUCCEEDED")
            rows = stage.node.rows(payment_hash=invoice["payment_hash"])
            self.assertLess(rows[0]["amount_msat"], rows[1]["amount_msat"], "the first route was more expensive")
            self.assertEqual(first["value_msat"], str(rows[0]["amount_msat"]))
            by_parts = {len(p["htlcs"]): p["value_msat"] for p in stage.snapshots(invoice)}
            self.assertEqual(by_parts, {n: str(row["amount_msat"]) for n, row in enumerate(rows, 1)})
            self.restart(stage)
            values = self.read_back(stage, invoice["payment_hash"])
            self.assertEqual(values, {when: [str(rows[1]["amount_msat"])] for when in values})

    @needs_sendamount
    def test_xkeysend(self) -> None:
        def make(stage: Stage) -> Made:
            stage.node.call("scenario", {"label": "tip", "attempts": ["hold"]})
            return call(stage, "xkeysend", 1, destination=PAYEE, amount_msat=1_500_000, label="tip")

        self.follow(make, 1_500_000)

    @needs_sendamount
    def test_xkeysend_in_parts(self) -> None:
        def make(stage: Stage) -> Made:
            stage.node.call("scenario", {"label": "tip", "parts": SHARES})
            return call(stage, "xkeysend", 2, destination=PAYEE, amount_msat=AMOUNT, label="tip")

        self.follow(make, AMOUNT)

    # pay, keysend, renepay

    def test_pay_of_an_invoice(self) -> None:
        self.follow(lambda stage: call(stage, "pay", 2, bolt11=held(stage, SHARES)["bolt11"]), AMOUNT)

    def test_pay_of_an_invoice_without_amount(self) -> None:
        self.follow(lambda stage: call(stage, "pay", 2, bolt11=held(stage, SHARES, "any")["bolt11"], amount_msat=AMOUNT), AMOUNT)

    def test_keysend(self) -> None:
        def make(stage: Stage) -> Made:
            stage.node.call("scenario", {"label": "tip", "attempts": ["hold"]})
            return call(stage, "keysend", 1, destination=PAYEE, amount_msat=1_500_000, label="tip")

        self.follow(make, 1_500_000)

    def test_renepay(self) -> None:
        self.follow(lambda stage: call(stage, "renepay", 2, invstring=held(stage, SHARES)["bolt11"]), AMOUNT)

    def test_renepay_that_delivers_more_than_the_invoice(self) -> None:
        # As v23.11 does: 3300034 for 3300000. The surplus is neither value nor a fee.
        def make(stage: Stage) -> Made:
            return call(stage, "renepay", 1, invstring=held(stage, [{"do": "hold", "overpay_msat": 34}])["bolt11"])

        self.follow(make, AMOUNT, fees=False)

    # By hand

    def test_sendpay_with_its_invoice(self) -> None:
        def make(stage: Stage) -> Made:
            invoice = stage.invoice(AMOUNT, outcomes=["hold"])
            for part, amount in ((1, 2_000_000), (2, 3_000_000)):
                stage.sendpay(invoice, amount, partid=part, groupid=1)
            return Made(invoice["payment_hash"], 2)

        self.follow(make, AMOUNT)

    def without_invoice(self, stage: Stage, part: int, amount: int, invoice: dict[str, Any]) -> None:
        route = [{"id": PEER, "channel": "103x1x0", "amount_msat": amount + 11, "delay": 17},
                 {"id": PAYEE, "channel": "103x2x0", "amount_msat": amount, "delay": 11}]
        stage.node.call("sendpay", {"route": route, "payment_hash": invoice["payment_hash"], "amount_msat": AMOUNT, "partid": part,
                                    "groupid": 1, "payment_secret": "11" * 32})

    def test_sendpay_with_an_amount(self) -> None:
        def make(stage: Stage) -> Made:
            invoice = stage.invoice(AMOUNT, outcomes=["hold"])
            for part, amount in ((1, 2_000_000), (2, 3_000_000)):
                self.without_invoice(stage, part, amount, invoice)
            return Made(invoice["payment_hash"], 2)

        self.follow(make, AMOUNT)

    def test_sendpay_of_nothing_but_a_route(self) -> None:
        def make(stage: Stage) -> Made:
            invoice = stage.invoice(1_000_000, outcomes=["hold"])
            route = [{"id": PEER, "channel": "103x1x0", "amount_msat": 1_000_011, "delay": 17},
                     {"id": PAYEE, "channel": "103x2x0", "amount_msat": 1_000_000, "delay": 11}]
            stage.node.call("sendpay", {"route": route, "payment_hash": invoice["payment_hash"]})
            return Made(invoice["payment_hash"], 1)

        self.follow(make, 1_000_000)

    @needs_onion_total
    def test_sendonion_with_its_total(self) -> None:
        def make(stage: Stage) -> Made:
            invoice = stage.invoice(AMOUNT, outcomes=["hold"])
            for part, amount in ((1, 2_000_000), (2, 3_000_000)):
                send_onion(stage, invoice, amount + 11, partid=part, groupid=1, amount_msat=amount, total_amount_msat=AMOUNT)
            return Made(invoice["payment_hash"], 2)

        self.follow(make, AMOUNT)

    def test_sendonion_of_nothing_but_an_onion(self) -> None:
        # The amount that arrives is unknown: the amount that left counts.
        def make(stage: Stage) -> Made:
            invoice = stage.invoice(1_000_000, outcomes=[{"do": "hold"}])
            send_onion(stage, invoice, 1_000_011)
            return Made(invoice["payment_hash"], 1)

        self.follow(make, 1_000_011, fees=False)

    # Without the hook the value is only in the invoice; a first snapshot may wait for that

    def test_without_the_hook_the_value_comes_from_the_invoice(self) -> None:
        def by_hand(stage: Stage) -> Made:
            invoice = stage.invoice(AMOUNT, outcomes=["hold"])
            for part, amount in ((1, 2_000_000), (2, 3_000_000)):
                stage.sendpay(invoice, amount, partid=part, groupid=1)
            return Made(invoice["payment_hash"], 2)

        makers = {"by hand": by_hand,
                  "pay": lambda stage: call(stage, "pay", 2, bolt11=held(stage, SHARES)["bolt11"]),
                  "renepay": lambda stage: call(stage, "renepay", 2, invstring=held(stage, SHARES)["bolt11"])}
        if NODE.has_xpay and NODE.rows_are_whole:
            makers["xpay"] = lambda stage: call(stage, "xpay", 2, invstring=held(stage, SHARES)["bolt11"])
            makers["a share"] = lambda stage: call(stage, "xpay", 1, invstring=held(stage, ["hold"])["bolt11"], partial_msat=2_000_000)
        for name, make in makers.items():
            with self.subTest(name):
                self.follow(make, AMOUNT, fees=name != "a share", environment={"TRACKPAYMENTS_NO_HOOK": "1"})

    # Failed in parts

    def test_an_invoice_that_failed_in_parts(self) -> None:
        for by in ("pay", "renepay", *(["xpay"] if NODE.listpays_knows_xpay else [])):
            with self.subTest(by=by), Stage(["--trackpayments-failed-after=0"], plugin=False) as stage:
                stage.start_plugin()
                busy = "temporary_channel_failure"
                invoice = stage.invoice(AMOUNT, parts=[{"amount_msat": 2_000_000, "attempts": [busy]}, busy])
                stage.refused(by, {"bolt11" if by == "pay" else "invstring": invoice["bolt11"]})
                stage.wait_status(invoice, "FAILED", parts=2)
                values = {"live": sorted({p["value_msat"] for p in stage.snapshots(invoice)})}
                # A payment that ended in the second of the plugin's start might go on: it would be followed, not read back.
                wait_until(lambda: time.time() > max(row["completed_at"] for row in stage.node.rows()) + 2, "some time")
                self.restart(stage)
                values |= self.read_back(stage, invoice["payment_hash"])
                self.assertEqual(values, {when: [str(AMOUNT)] for when in values})

    # Not stored: the value that is read back differs

    def test_the_total_of_a_sendpay_is_not_stored(self) -> None:
        with Stage(NEVER, plugin=False) as stage:
            stage.start_plugin()
            invoice = stage.invoice(AMOUNT, outcomes=["hold"])
            self.without_invoice(stage, 1, 2_000_000, invoice)
            stage.wait_status(invoice, "IN_FLIGHT", parts=1)
            stage.settle()
            self.assertEqual({p["value_msat"] for p in stage.snapshots(invoice)}, {str(AMOUNT)})
            before = len(stage.snapshots(invoice))
            self.restart(stage)
            stage.wait_payment(invoice, lambda _: len(stage.snapshots(invoice)) > before, "it again")
            self.assertEqual({p["value_msat"] for p in stage.snapshots(invoice)[before:]}, {"2000000"}, "what its rows deliver")
            self.without_invoice(stage, 2, 3_000_000, invoice)
            stage.wait_payment(invoice, lambda p: (len(p["htlcs"]), p["value_msat"]) == (2, str(AMOUNT)), "the total once more")
            stage.release(invoice)
            stage.wait_status(invoice, "SUCCEEDED")

    @needs_xpay
    @needs_whole_rows
    def test_the_value_of_a_share_of_an_invoice_without_amount_is_never_0(self) -> None:
        with Stage(NEVER, plugin=False) as stage:
            stage.start_plugin()
            invoice = held(stage, ["hold"], "any")
            payment = call(stage, "xpay", 1, invstring=invoice["bolt11"], amount_msat=AMOUNT, partial_msat=2_000_000)
            stage.wait_status(payment.payment_hash, "IN_FLIGHT", parts=1)
            stage.release(invoice, "settle_alone")
            stage.wait_status(payment.payment_hash, "SUCCEEDED")
            self.assertLessEqual({p["value_msat"] for p in stage.snapshots(payment.payment_hash)}, {"2000000", str(AMOUNT)})
            self.restart(stage)
            self.assertEqual(self.read_back(stage, payment.payment_hash), {"by hash": ["2000000"], "since": ["2000000"]})


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
