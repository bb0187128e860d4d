"""The oracle checks every member of a route, a hop, a failure and a channel_update, and the reason: it rejects a change of each one."""
import copy
import unittest
from typing import Any

import paths  # noqa: F401
from truthful import Truthful, last_snapshots

# One recording for each source of a route, and for each case without one.
ROUTES = ("sendpay_multi_hop", "sendpay_mpp", "keysend", "bolt12_offer", "pay_legacy", "pay_legacy_mpp", "sendonion_by_hand",
          "sendonion_bare", "xpay_single_hop", "xpay_multi_hop", "xpay_mpp", "renepay", "self_payment")
FAILURES = ("fail_amount_below_minimum", "fail_below_advertised_minimum", "fail_expiry_too_soon", "fail_fee_insufficient",
            "fail_incorrect_payment_details", "fail_local", "fail_malformed_onion", "fail_mpp_timeout", "fail_permanent_node_failure",
            "fail_sendonion_without_secrets", "fail_temporary_channel_failure", "fail_unknown_next_peer", "fail_unparseable_onion",
            "xpay_payee_rejects", "xpay_mpp_payee_rejects", "xpay_mpp_part_left_behind", "xpay_retry_succeeds", "pay_legacy_fails",
            "held_restart_failed", "self_payment")
REASONS = ("FAILURE_REASON_TIMEOUT", "FAILURE_REASON_NO_ROUTE", "FAILURE_REASON_ERROR", "FAILURE_REASON_INCORRECT_PAYMENT_DETAILS",
           "FAILURE_REASON_INSUFFICIENT_BALANCE", "FAILURE_REASON_CANCELED")
BYTES32, BYTES64 = "A" * 43 + "=", "A" * 86 + "=="
UPDATE = {"signature": BYTES64, "chain_hash": BYTES32, "chan_id": "1", "timestamp": 1, "message_flags": 1, "channel_flags": 0,
          "time_lock_delta": 6, "htlc_minimum_msat": "0", "base_fee": 1, "fee_rate": 10, "htlc_maximum_msat": "1", "extra_opaque_data": ""}
SATOSHI = {"total_fees_msat": "total_fees", "total_amt_msat": "total_amt", "amt_to_forward_msat": "amt_to_forward", "fee_msat": "fee"}
TWICE = ("total_fees_msat", "total_amt_msat", "amt_to_forward_msat")


def other(name: str, value: Any) -> Any:
    """Another value of the same type, in the right format."""
    if name == "mpp_record":
        return None if value else {"payment_addr": BYTES32, "total_amt_msat": "1"}
    if name == "channel_update":
        return None if value else copy.deepcopy(UPDATE)
    if name == "amp_record":
        return {"root_share": BYTES32, "set_id": BYTES32, "child_index": 0}
    if name == "custom_records":
        return {} if value else {"70000": "AA=="}
    if name == "code":
        return "MPP_TIMEOUT" if value != "MPP_TIMEOUT" else "EXPIRY_TOO_FAR"
    if name == "pub_key":
        return value[:-1] + ("0" if value[-1] != "0" else "1")
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if value.isdecimal():
        return str(int(value) + 1)
    return {88: BYTES64, 44: BYTES32}.get(len(value), "AA==") if value not in (BYTES64, BYTES32) else "AA=="


class EachMember(Truthful):
    def refuse_each(self, name: str, where: list, path: str) -> int:
        """Changes every member of the message at that place of the last snapshots."""
        published = self.published(name)
        count = len(last_snapshots(published))
        refused = 0
        for payment in range(count):
            place = self.at(last_snapshots(published)[payment][0], where)
            for member in place or []:
                if member == "hops":
                    continue
                self.refuse(name, payment, where, member, f"{path}.{member}")
                refused += 1
        return refused

    def refuse(self, name: str, number: int, where: list, member: str, complaint: str) -> None:
        published = self.published(name)
        for payment in last_snapshots(published)[number]:
            message = self.at(payment, where)
            message[member] = other(member, message[member])
            if SATOSHI.get(member) in message:
                message[member] = str(int(message[member]) + 999)
                message[SATOSHI[member]] = str(int(message[member]) // 1000)
        complaints = self.judged(self.played(name), published)
        # The amount delivered and the fee are in several places; if they differ, the shape check notices it first.
        found = [c for c in complaints if complaint in c or (member in TWICE and "fee" in c)]
        self.assertTrue(found, f"{name}: {complaint} was changed unnoticed: {complaints}")

    @staticmethod
    def at(payment: dict, where: list) -> Any:
        message: Any = payment
        for step in where:
            if isinstance(message, list) and not -len(message) <= step < len(message):
                return None
            message = message[step] if message is not None else None
        return message


class Routes(EachMember):
    def test_each_member_of_a_route_is_checked(self):
        for name in ROUTES:
            self.assertGreater(self.refuse_each(name, ["htlcs", -1, "route"], "route"), 0, name)

    def test_each_member_of_each_hop_is_checked(self):
        refused = sum(self.refuse_each(name, ["htlcs", -1, "route", "hops", hop], f"route.hops[{hop}]")
                      for name in ROUTES for hop in range(3))
        self.assertGreater(refused, 16 * 2 * 10)

    def test_both_members_of_an_mpp_record_are_checked(self):
        for name in ("sendpay_mpp", "pay_legacy", "sendonion_by_hand", "xpay_multi_hop"):
            self.assertGreater(self.refuse_each(name, ["htlcs", -1, "route", "hops", -1, "mpp_record"], "mpp_record"), 0, name)

    def test_a_hop_too_many_or_too_few(self):
        for name in ("sendpay_multi_hop", "keysend", "xpay_multi_hop"):
            for change in (lambda hops: hops.pop(0), lambda hops: hops.append(copy.deepcopy(hops[-1]))):
                self.reject(name, lambda p: change(p["htlcs"][-1]["route"]["hops"]), "hops")
        hop = self.published("keysend")[-1].params["trackpayments_final"]["htlcs"][0]["route"]["hops"][-1]

        def made_up(payment: dict) -> None:
            route = payment["htlcs"][-1]["route"]
            arrives = int(route["total_amt_msat"]) - int(route["total_fees_msat"])
            route["hops"].append(dict(hop, amt_to_forward_msat=str(arrives), amt_to_forward=str(arrives // 1000)))
        for name in ("renepay", "self_payment"):
            self.reject(name, made_up, "hops")


class Failures(EachMember):
    def test_each_member_of_a_failure_is_checked(self):
        for name in FAILURES:
            self.assertGreater(self.refuse_each(name, ["htlcs", 0, "failure"], "failure"), 0, name)

    def test_each_member_of_a_channel_update_is_checked(self):
        refused = sum(self.refuse_each(name, ["htlcs", 0, "failure", "channel_update"], "failure.channel_update") for name in FAILURES)
        self.assertGreaterEqual(refused, 12 * 3)


class Reasons(Truthful):
    def test_every_other_reason_is_refused(self):
        for name in FAILURES:
            if name == "xpay_retry_succeeds":
                continue
            right = last_snapshots(self.published(name))[-1][0]["failure_reason"]
            self.assertIn(right, REASONS)
            for reason in REASONS:
                if reason != right:
                    self.reject(name, lambda p: p.update(failure_reason=reason), "failure_reason")

    def test_a_settled_payment_has_no_reason(self):
        for name in ("xpay_retry_succeeds", "keysend"):
            self.reject(name, lambda p: p.update(failure_reason="FAILURE_REASON_ERROR"), "failure_reason is")


if __name__ == "__main__":
    unittest.main()
