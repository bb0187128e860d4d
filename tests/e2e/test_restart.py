"""The node is stopped or killed while payments are in flight. Afterwards there is no further attempt: a restart ends all payers."""

import unittest

from support import Stage, die_on_sigterm
from versions import needs_xpay

NEVER = ["--trackpayments-failed-after=3600"]


class Restart(unittest.TestCase):
    def restart(self, stage: Stage, crash: bool) -> None:
        if crash:
            stage.node.kill()
        else:
            self.assertEqual(stage.stop(), [])
        stage.node.start()

    def test_a_payment_over_a_restart_is_in_flight_again_and_then_succeeds(self) -> None:
        for crash in (False, True):
            with self.subTest(crash=crash), Stage(NEVER, gate=True, keep_rows=True) as stage:
                invoice = stage.pay(5_000_000, parts=["hold", "hold"])
                before = stage.wait_status(invoice, "IN_FLIGHT", parts=2)
                count = len(stage.snapshots(invoice))
                self.restart(stage, crash)
                stage.wait_payment(invoice, lambda _: len(stage.snapshots(invoice)) > count, "a snapshot after the restart")
                after = stage.snapshots(invoice)[count]
                self.assertEqual((after["status"], len(after["htlcs"])), ("IN_FLIGHT", 2))
                self.assertEqual(after["payment_index"], before["payment_index"])
                stage.release(invoice)
                payment = stage.wait_status(invoice, "SUCCEEDED")
                self.assertEqual(payment["creation_time_ns"], before["creation_time_ns"])

    @needs_xpay
    def test_a_payment_whose_part_fails_after_a_restart_is_failed_at_once(self) -> None:
        for crash in (False, True):
            # The node cannot read the failure of xpay's parts, and xpay, which could, has lost its state.
            for by, reason in (("xpay", "ERROR"), ("pay", "INCORRECT_PAYMENT_DETAILS")):
                with self.subTest(crash=crash, by=by), Stage(NEVER, gate=True, keep_rows=True) as stage:
                    invoice = stage.pay(5_000_000, parts=["hold", "hold"], by=by)
                    stage.wait_status(invoice, "IN_FLIGHT", parts=2)
                    self.restart(stage, crash)
                    stage.wait_payment(invoice, lambda p: len(runs(stage)) == 2, "a snapshot after the restart")
                    partid = stage.node.rows(payment_hash=invoice["payment_hash"])[0]["partid"]
                    stage.release(invoice, "fail", partid=partid)
                    payment = stage.wait_payment(invoice, lambda p: "FAILED" in [a["status"] for a in p["htlcs"]], "a failed part")
                    self.assertEqual(payment["status"], "IN_FLIGHT")
                    stage.release(invoice, "fail")
                    payment = stage.wait_status(invoice, "FAILED")
                    self.assertEqual(payment["failure_reason"], f"FAILURE_REASON_{reason}")

    def test_a_payment_made_after_the_restart_has_a_payer_again(self) -> None:
        with Stage(NEVER, gate=True, keep_rows=True) as stage:
            self.restart(stage, crash=True)
            invoice = stage.undecided()
            stage.settle()
            self.assertEqual(stage.statuses(invoice), ["IN_FLIGHT"])

    def test_payments_that_failed_before_a_restart_are_not_published_again(self) -> None:
        with Stage(NEVER, gate=True, keep_rows=True) as stage:
            undecided = stage.undecided()
            failed = stage.pay(5_000_000, "temporary_channel_failure", by="pay")
            stage.wait_status(failed, "FAILED")
            stage.barrier()
            before = len(stage.snapshots())
            self.restart(stage, crash=False)
            stage.settle()
            again = {payment["payment_hash"] for payment in stage.snapshots()[before:]}
            self.assertEqual(again & {undecided["payment_hash"], failed["payment_hash"]}, set())


def runs(stage: Stage) -> set[str]:
    return {params["cursor"].split(".")[1] for params in stage.messages()}


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
