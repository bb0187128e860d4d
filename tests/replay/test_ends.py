"""The oracle notices a payment that never ends, ends too early or with the wrong status, and wrong answers to deletions."""
import copy
import unittest

import paths  # noqa: F401
import delpays
import expect
import facts as truth
from node import Received
from payment_shape import ZERO_PREIMAGE
from transcript import Call, Entry, hooked, load
from truthful import Truthful


def change_status(one: Received, status: str, reason: str = "FAILURE_REASON_NONE") -> None:
    for topic in ("trackpayments", "trackpayments_final"):
        if topic in one.params:
            one.params[topic].update(status=status, failure_reason=reason)


class Ends(Truthful):
    def test_no_end(self):
        for name in ("held_then_failed", "xpay_retry_succeeds", "pay_legacy_fails"):
            def change(published):
                while published[-1].topic == "trackpayments_final" or published[-1].params["trackpayments"]["status"] != "IN_FLIGHT":
                    published.pop()
            self.changed(name, change, "was shown in flight and never ended")

    def test_the_deletion_of_the_last_attempt_is_published_before_the_end(self):
        def change(published):
            payment = published[0].params["trackpayments"]
            deleted = {"payment_hash": payment["payment_hash"], "payment_index": payment["payment_index"],
                       "attempt_ids": [payment["htlcs"][0]["attempt_id"]], "remaining": 0}
            cursor = published[0].params["cursor"]
            published.insert(1, Received(0, published[0].position, "trackpayments_deleted",
                                         {"trackpayments_deleted": deleted, "cursor": cursor}, published[0].counters, set(), 0))
        self.changed("held_then_failed", change, "the deletion of its last attempt was published before its end")

    def test_failed_after_the_preimage_was_shown(self):
        def change(published):
            for one in published[-2:]:
                payment = one.params[one.topic]
                payment.update(payment_preimage=ZERO_PREIMAGE, fee="0", fee_sat="0", fee_msat="0")
                failure = {"code": "UNKNOWN_FAILURE", "channel_update": None, "htlc_msat": "0", "onion_sha_256": "", "cltv_expiry": 0,
                           "flags": 0, "failure_source_index": 0, "height": 0}
                for htlc in payment["htlcs"]:
                    htlc.update(status="FAILED", preimage="", failure=failure)
                change_status(one, "FAILED", "FAILURE_REASON_ERROR")
        self.changed("sendpay_mpp", change, "FAILED after its preimage was shown")

    def test_failed_although_the_payer_goes_on(self):
        def change(published):
            between = next(one for one in published if one.topic == "trackpayments"
                           and {h["status"] for h in one.params["trackpayments"]["htlcs"]} == {"FAILED"})
            change_status(between, "FAILED", "FAILURE_REASON_NO_ROUTE")
        for name in ("xpay_retry_succeeds", "keysend_retried", "xpay_node_failure_retried"):
            self.changed(name, change, "there was no evidence that its payer had given up")

    def test_failed_only_by_silence_although_the_payer_reported_its_end(self):
        for name in ("renepay_refused", "held_then_failed", "pay_legacy_fails"):
            def change(published):
                for one in published[-2:]:
                    one.position = len(self.played(name).entries)
            self.changed(name, change, "its payer had given up")

    def test_a_payment_stays_paid_when_its_settled_attempt_is_deleted(self):
        found = truth.read(load("sendpay_mpp"))
        found.rows[78].deleted = found.rows[78].ended + 1
        payment, = expect.expected_payments(found, (-1, 1 << 60), last=True)
        self.assertEqual(payment.states, [expect.State("SUCCEEDED", ((77, "complete"),))])
        self.assertEqual(payment.paid, {77, 78})

    def test_an_attempt_ends_before_it_began(self):
        def change(payment):
            htlc = payment["htlcs"][0]
            htlc["resolve_time_ns"] = str(int(htlc["attempt_time_ns"]) - 1)
        self.reject("xpay_retry_succeeds", change, "before attempt_time_ns")

    def test_the_first_snapshot_has_another_value(self):
        def change(published):
            published[0].params["trackpayments"].update(value="1", value_sat="1", value_msat="1000")
        for name in ("xpay_mpp", "pay_legacy_mpp", "sendpay_mpp", "keysend"):
            self.changed(name, change, "value_msat is 1000")

    def test_value_and_fee_do_not_add_up_to_the_amount_that_left(self):
        def change(payment):
            payment["value_msat"] = str(int(payment["value_msat"]) + 1)
        self.reject("xpay_single_hop", change, "left the node")


class Deletions(unittest.TestCase):
    """Three calls at once for one row; the first of them deleted it."""

    def judged(self, *outcomes: dict) -> list[str]:
        recorded = [{"result": {"payments": [{"created_index": 7}]}}, {"error": {"code": 208, "message": "gone"}}]
        answered = []
        for number, outcome in enumerate(outcomes):
            request = Entry(number, 0.0, "rpc_request", {"id": f"lab:delpay#{number}", "method": "delpay"})
            hook = {"id": str(number), "method": "rpc_command", "params": {"rpc_command": request.msg}}
            reply = Entry(number + 9, 0.0, "rpc_response", recorded[min(number, 1)])
            answered.append(delpays.Answered(Entry(number, 0.0, "to_plugin", hook), {"return": outcome}, outcome, Call(request, reply)))
        return delpays.judge(answered)

    def test_the_output_of_lightning_cli_is_compared_too(self):
        def codes(name: str) -> list[int | None]:
            entries = load(name)
            replies = [call.reply for entry in entries if hooked(entry, "delpay") and (call := delpays.of_cli(entries, entry))]
            return [reply.get("error", {}).get("code") for reply in replies]
        self.assertEqual(codes("v24.11/cli_bare_digits"), [208])
        self.assertEqual(codes("delpay_variants"), [208, -32602])
        self.assertEqual(codes("delpay_at_once"), [], "other callers are answered on the socket")

    def test_any_one_of_the_calls_may_delete_the_row(self):
        won, gone = {"result": {"payments": [{"created_index": 7}]}}, {"error": {"code": 208, "message": "gone"}}
        for order in ((won, gone, gone), (gone, won, gone), (gone, gone, won)):
            self.assertEqual(self.judged(*copy.deepcopy(order)), [])

    def test_a_row_deleted_twice_or_never_and_another_code_are_noticed(self):
        won, gone, other = ({"result": {"payments": [{"created_index": 7}]}}, {"error": {"code": 208, "message": "gone"}},
                            {"error": {"code": 211, "message": "gone"}})
        self.assertIn("rows [7, 7] were deleted", self.judged(won, won)[0])
        self.assertIn("rows [] were deleted", self.judged(gone, gone)[0])
        self.assertIn("came too late", self.judged(won, other)[0])


if __name__ == "__main__":
    unittest.main()
