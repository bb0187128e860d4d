"""The plugin without the hook, by the user's choice, and on nodes without `wait sendpays`."""

import unittest

from fake_host import FakeHost, ended_row, failure, pending_row
from support import Stage, die_on_sigterm
from versions import needs_the_end

NO_HOOK = {"TRACKPAYMENTS_NO_HOOK": "1"}


class WithoutHook(unittest.TestCase):
    def test_there_is_no_hook_in_the_manifest(self) -> None:
        with FakeHost(**NO_HOOK) as host:
            self.assertEqual(host.begin()["hooks"], [])
        with FakeHost(TRACKPAYMENTS_NO_HOOK="0") as host:
            self.assertNotEqual(host.begin()["hooks"], [])

    @needs_the_end
    def test_payments_are_still_right(self) -> None:
        with Stage(["--trackpayments-failed-after=0"], environment=NO_HOOK) as stage:
            invoices = [stage.pay(4_000_000, *attempts, by=by) for by in ("xpay", "pay") for attempts in
                        (["settle"], ["temporary_channel_failure", "settle"])]
            invoices += [stage.pay(9_000_000, parts=[{"amount_msat": 2_000_000}, "settle", "settle"]) for _ in range(10)]
            for invoice in invoices:
                stage.wait_status(invoice, "SUCCEEDED")
            by_hand = stage.invoice(5_000_000)
            stage.sendpay(by_hand)
            stage.wait_status(by_hand, "SUCCEEDED")
            failed = stage.pay(4_000_000, "incorrect_or_unknown_payment_details")
            stage.wait_status(failed, "FAILED")

    def test_delpay_is_served_by_the_node_and_its_deletion_is_published(self) -> None:
        with Stage(["--trackpayments-failed-after=0"], environment=NO_HOOK) as stage:
            one, two = (stage.pay(4_000_000, "temporary_channel_failure", "settle") for _ in range(2))
            for invoice in (one, two):
                stage.wait_status(invoice, "SUCCEEDED")
            code, _ = stage.refused("delpay", [one["payment_hash"], "failed", 77, 88])
            self.assertEqual(code, 208)
            failed, _ = stage.node.rows(payment_hash=one["payment_hash"])
            stage.node.call("delpay", {"payment_hash": one["payment_hash"], "status": "failed", "partid": failed.get("partid", 0),
                                       "groupid": failed["groupid"]})
            self.assertEqual(stage.wait_deletion(one)["attempt_ids"], [str(failed["created_index"])])
            # A delpay of a whole hash changes no counter, and the plugin does not see it: the deletion shows with the next listing.
            stage.unwatched |= {str(row["created_index"]) for row in stage.node.rows(payment_hash=two["payment_hash"])}
            self.assertEqual(len(stage.node.call("delpay", [two["payment_hash"], "failed"])["payments"]), 1)
            self.assertEqual(stage.refused("delpay", [two["payment_hash"], "failed"])[0], 208, "the node's own code")


    def test_reused_ids_replace_a_part_whose_deletion_was_not_seen(self) -> None:
        with Stage(["--trackpayments-failed-after=0"], environment=NO_HOOK) as stage:
            invoice = stage.invoice(5_000_000, outcomes=["temporary_channel_failure", "hold"])
            stage.sendpay(invoice)
            old = stage.wait_status(invoice, "FAILED")
            stage.node.call("delpay", [invoice["payment_hash"], "failed"])
            stage.settle()
            self.assertEqual(stage.deletions(), [], "a delpay of a whole hash changes no counter")
            stage.sendpay(invoice)
            new = stage.wait_status(invoice, "IN_FLIGHT", parts=1)
            self.assertNotEqual(new["payment_index"], old["payment_index"])
            self.assertEqual(stage.wait_deletion(invoice)["payment_index"], old["payment_index"])
            stage.release(invoice)
            stage.wait_status(invoice, "SUCCEEDED", parts=1)


class Older(unittest.TestCase):
    def test_notifications_and_one_listing_are_enough(self) -> None:
        held = pending_row(1)
        with FakeHost("v23.08", rows=[held]) as host:
            host.begin(waits=False, **{"trackpayments-failed-after": 0})
            host.wait(host.published, "the payment in flight")
            self.assertNotIn("wait", [method for method, _ in host.calls])
            self.assertEqual([params for method, params in host.calls if method == "listsendpays"],
                             [{"status": "pending"}, {"payment_hash": held["payment_hash"]}])
            done = host.end(held, "complete")
            host.notify("sendpay_success", done)
            host.wait(lambda: host.published()[-1]["status"] == "SUCCEEDED", "success")
            # Unknown until its end: then the whole group is listed, once.
            other = host.insert(pending_row(2, partid=1))
            retry = host.insert(pending_row(3, other["payment_hash"], partid=2))
            host.end(other, "failed")
            done = host.end(retry, "complete")
            host.notify("sendpay_failure", failure(other))
            host.notify("sendpay_success", done)
            payment = host.wait(lambda: host.published()[-1]["status"] == "SUCCEEDED" and len(host.published()[-1]["htlcs"]) == 2
                                and host.published()[-1], "the retry")
            self.assertEqual([a["status"] for a in payment["htlcs"]], ["FAILED", "SUCCEEDED"])
            lone = host.insert(pending_row(4))
            host.end(lone, "failed")
            host.notify("sendpay_failure", failure(lone))
            host.wait(lambda: host.published()[-1]["status"] == "FAILED", "failure by silence")
            self.assertEqual(host.logs("unusual"), [])
            self.assertEqual(host.stop(), 0)

    def test_rows_in_the_old_form_are_read(self) -> None:
        old = pending_row(5, amount_msat="1000000msat", amount_sent_msat="1000011msat")
        del old["created_index"]
        with FakeHost("v23.05") as host:
            host.answers["listsendpays"] = lambda params, token: {"result": {"payments": [old]}}
            host.begin(waits=False)
            payment = host.wait(host.published, "the payment")[0]
            self.assertEqual((payment["payment_index"], payment["htlcs"][0]["route"]["total_fees_msat"]), ("5", "11"))

    def test_every_hook_call_is_continued(self) -> None:
        with FakeHost("v24.11") as host:
            host.begin()
            for number, method in enumerate(["getinfo", "wait", "pay", "no-such", "trackpayments", "delpay2", "listsendpays"]):
                host.hook(f"c#{number}", {"id": f"cli:{method}#1", "method": method, "params": {"payment_hash": 7}})
                self.assertEqual(host.reply(f"c#{number}")["result"], {"result": "continue"})
            self.assertEqual(host.logs("unusual"), [])

    def test_a_node_that_refuses_to_wait_is_followed_by_notifications(self) -> None:
        with FakeHost(rows=[pending_row(1)]) as host:
            host.answers["wait"] = lambda params, token: {"error": {"code": -32601, "message": "Unknown command 'wait'"}}
            host.begin(waits=False)
            host.wait(host.published, "the payment in flight")
            self.assertEqual(len(host.logs("unusual")), 1)
            host.notify("sendpay_success", ended_row(pending_row(1), "complete", 1))
            host.wait(lambda: host.published()[-1]["status"] == "SUCCEEDED", "success")


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
