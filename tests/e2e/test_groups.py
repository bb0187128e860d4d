"""Several payments of one hash, parts in flight after their payer ended, deleted rows, and ids of rows used again."""

import unittest

from support import Stage, die_on_sigterm, wait_until
from versions import needs_listpays, needs_xpay

NEVER = ["--trackpayments-failed-after=3600"]


class Groups(unittest.TestCase):
    @needs_xpay
    def test_a_part_still_in_flight_keeps_a_paid_payment_in_flight(self) -> None:
        for ending, statuses in (("settle", ["SUCCEEDED", "SUCCEEDED"]), ("fail", ["SUCCEEDED", "FAILED"])):
            with self.subTest(ending=ending), Stage(NEVER) as stage:
                invoice = stage.invoice(5_000_000, parts=["hold", "hold"])
                paid = stage.again(invoice)
                stage.wait_rows(invoice, "pending", "pending")
                stage.release(invoice, "settle_alone", partid=1)
                stage.node.rpc.result(paid)  # the first part is enough for the payer
                payment = stage.wait_payment(invoice, lambda p: p["htlcs"][0]["preimage"] != "" and len(p["htlcs"]) == 2, "a part")
                self.assertEqual(payment["status"], "IN_FLIGHT")
                self.assertNotEqual(payment["payment_preimage"], "0" * 64, "its preimage already shows")
                stage.settle()
                self.assertEqual(stage.statuses(invoice), ["IN_FLIGHT"])
                stage.release(invoice, ending)
                payment = stage.wait_status(invoice, "SUCCEEDED")
                self.assertEqual([a["status"] for a in payment["htlcs"]], statuses)

    @needs_listpays
    def test_the_last_part_of_a_failed_payer_decides_the_outcome(self) -> None:
        with Stage(["--trackpayments-failed-after=0"]) as stage:
            invoice = stage.invoice(5_000_000, parts=[{"amount_msat": 3_000_000, "attempts": ["temporary_channel_failure"]}, "hold"])
            stage.refused("xpay", {"invstring": invoice["bolt11"]})
            stage.wait_payment(invoice, lambda p: [a["status"] for a in p["htlcs"]] == ["FAILED", "IN_FLIGHT"], "a failed part")
            stage.settle()
            self.assertEqual(stage.statuses(invoice), ["IN_FLIGHT"])
            stage.release(invoice, "fail")
            stage.wait_status(invoice, "FAILED", parts=2)

    def test_two_groups_of_one_hash_are_two_payments(self) -> None:
        with Stage(["--trackpayments-failed-after=0"]) as stage:
            invoice = stage.invoice(5_000_000, outcomes=["temporary_channel_failure", "temporary_channel_failure", "settle"])
            for group, ending in ((3, "failed"), (9, "failed"), (4, "complete")):
                stage.sendpay(invoice, groupid=group)
                wait_until(lambda: stage.node.rows(payment_hash=invoice["payment_hash"])[-1]["status"] == ending, "its end")
            stage.wait_status(invoice, "SUCCEEDED")
            last = {p["payment_index"]: p for p in stage.snapshots(invoice)}
            self.assertEqual([(p["status"], len(p["htlcs"])) for p in last.values()],
                             [("FAILED", 1), ("FAILED", 1), ("SUCCEEDED", 1)])

    def test_reused_ids_of_deleted_parts_make_a_new_payment(self) -> None:
        for whole in (True, False):
            with self.subTest(whole=whole), Stage(["--trackpayments-failed-after=0"]) as stage:
                invoice = stage.invoice(5_000_000, outcomes=["temporary_channel_failure", "hold"])
                stage.sendpay(invoice)
                old = stage.wait_status(invoice, "FAILED")
                which = {} if whole else {"partid": 0, "groupid": 1}
                stage.node.call("delpay", {"payment_hash": invoice["payment_hash"], "status": "failed", **which})
                deletion = stage.wait_deletion(invoice)
                self.assertEqual(deletion, {"payment_hash": invoice["payment_hash"], "payment_index": old["payment_index"],
                                            "attempt_ids": [old["htlcs"][0]["attempt_id"]], "remaining": 0})
                stage.sendpay(invoice)
                row = stage.wait_rows(invoice, "pending")[0]
                self.assertEqual((row["groupid"], row.get("partid", 0)), (1, 0), "the same ids")
                new = stage.wait_status(invoice, "IN_FLIGHT", parts=1)
                self.assertNotEqual(new["payment_index"], old["payment_index"])
                stage.release(invoice)
                stage.wait_status(invoice, "SUCCEEDED", parts=1)

    def test_deleting_a_part_of_a_finished_payment_changes_no_outcome(self) -> None:
        with Stage(NEVER) as stage:
            invoice = stage.pay(5_000_000, "temporary_channel_failure", "settle")
            payment = stage.wait_status(invoice, "SUCCEEDED", parts=2)
            stage.barrier()
            before = len(stage.snapshots(invoice))
            result = stage.node.call("delpay", [invoice["payment_hash"], "failed"])
            self.assertEqual(len(result["payments"]), 1)
            self.assertEqual(stage.wait_deletion(invoice)["attempt_ids"], [payment["htlcs"][0]["attempt_id"]])
            stage.settle()
            self.assertEqual(len(stage.snapshots(invoice)), before, "no snapshot follows from a deletion")
            stage.node.call("delpay", [invoice["payment_hash"], "complete"])
            self.assertEqual(stage.wait_deletion(invoice)["payment_index"], payment["payment_index"])

    @needs_xpay
    def test_deleting_failed_parts_of_a_payment_in_flight_leaves_it_in_flight(self) -> None:
        with Stage(NEVER) as stage:
            invoice = stage.pay(5_000_000, "temporary_channel_failure", "hold")
            payment = stage.wait_status(invoice, "IN_FLIGHT", parts=2)
            stage.node.call("delpay", [invoice["payment_hash"], "failed"])
            self.assertEqual(stage.wait_deletion(invoice)["attempt_ids"], [payment["htlcs"][0]["attempt_id"]])
            after = stage.wait_status(invoice, "IN_FLIGHT", parts=1)
            self.assertEqual(after["payment_index"], payment["payment_index"])
            stage.release(invoice)
            stage.wait_status(invoice, "SUCCEEDED", parts=1)

    def test_an_undecided_payment_ends_with_the_deletion_of_its_last_row(self) -> None:
        with Stage(NEVER) as stage:
            invoice = stage.undecided()
            stage.node.call("delpay", [invoice["payment_hash"], "failed"])
            stage.wait_deletion(invoice)
            stage.node.call("setconfig", {"config": "trackpayments-failed-after", "val": "0"})
            stage.settle()
            self.assertEqual(stage.ends(invoice), ["FAILED"])


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
