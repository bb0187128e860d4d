"""The oracle and the rules for sequences accept a correct run and reject each kind of error."""
import copy
import unittest

import paths  # noqa: F401
import oracle
from truthful import Truthful, last_snapshots


class Snapshots(Truthful):
    def test_wrong_status(self):
        def change(p):
            p.update(status="IN_FLIGHT", failure_reason="FAILURE_REASON_NONE")
        self.reject("fail_mpp_timeout", change, "status and attempts are")

    def test_missing_attempt(self):
        self.reject("xpay_retry_succeeds", lambda p: p["htlcs"].pop(0), "disappeared without a deletion")

    def test_wrong_attempt_id(self):
        def change(p):
            p["htlcs"][0].update(attempt_id="93")
        self.reject("xpay_retry_succeeds", change, "status and attempts are")

    def test_wrong_fee_of_an_attempt(self):
        def change(p):
            p["htlcs"][0]["route"]["total_fees_msat"] = "35"
            p["fee_msat"] = "35"
        self.reject("renepay", lambda p: p.update(fee_msat="503504"), "fee_msat")
        self.changed("renepay", lambda sent: [change(p) for p in last_snapshots(sent)[0]], "route.total_fees_msat is '35', expected '34'")

    def test_wrong_value(self):
        def change(p):
            p.update(value="2000", value_sat="2000", value_msat="2000000")
        self.reject("sendpay_mpp", change, "value_msat is 2000000")

    def test_wrong_preimage(self):
        def change(p):
            p["payment_preimage"] = "ab" * 32
            p["htlcs"][0]["preimage"] = "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s="
        self.reject("keysend", change, "payment_preimage is")

    def test_wrong_request(self):
        self.reject("xpay_single_hop", lambda p: p.update(payment_request=""), "payment_request is ''")

    def test_wrong_index(self):
        self.reject("xpay_single_hop", lambda p: p.update(payment_index="7"), "was published, but nothing of it happened")

    def test_wrong_times(self):
        def attempt(p):
            p["htlcs"][0]["attempt_time_ns"] = str(int(p["htlcs"][0]["attempt_time_ns"]) + 2 * oracle.SECOND)

        def resolve(p):
            p["htlcs"][0]["resolve_time_ns"] = str(int(p["htlcs"][0]["resolve_time_ns"]) + 2 * oracle.SECOND)

        def creation(p):
            p["creation_time_ns"] = str(int(p["creation_time_ns"]) + 1)
        self.reject("xpay_multi_hop", attempt, "attempt_time_ns")
        self.reject("xpay_multi_hop", resolve, "resolve_time_ns")
        self.reject("xpay_multi_hop", creation, "creation_time_ns")

    def test_a_payment_never_published(self):
        def change(published):
            first = published[0].params["trackpayments"]["payment_hash"]
            published[:] = [one for one in published if one.params[one.topic]["payment_hash"] != first]
        self.changed("renepay", change, "nothing was published about")


class Sequences(Truthful):
    def test_the_same_snapshot_twice(self):
        self.changed("xpay_mpp", lambda sent: sent.insert(1, copy.deepcopy(sent[0])), "the same snapshot twice")

    def test_a_final_copy_is_missing(self):
        self.changed("xpay_mpp", lambda sent: sent.pop(), "trackpayments_final carries 0")

    def test_the_cursor_goes_back(self):
        def change(published):
            published[-1].params["cursor"] = ".".join(published[-1].params["cursor"].split(".")[:2] + ["1", "1"])
        self.changed("xpay_mpp", change, "cursor went back")

    def test_the_cursor_runs_ahead(self):
        def change(published):
            published[-1].params["cursor"] = ".".join(published[-1].params["cursor"].split(".")[:2] + ["99", "99"])
        self.changed("xpay_mpp", change, "ahead of the node's counters")

    def test_the_cursor_lags(self):
        def change(published):
            published[-1].rested += 1
        self.changed("xpay_mpp", change, "lags behind created_index")

    def test_the_cursor_is_malformed(self):
        self.changed("xpay_mpp", lambda sent: sent[0].params.update(cursor="035fdd0c.1.2"), "malformed")

    def test_one_run_id_in_two_runs(self):
        def change(published):
            for one in published:
                one.params["cursor"] = ".".join(["035fdd0c", "same"] + one.params["cursor"].split(".")[2:])
        self.changed("held_restart_released", change, "run id must change")

    def test_failed_while_a_row_is_pending(self):
        self.changed("fail_local", lambda sent: sent[-2].pending.add(90), "FAILED while its rows")

    def test_a_settled_part_is_in_flight_again(self):
        def change(published):
            settled = next(i for i, one in enumerate(published) if one.topic == "trackpayments"
                           and any(h["status"] == "SUCCEEDED" for h in one.params["trackpayments"]["htlcs"]))
            published[settled], published[settled - 1] = published[settled - 1], published[settled]
        self.changed("sendpay_mpp", change, "was settled and is")

    def test_an_attempt_in_two_payments(self):
        def change(published):
            published[0].params["trackpayments"]["payment_index"] = "1"
        self.changed("sendpay_mpp", change, "is in two payments")

    def test_a_deletion_published_twice_or_never(self):
        def is_deletion(one):
            return one.topic == "trackpayments_deleted"
        self.changed("delpay_variants", lambda sent: sent.append(copy.deepcopy(next(filter(is_deletion, sent)))), "is published again")
        self.changed("delpay_variants", lambda sent: sent.remove(next(filter(is_deletion, sent))), "was never published")

    def test_the_last_deletion_is_never_published(self):
        def change(published):
            published[:] = [one for one in published if one.topic != "trackpayments_deleted"]
        self.changed("autoclean", change, "was never published")

    def test_failed_only_when_the_silence_ended_although_the_payer_had_given_up(self):
        for name in ("xpay_mpp_part_left_behind", "held_then_failed", "pay_legacy_fails"):
            played = self.played(name)

            def late(published):
                for one in published:
                    if one.topic != "trackpayments_deleted" and one.params[one.topic]["status"] == "FAILED":
                        one.position = len(played.entries)
            self.changed(name, late, "but its payer had given up")

    def test_in_flight_after_succeeded(self):
        def change(published):
            published.append(copy.deepcopy(published[0]))
        self.changed("sendpay_multi_hop", change, "IN_FLIGHT after SUCCEEDED")


if __name__ == "__main__":
    unittest.main()
