"""LND's typical sequences of snapshots (lnrpc/routerrpc, routing/control_tower.go), for Core Lightning's payers. A snapshot is
written `STATUS attempts reason preimage`: attempts I in flight, S settled, F failed; a known preimage is a `+`.

Where lightningd reports less than LND, the expected list has a number:
  (1) LND begins with a payment without attempts. lightningd has a payment only once it has a part.
  (2) LND records the payee's refusal before it fails the attempt: IN_FLIGHT with a reason. lightningd reports the failed part first,
      and then that the payer gave up, which gives the reason.
  (3) Rows listed by one answer are published together: LND's first part may be published with its sibling.
  (4) Payments by hand: only silence shows that no other attempt comes.
"""

import itertools
import unittest
from typing import Any

from support import Stage, die_on_sigterm
from versions import needs_the_end, needs_xpay

NEVER = ["--trackpayments-failed-after=3600"]
LETTERS = {"IN_FLIGHT": "I", "SUCCEEDED": "S", "FAILED": "F"}
PAYERS = ("xpay", "pay")


def line(payment: dict[str, Any]) -> str:
    attempts = "".join(LETTERS[attempt["status"]] for attempt in payment["htlcs"])
    reason = payment["failure_reason"].removeprefix("FAILURE_REASON_")
    shown = "" if payment["payment_preimage"] == "0" * 64 else "+"
    return f"{payment['status']} [{attempts}] {reason} {shown}".strip()


