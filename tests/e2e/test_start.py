"""The plugin starts while payments are in flight."""

import time
import unittest

from fake_host import FakeHost, failure, pending_row
from support import PLUGIN, Stage, die_on_sigterm
from versions import needs_whole_rows


class Start(unittest.TestCase):
    def test_on_an_idle_node_nothing_is_published(self) -> None:
        with Stage() as stage:
            stage.barrier()
            self.assertEqual(stage.subscribers[0].messages(), [])
            stage.settle()

    @needs_whole_rows
    def test_each_unfinished_payment_is_published_once_at_the_start_and_its_end_later(self) -> None:
        with Stage(["--trackpayments-failed-after=0"], plugin=False) as stage:
            finished = stage.pay(1_000_000)
            stage.wait_rows(finished, "complete")
            failed = stage.pay(1_000_000, "incorrect_or_unknown_payment_details")
            stage.wait_rows(failed, "failed")
            one = stage.pay(2_000_000, "hold")
            two = stage.pay(3_000_000, "hold", by="pay")
            many = stage.pay(6_000_000, parts=["hold", "hold", "settle"])
            retried = stage.pay(4_000_000, "temporary_channel_failure", "hold")
            for invoice, count in ((one, 1), (two, 1), (many, 3), (retried, 1)):
                stage.wait_rows(invoice, *(["failed"] if invoice is retried else []), *["pending"] * count)
            stage.start_plugin()
            payment = stage.wait_status(retried, "IN_FLIGHT")
            self.assertEqual([a["status"] for a in payment["htlcs"]], ["FAILED", "IN_FLIGHT"], "the failed sibling belongs to it")
            for invoice, count in ((one, 1), (two, 1), (many, 3)):
                stage.wait_status(invoice, "IN_FLIGHT", parts=count)
            stage.settle()
            for invoice in (one, two, many, retried):
                self.assertEqual(len(stage.snapshots(invoice)), 1, "one snapshot per payment")
            self.assertEqual(stage.snapshots(finished), [])
            for invoice in (one, many, retried):
                stage.release(invoice)
                stage.wait_status(invoice, "SUCCEEDED")
            stage.release(two, "fail")
            stage.wait_status(two, "FAILED")

    def test_a_start_together_with_the_node_is_the_same(self) -> None:
        with Stage(gate=True, keep_rows=True) as stage:
            invoice = stage.pay(2_000_000, "hold")
            stage.wait_rows(invoice, "pending")
            stage.stop()
            stage.node.start()
            stage.wait_status(invoice, "IN_FLIGHT")
            stage.release(invoice)
            stage.wait_status(invoice, "SUCCEEDED")

    @needs_whole_rows
    def test_hundreds_of_unfinished_payments_are_all_published(self) -> None:
        with Stage(plugin=False) as stage:
            invoices = [stage.pay(1_000_000 + n, "hold") for n in range(250)]
            stage.wait_rows(invoices[-1], "pending")
            stage.start_plugin()
            for invoice in invoices:
                stage.wait_status(invoice, "IN_FLIGHT")
            for invoice in invoices:
                stage.release(invoice, "settle")
            for invoice in invoices:
                stage.wait_status(invoice, "SUCCEEDED")
            self.assertEqual(len(stage.snapshots()), 500)

    def test_a_start_between_two_attempts_shows_one_payment_with_the_failed_sibling(self) -> None:
        with Stage(["--trackpayments-failed-after=600"], plugin=False) as stage:
            invoice = stage.invoice(4_000_000, outcomes=["temporary_channel_failure", "hold"])
            stage.sendpay(invoice, partid=1, groupid=7)
            first = stage.wait_rows(invoice, "failed")[0]
            stage.node.start_plugin(PLUGIN)
            before = stage.wait_status(invoice, "IN_FLIGHT", parts=1)
            stage.sendpay(invoice, partid=2, groupid=7)
            payment = stage.wait_status(invoice, "IN_FLIGHT", parts=2)
            self.assertEqual([a["status"] for a in payment["htlcs"]], ["FAILED", "IN_FLIGHT"])
            self.assertEqual(payment["payment_index"], str(first["created_index"]))
            self.assertEqual(payment["payment_index"], before["payment_index"])
            stage.release(invoice)
            payment = stage.wait_status(invoice, "SUCCEEDED", parts=2)
            self.assertEqual({p["payment_index"] for p in stage.snapshots(invoice)}, {payment["payment_index"]})

    def test_a_sibling_that_failed_long_ago_belongs_to_a_payment_in_flight(self) -> None:
        row = {"payment_hash": "ab" * 32, "groupid": 8912158845556297834, "amount_msat": 1000, "amount_sent_msat": 1001}
        failed = row | {"created_index": 3, "id": 3, "partid": 1, "status": "failed", "created_at": 1_700_000_000, "updated_index": 2,
                        "completed_at": 1_700_000_001, "bolt11": "lnbcrt1long"}
        pending = row | {"created_index": 9, "id": 9, "partid": 2, "status": "pending", "created_at": 1_700_000_002}
        with Stage(plugin=False) as stage:
            stage.node.call("standin-rows", {"rows": [failed, pending]})
            stage.start_plugin()
            payment = stage.wait_status("ab" * 32, "IN_FLIGHT")
            self.assertEqual([(a["attempt_id"], a["status"]) for a in payment["htlcs"]], [("3", "FAILED"), ("9", "IN_FLIGHT")])
            self.assertEqual((payment["payment_index"], payment["payment_request"]), ("3", "lnbcrt1long"))

    @needs_whole_rows
    def test_a_restarted_plugin_goes_on_with_its_payments(self) -> None:
        with Stage() as stage:
            held = stage.pay(2_000_000, "hold")
            stage.wait_status(held, "IN_FLIGHT")
            stage.node.stop_plugin(PLUGIN)
            meanwhile = stage.pay(3_000_000, "hold")
            stage.wait_rows(meanwhile, "pending")
            self.assertEqual(len(stage.snapshots()), 1)
            stage.start_plugin()
            stage.wait_status(meanwhile, "IN_FLIGHT")
            for invoice in (held, meanwhile):
                stage.release(invoice)
                stage.wait_status(invoice, "SUCCEEDED")
            self.assertEqual(len(stage.snapshots(held)), 3, "published by the first run, by the second, and its end")


