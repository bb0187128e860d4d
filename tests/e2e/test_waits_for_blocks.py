"""Before v24.11 `pay` waits up to a minute for blocks when the payee's height is greater than ours (recorded with v23.11.2:
held_then_failed): all parts have failed, there are no messages, and then it tries again. Such silence is not the end."""

from __future__ import annotations

import unittest
from typing import Any

from fake_host import FakeHost, failure, pending_row
from support import die_on_sigterm
from test_orphans import ask_thrice

HASH, OTHER = "ab" * 32, "cd" * 32
NO_HOOK = {"TRACKPAYMENTS_NO_HOOK": "1"}
AT_ONCE = {"trackpayments-failed-after": 0}


def refused(row: dict[str, Any]) -> dict[str, Any]:
    """incorrect_or_unknown_payment_details of a height that is not ours yet."""
    body = failure(row, 203)
    body["data"] |= {"failcode": 16399, "failcodename": "WIRE_INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS",
                     "raw_message": "400f00000000006acfc0000000fa"}
    return body


class WaitsForBlocks(unittest.TestCase):
    def call(self, host: FakeHost, payer: str, payment_hash: str, partid: int) -> None:
        host.hook(f"h{len(host.messages)}", {"id": f"{payer}:sendonion#{partid}", "method": "sendonion", "params": {
            "onion": "00", "payment_hash": payment_hash, "groupid": 1, "partid": partid, "shared_secrets": [],
            "first_hop": {"id": "02" + "22" * 32, "channel": "103x1x0", "amount_msat": 1_000_011, "delay": 9}}})

    def fails(self, host: FakeHost, row: dict[str, Any]) -> None:
        host.notify("sendpay_failure", refused(row))
        host.end(row, "failed")

    def statuses(self, host: FakeHost, payment_hash: str) -> list[str]:
        return [p["status"] for p in host.published() if p["payment_hash"] == payment_hash]

    def waits(self, host: FakeHost, row: dict[str, Any], payer: str | None) -> None:
        """The payment's part fails, a payment of another payer ends meanwhile, and the first goes on."""
        self.fails(host, row)
        if payer is not None:
            self.call(host, "cli", OTHER, 1)
            other = host.insert(pending_row(8, OTHER, partid=1))
            host.wait(lambda: self.statuses(host, OTHER), "the other one")
            self.fails(host, other)
            host.wait(lambda: "FAILED" in self.statuses(host, OTHER), "the end of the other one")
        else:
            host.wait(lambda: host.published()[-1]["htlcs"][-1]["status"] == "FAILED", "the failed part")
            ask_thrice(host, HASH)
        if payer:
            self.call(host, payer, HASH, 2)
        host.notify("sendpay_success", host.end(host.insert(pending_row(9, HASH, partid=2)), "complete"))
        host.wait(lambda: "SUCCEEDED" in self.statuses(host, HASH), "success")
        host.barrier()  # the final topic comes after the other
        self.assertEqual(set(self.statuses(host, HASH)), {"IN_FLIGHT", "SUCCEEDED"})
        self.assertEqual([p["status"] for p in host.published("trackpayments_final") if p["payment_hash"] == HASH], ["SUCCEEDED"])

    def test_the_payment_stays_in_flight_if_the_payer_is_known(self) -> None:
        for version in ("v23.11", "v24.08"):
            for payer in ("pay", "keysend"):
                with self.subTest(version=version, payer=payer), FakeHost(version) as host:
                    host.begin(identity=21, **AT_ONCE)
                    self.call(host, payer, HASH, 1)
                    row = host.insert(pending_row(1, HASH, partid=1))
                    host.wait(host.published, "the payment")
                    self.waits(host, row, payer)

    def test_the_payer_is_unknown_to_a_plugin_started_later(self) -> None:
        for version in ("v23.11", "v24.11"):
            with self.subTest(version=version), FakeHost(version, rows=[pending_row(1, HASH, partid=1)]) as host:
                host.begin(startup=False, identity=21, **AT_ONCE)
                host.wait(host.published, "the payment")
                self.waits(host, host.model.table[1], "")

    def test_without_the_hook_the_payer_is_unknown(self) -> None:
        with FakeHost("v23.11", **NO_HOOK) as host:
            host.begin(identity=21, **AT_ONCE)
            row = host.insert(pending_row(1, HASH, partid=1))
            host.wait(host.published, "the payment")
            self.waits(host, row, None)

    def test_the_payment_is_failed_when_pay_gives_up(self) -> None:
        for known in (True, False):
            with self.subTest(known=known), FakeHost("v23.11", **({} if known else NO_HOOK)) as host:
                host.begin(identity=21, **AT_ONCE)
                if known:
                    self.call(host, "pay", HASH, 1)
                row = host.insert(pending_row(1, HASH, partid=1))
                host.wait(host.published, "the payment")
                self.fails(host, row)
                host.send({"method": "pay_failure", "params": {"origin": "pay", "payload": {"payment_hash": HASH, "error": {}}}})
                host.wait(lambda: "FAILED" in self.statuses(host, HASH), "the end of it")


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