class Sequences(unittest.TestCase):
    def published(self, stage: Stage, what: Any) -> list[str]:
        """Distinct snapshots in this form, which leaves out a failure that is published again with more detail."""
        return [text for text, _ in itertools.groupby(map(line, stage.snapshots(what)))]

    def test_success(self) -> None:
        with Stage(NEVER) as stage:
            payments = [stage.pay(5_000_000, "hold", by=by) for by in PAYERS] + [stage.by_hand(5_000_000, "hold")]
            for invoice in payments:
                stage.wait_attempts(invoice, "IN_FLIGHT")
                stage.release(invoice)
                stage.wait_status(invoice, "SUCCEEDED")
                self.assertEqual(self.published(stage, invoice), [
                    # (1): not IN_FLIGHT []
                    "IN_FLIGHT [I] NONE",
                    "SUCCEEDED [S] NONE +"])

    def test_success_of_keysend(self) -> None:
        with Stage(NEVER) as stage:
            stage.node.call("scenario", {"label": "gift", "attempts": ["hold"]})
            stage.node.rpc.send("keysend", {"destination": "02" + "11" * 32, "amount_msat": 7000, "label": "gift"})
            payment_hash = stage.wait_payment(None, lambda p: True, "the gift")["payment_hash"]
            stage.release({"payment_hash": payment_hash})
            stage.wait_status(payment_hash, "SUCCEEDED")
            self.assertEqual(self.published(stage, payment_hash), ["IN_FLIGHT [I] NONE", "SUCCEEDED [S] NONE +"])  # (1)

    def test_retry_then_success(self) -> None:
        retry = [
            # (1): not IN_FLIGHT []
            "IN_FLIGHT [I] NONE",
            "IN_FLIGHT [F] NONE",
            "IN_FLIGHT [FI] NONE",
            "SUCCEEDED [FS] NONE +"]
        with Stage(NEVER) as stage:
            for by in PAYERS:
                invoice = stage.pay(5_000_000, "hold", "hold", by=by)
                stage.wait_attempts(invoice, "IN_FLIGHT")
                stage.release(invoice, "temporary_channel_failure")
                stage.wait_attempts(invoice, "FAILED", "IN_FLIGHT")
                stage.release(invoice)
                stage.wait_status(invoice, "SUCCEEDED")
                self.assertEqual((by, self.published(stage, invoice)), (by, retry))
            invoice = stage.by_hand(5_000_000, "hold", partid=1, groupid=1)
            stage.wait_attempts(invoice, "IN_FLIGHT")
            stage.release(invoice, "temporary_channel_failure")
            stage.wait_attempts(invoice, "FAILED")
            stage.sendpay(invoice, partid=2, groupid=1)
            stage.wait_attempts(invoice, "FAILED", "IN_FLIGHT")
            stage.release(invoice)
            stage.wait_status(invoice, "SUCCEEDED")
            self.assertEqual(self.published(stage, invoice), retry)

    def test_two_parts(self) -> None:
        with Stage(NEVER) as stage:
            payments = [stage.pay(6_000_000, parts=["hold", "hold"], by=by) for by in PAYERS]
            by_hand = stage.invoice(6_000_000, outcomes=["hold"])
            for partid in (1, 2):
                stage.sendpay(by_hand, 3_000_000, partid=partid, groupid=1)
                stage.wait_attempts(by_hand, *["IN_FLIGHT"] * partid)
            for invoice in [*payments, by_hand]:
                stage.wait_attempts(invoice, "IN_FLIGHT", "IN_FLIGHT")
                first = stage.node.rows(payment_hash=invoice["payment_hash"])[0]["partid"]
                stage.release(invoice, "settle", partid=first)
                stage.wait_attempts(invoice, "SUCCEEDED", "IN_FLIGHT")
                stage.release(invoice)
                stage.wait_status(invoice, "SUCCEEDED")
                published = self.published(stage, invoice)
                if invoice is by_hand or published[0] == "IN_FLIGHT [I] NONE":
                    self.assertEqual(published.pop(0), "IN_FLIGHT [I] NONE")  # (1): not IN_FLIGHT [] before it; (3): or not at all
                self.assertEqual(published, [
                    "IN_FLIGHT [II] NONE",
                    "IN_FLIGHT [SI] NONE +",
                    "SUCCEEDED [SS] NONE +"])

    @needs_the_end
    def test_the_payee_refuses(self) -> None:
        refused = [
            # (1): not IN_FLIGHT []
            "IN_FLIGHT [I] NONE",
            # (2): not IN_FLIGHT [I] INCORRECT_PAYMENT_DETAILS
            "IN_FLIGHT [F] NONE",
            "FAILED [F] INCORRECT_PAYMENT_DETAILS"]
        with Stage(NEVER) as stage:
            payments = [stage.pay(5_000_000, "hold", by=by) for by in PAYERS]
            by_hand = stage.by_hand(5_000_000, "hold")
            for invoice in [*payments, by_hand]:
                stage.wait_attempts(invoice, "IN_FLIGHT")
                stage.release(invoice, "incorrect_or_unknown_payment_details")
                stage.wait_attempts(invoice, "FAILED")
            for invoice in payments:
                stage.wait_status(invoice, "FAILED")
                self.assertEqual(self.published(stage, invoice), refused)
            stage.settle_slowly()
            self.assertEqual(self.published(stage, by_hand), refused[:2])
            stage.node.call("setconfig", {"config": "trackpayments-failed-after", "val": "0"})
            stage.wait_status(by_hand, "FAILED")
            self.assertEqual(self.published(stage, by_hand), refused)  # (4)

    @needs_the_end
    def test_no_route_is_left(self) -> None:
        no_route = [
            # (1): not IN_FLIGHT []
            "IN_FLIGHT [I] NONE",
            "IN_FLIGHT [F] NONE",
            "FAILED [F] NO_ROUTE"]
        with Stage(NEVER) as stage:
            payments = [stage.pay(5_000_000, "hold", by=by) for by in PAYERS]
            by_hand = stage.by_hand(5_000_000, "hold")
            for invoice in [*payments, by_hand]:
                stage.wait_attempts(invoice, "IN_FLIGHT")
                stage.release(invoice, "temporary_channel_failure")
                stage.wait_attempts(invoice, "FAILED")
            for invoice in payments:
                stage.wait_status(invoice, "FAILED")
            stage.node.call("setconfig", {"config": "trackpayments-failed-after", "val": "0"})
            stage.wait_status(by_hand, "FAILED")  # (4)
            for invoice in [*payments, by_hand]:
                self.assertEqual(self.published(stage, invoice), no_route)

    @needs_xpay
    def test_no_route_at_all(self) -> None:
        with Stage(NEVER) as stage:
            for by in PAYERS:
                invoice = stage.invoice(4_000_000, payer_error={"code": 205, "message": "no route"})
                self.assertEqual(stage.refused(by, {"bolt11" if by == "pay" else "invstring": invoice["bolt11"]})[0], 205)
                stage.settle()
                self.assertEqual(self.published(stage, invoice), [])  # (1): not IN_FLIGHT [], FAILED [] NO_ROUTE

    @needs_the_end
    def test_the_same_invoice_paid_again_after_a_failure_is_a_fresh_payment(self) -> None:
        with Stage(NEVER) as stage:
            for by in PAYERS:
                invoice = stage.pay(5_000_000, "hold", by=by)
                stage.wait_attempts(invoice, "IN_FLIGHT")
                stage.release(invoice, "temporary_channel_failure")
                old = stage.wait_status(invoice, "FAILED")
                stage.again(invoice, by)
                new = stage.wait_status(invoice, "IN_FLIGHT")
                stage.release(invoice)
                stage.wait_status(invoice, "SUCCEEDED")
                self.assertEqual(self.published(stage, invoice), [
                    "IN_FLIGHT [I] NONE", "IN_FLIGHT [F] NONE", "FAILED [F] NO_ROUTE",
                    "IN_FLIGHT [I] NONE", "SUCCEEDED [S] NONE +"])  # (1), twice
                self.assertLess(int(old["payment_index"]), int(new["payment_index"]))


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
