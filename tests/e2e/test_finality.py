"""When a payment is over: evidence other than silence, and a payment that goes on after all."""

import unittest

from support import Stage, die_on_sigterm

NEVER = ["--trackpayments-linger=3600"]


class Finality(unittest.TestCase):
    def test_pay_failure_ends_a_payment_at_once(self) -> None:
        with Stage(NEVER) as stage:
            for attempts in (["incorrect_or_unknown_payment_details"], ["temporary_channel_failure"] * 3):
                invoice = stage.pay(4_000_000, *attempts, by="pay")
                payment = stage.wait_status(invoice, "FAILED", parts=len(attempts))
                self.assertNotEqual(payment["failure_reason"], "FAILURE_REASON_NONE")
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

    def test_pay_failure_says_nothing_of_what_xpay_does(self) -> None:
        with Stage(NEVER) as stage:
            invoice = stage.pay(4_000_000, "temporary_channel_failure")
            stage.wait_payment(invoice, lambda p: p["htlcs"][0]["status"] == "FAILED", "the failed part")
            stage.node.call("scenario", {"payment_hash": invoice["payment_hash"], "payer_error": {"code": 205, "message": "no"}})
            self.assertEqual(stage.refused("pay", {"bolt11": invoice["bolt11"]})[0], 205)
            stage.settle()
            self.assertEqual(stage.statuses(invoice), ["IN_FLIGHT"])

    def test_another_group_of_the_hash_ends_the_one_before(self) -> None:
        with Stage(NEVER) as stage:
            invoice = stage.pay(4_000_000, "temporary_channel_failure")
            old = stage.wait_payment(invoice, lambda p: p["htlcs"][0]["status"] == "FAILED", "the failed part")
            self.assertEqual(old["status"], "IN_FLIGHT")
            stage.node.call("scenario", {"payment_hash": invoice["payment_hash"], "attempts": ["hold"]})
            stage.again(invoice)
            new = stage.wait_payment(invoice, lambda p: p["payment_index"] != old["payment_index"], "the second payment")
            order = [(p["payment_index"], p["status"]) for p in stage.snapshots(invoice)]
            failed = order.index((old["payment_index"], "FAILED"))
            self.assertLess(failed, order.index((new["payment_index"], "IN_FLIGHT")), "the old one's end comes first")
            stage.release(invoice)
            stage.wait_status(invoice, "SUCCEEDED")

    def test_a_later_part_of_a_failed_payment_opens_it_again(self) -> None:
        with Stage(["--trackpayments-linger=0"]) as stage:
            invoice = stage.invoice(4_000_000, outcomes=["temporary_channel_failure", "hold", "temporary_channel_failure", "settle"])
            stage.sendpay(invoice, partid=1, groupid=1)
            failed = stage.wait_status(invoice, "FAILED", parts=1)
            stage.sendpay(invoice, partid=2, groupid=1)
            payment = stage.wait_status(invoice, "IN_FLIGHT", parts=2)
            self.assertEqual(payment["failure_reason"], "FAILURE_REASON_NONE")
            self.assertEqual(payment["payment_index"], failed["payment_index"])
            line = stage.wait_log("in flight again")
            self.assertIn(" INFO ", line)
            self.assertIn(invoice["payment_hash"], line)
            stage.release(invoice, "fail")
            stage.wait_status(invoice, "FAILED", parts=2)
            stage.sendpay(invoice, partid=3, groupid=1)
            stage.wait_status(invoice, "FAILED", parts=3)
            stage.sendpay(invoice, partid=4, groupid=1)
            stage.wait_status(invoice, "SUCCEEDED", parts=4)

    def test_a_linger_counts_from_the_last_attempt(self) -> None:
        with Stage(NEVER) as stage:
            invoice = stage.invoice(4_000_000, outcomes=["temporary_channel_failure", "hold"])
            stage.sendpay(invoice, partid=1, groupid=1)
            stage.wait_payment(invoice, lambda p: p["htlcs"][0]["status"] == "FAILED", "the failed part")
            stage.sendpay(invoice, partid=2, groupid=1)
            stage.wait_status(invoice, "IN_FLIGHT", parts=2)
            stage.node.call("setconfig", {"config": "trackpayments-linger", "val": "0"})
            stage.settle()
            self.assertEqual(stage.statuses(invoice), ["IN_FLIGHT"], "a part is in flight: no silence counts")
            stage.release(invoice, "fail")
            stage.wait_status(invoice, "FAILED", parts=2)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
