#!/usr/bin/env python3
"""The payers of the stand-in behave as those recorded with v26.06.6 (payer_comparison.py)."""

from __future__ import annotations

import unittest

import recordings
from payer_comparison import VIA, Comparison, nodes_of, payment_of

XPAY = ("--xpay-handle-pay=true",)


class Payers(Comparison):
    def test_xpay_over_two_hops(self) -> None:
        self.compare("xpay_multi_hop", {"attempts": [{"via": "l2"}]})

    def test_xpay_in_two_parts(self) -> None:
        parts = [{"amount_msat": 300300000, "via": "l4"}, {"amount_msat": 399700000, "via": "l2"}]
        self.compare("xpay_mpp", {"parts": parts})

    def test_xpay_retries_and_succeeds(self) -> None:
        attempts = [{"code": "temporary_channel_failure", "do": "fail", "via": "l2"}, {"via": "l4", "fee_msat": 9996}]
        self.compare("xpay_retry_succeeds", {"attempts": attempts})

    def test_xpay_refused_by_the_payee(self) -> None:
        self.compare("xpay_payee_rejects", {"attempts": [{"do": "incorrect_or_unknown_payment_details", "via": via_of("xpay_payee_rejects")}]})

    def test_xpay_in_parts_refused_by_the_payee(self) -> None:
        no = "incorrect_or_unknown_payment_details"
        parts = [{"amount_msat": 250200000, "do": no, "via": "l4"}, {"amount_msat": 349800000, "do": no, "via": "l2"}]
        self.compare("xpay_mpp_payee_rejects", {"parts": parts})

    def test_xpay_without_a_route(self) -> None:
        recorded = payment_of("xpay_no_route")[1]["error"]
        message = recorded["message"].removeprefix("Failed: ")
        self.compare("xpay_no_route", {"payer_error": {"code": recorded["code"], "message": message}})

    def test_xpay_gives_up_with_a_part_in_flight(self) -> None:
        failing = "temporary_channel_failure"
        split = [{"amount_msat": 79940000, "do": failing, "via": "l5"}, {"amount_msat": 319760000, "do": failing, "via": "l2"}]
        parts = [
            {"amount_msat": 300300000, "attempts": [{"do": "hold", "via": "l4"}]},
            {"amount_msat": 399700000, "attempts": [{"do": failing, "via": "l2"}, {"split": split}]},
        ]
        self.compare("xpay_mpp_part_left_behind", {"parts": parts}, mask={"message"}, late={"outcome": "mpp_timeout", "partid": 1})

    def test_xpay_to_ourselves(self) -> None:
        self.compare("self_payment", {}, to_self=True)

    def test_legacy_pay_to_ourselves(self) -> None:
        self.compare("self_payment", {}, number=1, mask={"payment_secret"}, to_self=True)

    def test_pay_which_is_xpay(self) -> None:
        self.compare("pay_default", {"attempts": [{"via": "l2"}]}, options=XPAY)

    def test_legacy_pay(self) -> None:
        self.compare("pay_legacy", {"attempts": [{"via": "l4"}]}, mask={"payload"})

    def test_legacy_pay_in_parts(self) -> None:
        parts = [{"amount_msat": 372689272, "via": "l2"}, {"amount_msat": 327310728, "via": "l4"}]
        self.compare("pay_legacy_mpp", {"parts": parts})

    def test_keysend(self) -> None:
        self.compare("keysend", {"attempts": [{"via": "l4"}]}, mask={"payment_hash"})


def via_of(name: str) -> str:
    starts = [m["params"]["pay_part_start"] for m in recordings.notifications(name) if m["method"] == "pay_part_start"]
    return VIA[nodes_of(recordings.entries(name))[starts[0]["hops"][0]["next_node"]]]


if __name__ == "__main__":
    unittest.main()
