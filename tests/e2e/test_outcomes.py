"""The outcomes of a payment, as published: success, several parts, retries, failure."""

import unittest

from support import Stage, die_on_sigterm
from versions import needs_xpay


class Outcomes(unittest.TestCase):
    def test_a_payment_of_one_part_is_in_flight_then_succeeded(self) -> None:
        with Stage() as stage:
            invoice = stage.pay(5_000_000, "hold")
            payment = stage.wait_status(invoice, "IN_FLIGHT")
            self.assertEqual(payment["value_msat"], "5000000")
            self.assertEqual(payment["payment_request"], invoice["bolt11"])
            stage.release(invoice)
            payment = stage.wait_status(invoice, "SUCCEEDED")
            self.assertEqual(payment["payment_preimage"], stage.wait_rows(invoice, "complete")[0]["payment_preimage"])
            self.assertEqual(payment["failure_reason"], "FAILURE_REASON_NONE")
            self.assertEqual(stage.ends(invoice), ["SUCCEEDED"])

    def test_payments_of_every_payer_are_published(self) -> None:
        with Stage() as stage:
            for by in ("xpay", "pay"):
                invoice = stage.pay(5_000_000, by=by)
                payment = stage.wait_status(invoice, "SUCCEEDED")
                self.assertEqual((by, payment["value_msat"], len(payment["htlcs"])), (by, "5000000", 1))
            by_hand = stage.invoice(3_000_000)
            stage.sendpay(by_hand)
            self.assertEqual(stage.wait_status(by_hand, "SUCCEEDED")["fee_msat"], "11")
            sent = stage.node.call("keysend", {"destination": "02" + "11" * 32, "amount_msat": 7000})
            self.assertEqual(stage.wait_status(sent, "SUCCEEDED")["payment_request"], "")

    @needs_xpay
    def test_a_payment_of_many_parts_succeeds_with_the_last_one(self) -> None:
        with Stage() as stage:
            invoice = stage.pay(9_000_000, parts=[{"amount_msat": 3_000_000, "attempts": ["hold"]},
                                                  {"amount_msat": 2_000_000, "attempts": ["hold"]}, "hold"])
            stage.wait_status(invoice, "IN_FLIGHT", parts=3)
            for partid in (2, 1):
                stage.release(invoice, "settle", partid=partid)
                payment = stage.wait_payment(invoice, lambda p: p["htlcs"][partid - 1]["preimage"] != "", f"part {partid} settled")
                self.assertEqual(payment["status"], "IN_FLIGHT")
            stage.release(invoice)
            payment = stage.wait_status(invoice, "SUCCEEDED", parts=3)
            self.assertEqual({a["status"] for a in payment["htlcs"]}, {"SUCCEEDED"})
            self.assertEqual(payment["value_msat"], "9000000")
            self.assertEqual(stage.ends(invoice), ["SUCCEEDED"])

    def test_a_retry_that_succeeds_keeps_its_failed_attempt(self) -> None:
        for by in ("xpay", "pay"):
            with self.subTest(by=by), Stage(["--trackpayments-failed-after=3600"]) as stage:
                invoice = stage.pay(4_000_000, "temporary_channel_failure", "hold", by=by)
                payment = stage.wait_status(invoice, "IN_FLIGHT", parts=2)
                self.assertEqual([a["status"] for a in payment["htlcs"]], ["FAILED", "IN_FLIGHT"])
                stage.release(invoice)
                payment = stage.wait_status(invoice, "SUCCEEDED")
                self.assertEqual([a["status"] for a in payment["htlcs"]], ["FAILED", "SUCCEEDED"])
                self.assertEqual(stage.ends(invoice), ["SUCCEEDED"])
                self.assertEqual(payment["payment_index"], payment["htlcs"][0]["attempt_id"])

    def test_a_failure_is_published_with_its_code_and_place(self) -> None:
        with Stage(["--trackpayments-failed-after=0"]) as stage:
            invoice = stage.invoice(4_000_000, outcomes=["temporary_channel_failure", "incorrect_or_unknown_payment_details", "garble"])
            expected = [("TEMPORARY_CHANNEL_FAILURE", 1), ("INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS", 2), ("UNREADABLE_FAILURE", 0)]
            for number, (code, place) in enumerate(expected, 1):
                stage.sendpay(invoice, partid=number, groupid=1)
                payment = stage.wait_status(invoice, "FAILED", parts=number)
                failure = payment["htlcs"][-1]["failure"]
                self.assertEqual((failure["code"], failure["failure_source_index"]), (code, place))

    def test_a_payment_whose_parts_have_all_failed_stays_in_flight_until_there_is_evidence(self) -> None:
        with Stage(["--trackpayments-failed-after=3600"]) as stage:
            invoice = stage.undecided("permanent_node_failure", amount_msat=6_000_000)
            stage.sendpay(invoice, partid=2, groupid=1)
            stage.wait_attempts(invoice, "FAILED", "FAILED")
            stage.settle()
            self.assertEqual(stage.statuses(invoice), ["IN_FLIGHT"], "there is no evidence yet that it is over")
            stage.node.call("setconfig", {"config": "trackpayments-failed-after", "val": "0"})
            payment = stage.wait_status(invoice, "FAILED")
            self.assertEqual(payment["failure_reason"], "FAILURE_REASON_NO_ROUTE")
            self.assertEqual(payment["fee_msat"], "0")

    @needs_xpay
    def test_a_payer_that_never_made_a_part_is_not_shown(self) -> None:
        with Stage() as stage:
            invoice = stage.invoice(4_000_000, payer_error={"code": 205, "message": "no route"})
            self.assertEqual(stage.refused("xpay", {"invstring": invoice["bolt11"]})[0], 205)
            stage.settle()
            self.assertEqual(stage.snapshots(invoice), [])


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