class Early(unittest.TestCase):
    """Messages on stdin while the socket does not answer yet."""

    def test_a_success_before_the_socket_is_up_has_the_index_of_its_first_row(self) -> None:
        failed, settled = pending_row(1, "ab" * 32, partid=1), pending_row(2, "ab" * 32, partid=2)
        with FakeHost() as host:
            host.hang_up()
            host.model.insert(failed)
            host.end(failed, "failed")
            host.model.insert(settled)
            host.begin(waits=False, **{"trackpayments-failed-after": 0})
            host.notify("sendpay_success", host.end(settled, "complete"))
            host.barrier()
            host.listen()
            host.wait(lambda: host.published() and len(host.published()[-1]["htlcs"]) == 2, "both attempts")
            self.assertEqual({p["payment_index"] for p in host.published()}, {"1"})

    def test_a_payment_that_fails_before_the_first_reply_of_a_restarted_node_has_no_payer(self) -> None:
        lost = pending_row(1, "ab" * 32, created_at=int(time.time()) - 60)
        with FakeHost() as host:
            host.hang_up()
            host.insert(lost)
            host.begin(waits=False, startup=True, **{"trackpayments-failed-after": 3600})
            host.end(lost, "failed")
            host.notify("sendpay_failure", failure(lost))
            host.barrier()
            host.listen()
            host.wait(lambda: any(p["status"] == "FAILED" for p in host.published()), "the end of it")


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
