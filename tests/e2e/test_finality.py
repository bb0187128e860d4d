"""A payment is over when there is evidence: each kind by itself. failed-after is an hour, unless it is tested itself. `listpays`, for
xpay, is in test_listpays.py, a restart in test_restart.py."""

import unittest

from support import Stage, die_on_sigterm
from versions import needs_the_end, needs_xpay

NEVER = ["--trackpayments-failed-after=3600"]


class Finality(unittest.TestCase):
    def test_pay_failure_ends_a_payment_at_once(self) -> None:
        with Stage(NEVER) as stage:
            for attempts in (["incorrect_or_unknown_payment_details"], ["temporary_channel_failure"] * 3):
                invoice = stage.pay(4_000_000, *attempts, by="pay")
                stage.wait_status(invoice, "FAILED", parts=len(attempts))
            many = stage.pay(4_000_000, parts=["temporary_channel_failure", "permanent_node_failure"], by="pay")
            stage.wait_status(many, "FAILED", parts=2)
            self.assertEqual(stage.statuses(many)[-1:], ["FAILED"])

    def test_pay_failure_of_keysend_ends_it_too(self) -> None:
        with Stage(NEVER) as stage:
            stage.node.call("scenario", {"label": "gift", "attempts": ["temporary_channel_failure"]})
            code, _ = stage.refused("keysend", {"destination": "02" + "11" * 32, "amount_msat": 7000, "label": "gift"})
            self.assertEqual(code, 210)
            payment_hash = stage.node.rows()[0]["payment_hash"]
            stage.wait_status(payment_hash, "FAILED")

    def test_pay_failure_with_a_part_in_flight_ends_the_payment_when_that_part_ends(self) -> None:
        with Stage(NEVER) as stage:
            invoice = stage.pay(6_000_000, parts=["temporary_channel_failure", "hold"], by="pay")
            stage.wait_payment(invoice, lambda p: sorted(a["status"] for a in p["htlcs"]) == ["FAILED", "IN_FLIGHT"], "a failed part")
            stage.node.call("scenario", {"payment_hash": invoice["payment_hash"], "payer_error": {"code": 205, "message": "no"}})
            self.assertEqual(stage.refused("pay", {"bolt11": invoice["bolt11"]})[0], 205)  # a second `pay` of the same hash has given up
            stage.settle()
            self.assertEqual(stage.statuses(invoice), ["IN_FLIGHT"])
            stage.release(invoice, "fail")
            stage.wait_status(invoice, "FAILED", parts=2)

    @needs_xpay
    def test_pay_failure_does_not_end_payments_of_other_payers(self) -> None:
        with Stage(NEVER, hooks="listpays") as stage:
            by_hand = stage.undecided()
            # xpay has not given up: its second part is held back in the node.
            xpay = stage.pay(4_000_000, "hold", "settle")
            stage.wait_status(xpay, "IN_FLIGHT")
            stage.fault("hang", "injectpaymentonion")
            stage.release(xpay, "temporary_channel_failure")
            stage.wait_attempts(xpay, "FAILED")
            for invoice in (by_hand, xpay):
                stage.node.call("scenario", {"payment_hash": invoice["payment_hash"], "payer_error": {"code": 205, "message": "no"}})
                self.assertEqual(stage.refused("pay", {"bolt11": invoice["bolt11"]})[0], 205)
            stage.fault("unhang", "injectpaymentonion")
            stage.wait_status(xpay, "SUCCEEDED", parts=2)
            stage.settle_slowly()
            self.assertEqual(stage.statuses(by_hand), ["IN_FLIGHT"])
            self.assertEqual(stage.ends(xpay), ["SUCCEEDED"])
            self.assertEqual(stage.asked("listpays", by_hand), 0, "lightningd does not report payments by hand")

    @needs_the_end
    def test_without_the_hook_pay_failure_is_evidence_and_silence_is_none(self) -> None:
        with Stage(NEVER, environment={"TRACKPAYMENTS_NO_HOOK": "1"}) as stage:
            stage.node.call("trackpayments")  # it is ready: rows made before that are old, and their payers gone with the old node
            by_hand = stage.undecided()
            for by in ("pay", "xpay"):
                invoice = stage.pay(4_000_000, "temporary_channel_failure", by=by)
                stage.wait_status(invoice, "FAILED", parts=1)
            stage.settle_slowly()
            self.assertEqual(stage.statuses(by_hand), ["IN_FLIGHT"])

    def test_a_new_group_of_the_hash_ends_the_older_one(self) -> None:
        with Stage(NEVER) as stage:
            invoice = stage.undecided()
            old = stage.snapshots(invoice)[-1]
            self.assertEqual(old["status"], "IN_FLIGHT")
            stage.node.call("scenario", {"payment_hash": invoice["payment_hash"], "attempts": ["hold"]})
            stage.again(invoice)
            new = stage.wait_payment(invoice, lambda p: p["payment_index"] != old["payment_index"], "the second payment")
            order = [(p["payment_index"], p["status"]) for p in stage.snapshots(invoice)]
            failed = order.index((old["payment_index"], "FAILED"))
            self.assertLess(failed, order.index((new["payment_index"], "IN_FLIGHT")), "the end of the old one comes first")
            self.assertEqual(stage.snapshots(invoice)[failed]["failure_reason"], "FAILURE_REASON_NO_ROUTE")
            stage.release(invoice)
            stage.wait_status(invoice, "SUCCEEDED")

    @needs_xpay
    def test_a_new_group_ends_a_payment_of_xpay_also_while_listpays_does_not_answer(self) -> None:
        with Stage(NEVER) as stage:
            stage.fault("hang", "listpays")
            invoice = stage.pay(4_000_000, "temporary_channel_failure")
            old = stage.wait_attempts(invoice, "FAILED")
            self.assertEqual(old["status"], "IN_FLIGHT")
            stage.node.call("scenario", {"payment_hash": invoice["payment_hash"], "attempts": ["hold"]})
            stage.again(invoice, by="pay")
            stage.wait_attempts(invoice, "IN_FLIGHT")
            stage.release(invoice)
            stage.wait_status(invoice, "SUCCEEDED")
            self.assertEqual(stage.statuses(invoice), ["IN_FLIGHT", "FAILED", "IN_FLIGHT", "SUCCEEDED"])
            stage.fault("unhang", "listpays")  # an answer that comes too late changes nothing
            stage.settle_slowly()
            self.assertEqual(stage.statuses(invoice)[-1], "SUCCEEDED")

    def test_silence_ends_a_payment_without_further_attempts(self) -> None:
        with Stage(["--trackpayments-failed-after=1"]) as stage:
            invoice = stage.undecided()
            payment = stage.wait_status(invoice, "FAILED", parts=1)
            self.assertEqual(stage.ends(invoice), ["FAILED"])
            self.assertEqual(payment["failure_reason"], "FAILURE_REASON_NO_ROUTE")

    def test_a_payment_stays_in_flight_until_failed_after_has_passed(self) -> None:
        with Stage(NEVER) as stage:
            invoice = stage.undecided()
            stage.settle_slowly()
            self.assertEqual(stage.statuses(invoice), ["IN_FLIGHT"])

    def test_silence_counts_from_the_last_attempt(self) -> None:
        with Stage(NEVER) as stage:
            invoice = stage.undecided("hold")
            stage.sendpay(invoice, partid=2, groupid=1)
            stage.wait_status(invoice, "IN_FLIGHT", parts=2)
            stage.node.call("setconfig", {"config": "trackpayments-failed-after", "val": "0"})
            stage.settle()
            self.assertEqual(stage.statuses(invoice), ["IN_FLIGHT"], "a part is in flight: failed-after does not count")
            stage.release(invoice, "fail")
            stage.wait_status(invoice, "FAILED", parts=2)

    def test_a_payment_with_a_settled_part_has_not_failed(self) -> None:
        for by in ("xpay", "pay"):
            with self.subTest(by=by), Stage(["--trackpayments-failed-after=0"]) as stage:
                invoice = stage.pay(6_000_000, parts=["hold", "hold"], by=by)
                stage.wait_status(invoice, "IN_FLIGHT", parts=2)
                first, second = (row["partid"] for row in stage.node.rows(payment_hash=invoice["payment_hash"]))
                stage.release(invoice, "settle_alone", partid=first)
                stage.release(invoice, "fail", partid=second)
                payment = stage.wait_status(invoice, "SUCCEEDED", parts=2)
                self.assertEqual([a["status"] for a in payment["htlcs"]], ["SUCCEEDED", "FAILED"])
                stage.settle_slowly()
                self.assertEqual(stage.ends(invoice), ["SUCCEEDED"])

    def test_a_payment_by_hand_with_a_settled_part_succeeds_whatever_failed_before_and_after(self) -> None:
        with Stage(["--trackpayments-failed-after=0"]) as stage:
            invoice = stage.invoice(6_000_000, outcomes=["hold"])
            for partid in (1, 2, 3):
                stage.sendpay(invoice, 2_000_000, partid=partid, groupid=1)
            stage.wait_status(invoice, "IN_FLIGHT", parts=3)
            for partid, outcome in ((3, "fail"), (1, "settle_alone"), (2, "fail")):
                stage.release(invoice, outcome, partid=partid)
            payment = stage.wait_status(invoice, "SUCCEEDED")
            self.assertEqual([a["status"] for a in payment["htlcs"]], ["SUCCEEDED", "FAILED", "FAILED"])
            self.assertEqual(stage.ends(invoice), ["SUCCEEDED"])


class Reopening(unittest.TestCase):
    def reopened(self, stage: Stage, invoice: dict, parts: int) -> dict:
        payment = stage.wait_status(invoice, "IN_FLIGHT", parts=parts)
        line = stage.wait_log("back to IN_FLIGHT")
        self.assertIn(" INFO ", line)
        self.assertIn(invoice["payment_hash"], line)
        return payment

    def test_a_later_part_of_a_failed_payment_puts_it_in_flight_again(self) -> None:
        with Stage(["--trackpayments-failed-after=0"]) as stage:
            invoice = stage.invoice(4_000_000, outcomes=["temporary_channel_failure", "hold", "temporary_channel_failure", "settle"])
            stage.sendpay(invoice, partid=1, groupid=1)
            failed = stage.wait_status(invoice, "FAILED", parts=1)
            stage.sendpay(invoice, partid=2, groupid=1)
            payment = self.reopened(stage, invoice, 2)
            self.assertEqual(payment["payment_index"], failed["payment_index"])
            stage.release(invoice, "fail")
            stage.wait_status(invoice, "FAILED", parts=2)
            stage.sendpay(invoice, partid=3, groupid=1)
            stage.wait_status(invoice, "FAILED", parts=3)
            stage.sendpay(invoice, partid=4, groupid=1)
            stage.wait_status(invoice, "SUCCEEDED", parts=4)

    @needs_the_end
    def test_also_after_its_payer_had_given_up(self) -> None:
        for by in ("pay", "xpay"):
            with self.subTest(by=by), Stage(NEVER) as stage:
                invoice = stage.pay(4_000_000, "incorrect_or_unknown_payment_details", by=by)
                failed = stage.wait_status(invoice, "FAILED", parts=1)
                group = stage.node.rows(payment_hash=invoice["payment_hash"])[0]["groupid"]
                stage.node.call("scenario", {"payment_hash": invoice["payment_hash"], "outcomes": ["hold", "temporary_channel_failure"]})
                stage.sendpay(invoice, partid=7, groupid=group)
                payment = self.reopened(stage, invoice, 2)
                self.assertEqual(payment["payment_index"], failed["payment_index"])
                stage.release(invoice, "temporary_channel_failure")
                stage.wait_attempts(invoice, "FAILED", "FAILED")
                stage.settle_slowly()
                # Another payer has taken over, without evidence about it: the old evidence does not count any more.
                self.assertEqual(stage.statuses(invoice)[-2:], ["FAILED", "IN_FLIGHT"])
                stage.node.call("setconfig", {"config": "trackpayments-failed-after", "val": "0"})
                payment = stage.wait_status(invoice, "FAILED", parts=2)
                self.assertEqual(payment["failure_reason"], "FAILURE_REASON_INCORRECT_PAYMENT_DETAILS", "the payee's failure counts first")


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
