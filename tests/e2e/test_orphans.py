"""After a restart of lightningd, payments made before have no payer any more, and those made since have one. The row's created_index
decides, never a clock: clocks may be set over a restart."""

from __future__ import annotations

import time
import unittest
from typing import Any

from fake_host import FakeHost, failure, pending_row
from support import die_on_sigterm

HASH = "ab" * 32
HOUR = 3600
STEPS = [-24 * HOUR * 365, -HOUR, -2, 0, 2, HOUR, 24 * HOUR * 365]  # difference between the node's clock and the plugin's
NEVER = {"trackpayments-failed-after": 3600}


def at(step: int) -> int:
    return int(time.time()) + step


def ask_thrice(host: FakeHost, payment_hash: str) -> None:
    """Each answer needs a reply of the node, which comes after those to the plugin's own calls: changed indexes and their pages."""
    for _ in range(3):
        before = len(host.calls)
        host.request("trackpayments", {"payment_hash": payment_hash})
        assert ("listsendpays", {"payment_hash": payment_hash}) in host.calls[before:], host.calls[before:]


class Orphans(unittest.TestCase):
    def fails(self, host: FakeHost, row: dict[str, Any], step: int = 0) -> None:
        ended = {**row, "status": "failed", "updated_index": host.model.counters["updated"] + 1, "completed_at": at(step)}
        host.model.end(ended)
        host.fire()
        host.notify("sendpay_failure", failure(row))

    def status(self, host: FakeHost, payment_hash: str = HASH) -> str | None:
        return next((p["status"] for p in reversed(host.published()) if p["payment_hash"] == payment_hash), None)

    def last_attempt(self, host: FakeHost, payment_hash: str = HASH) -> str | None:
        return next((p["htlcs"][-1]["status"] for p in reversed(host.published()) if p["payment_hash"] == payment_hash), None)

    def stays_in_flight(self, host: FakeHost, payment_hash: str = HASH) -> None:
        host.wait(lambda: self.last_attempt(host, payment_hash) == "FAILED", "the failed attempt")
        ask_thrice(host, payment_hash)
        self.assertEqual({p["status"] for p in host.published() if p["payment_hash"] == payment_hash}, {"IN_FLIGHT"})

    def ends(self, host: FakeHost, payment_hash: str = HASH) -> None:
        host.wait(lambda: self.status(host, payment_hash) == "FAILED", "the end of it")

    def call(self, host: FakeHost, payment_hash: str = HASH, **more: Any) -> None:
        host.hook(f"h{len(host.messages)}", {"id": "cli:sendpay#1", "method": "sendpay", "params": {
            "route": [], "payment_hash": payment_hash, **more}})

    def test_a_payment_made_since_the_restart_has_a_payer(self) -> None:
        for step in STEPS:
            with self.subTest(step=step), FakeHost(rows=[pending_row(1, created_at=at(step))]) as host:
                host.begin(**NEVER)
                row = host.insert(pending_row(2, HASH, partid=1, created_at=at(step)))
                host.wait(lambda: self.status(host), "the payment")
                self.fails(host, row, step)
                self.stays_in_flight(host)
                host.notify("sendpay_success", host.end(host.insert(pending_row(3, HASH, partid=2, created_at=at(step))), "complete"))
                host.wait(lambda: self.status(host) == "SUCCEEDED", "success")

    def test_a_payment_made_before_the_restart_has_none(self) -> None:
        for version in ("v26.06.6", "v23.11", "v23.08"):
            for step in STEPS:
                with self.subTest(version=version, step=step), FakeHost(version, rows=[pending_row(1, HASH, created_at=at(step))]) as host:
                    host.begin(waits=version != "v23.08", **NEVER)
                    host.wait(lambda: self.status(host), "the payment")
                    self.fails(host, host.model.table[1], step)
                    self.ends(host)

    def test_a_plugin_started_later_takes_no_payer_away(self) -> None:
        with FakeHost(rows=[pending_row(1, HASH, created_at=at(-HOUR))]) as host:
            host.begin(startup=False, **NEVER)
            host.wait(lambda: self.status(host), "the payment")
            self.fails(host, host.model.table[1])
            self.stays_in_flight(host)

    def test_a_failure_in_the_future_is_no_recent_failure(self) -> None:
        rows = [{**pending_row(n, f"{n:064x}"), "status": "failed", "updated_index": n, "completed_at": at(step), "created_at": at(step)}
                for n, step in enumerate((-HOUR, HOUR, 24 * HOUR, 365 * 24 * HOUR), 1)]
        with FakeHost(rows=rows) as host:
            host.begin(startup=False, **{"trackpayments-failed-after": 60})
            row = host.insert(pending_row(9, HASH))
            host.wait(lambda: self.status(host), "the payment")
            host.barrier()
            self.assertEqual({payment["payment_hash"] for payment in host.published()}, {row["payment_hash"]})

    def test_an_old_payment_that_gets_another_part_has_a_payer_again(self) -> None:
        old = pending_row(1, HASH, partid=1, created_at=at(-HOUR))
        with FakeHost(rows=[{**old, "status": "failed", "updated_index": 1, "completed_at": at(-HOUR)}]) as host:
            host.begin(**NEVER)
            row = host.insert(pending_row(2, HASH, partid=2))
            host.wait(lambda: self.status(host), "the payment")
            self.assertEqual(len(host.published()[-1]["htlcs"]), 2)
            self.fails(host, row)
            self.stays_in_flight(host)

    def test_a_payment_called_before_the_counters_were_read_has_a_payer(self) -> None:
        other = "cd" * 32
        for version, announced in (("v26.06.6", "by the hook"), ("v23.08", "by the hook"), ("v25.12", "by xpay")):
            with self.subTest(version=version), FakeHost(version) as host:
                host.begin_manifest()
                host.insert(pending_row(1, other, created_at=at(-HOUR)))
                if announced == "by the hook":
                    self.call(host, groupid=1, partid=1)
                else:
                    host.hang_up()
                    host.begin_init(**NEVER)
                    host.notify("pay_part_start", {"payment_hash": HASH, "groupid": 1, "partid": 1, "total_payment_msat": 1_000_000,
                                                   "attempt_msat": 1_000_000, "hops": []})
                    host.barrier()
                row = host.insert(pending_row(2, HASH, partid=1, created_at=at(-HOUR)))
                host.begin_init(**NEVER) if announced == "by the hook" else host.listen()
                host.wait(lambda: self.status(host) and self.status(host, other), "both payments")
                self.fails(host, row)
                self.stays_in_flight(host)
                self.fails(host, host.model.table[1])
                self.ends(host, other)

    def test_events_before_the_counters_are_decided_when_these_are_read(self) -> None:
        for called in (False, True):
            for step in (-HOUR, HOUR):
                with self.subTest(called=called, step=step), FakeHost() as host:
                    host.hang_up()
                    row = host.insert(pending_row(1, HASH, created_at=at(step)))
                    host.begin_manifest()
                    if called:
                        self.call(host)
                    host.begin_init(**NEVER)
                    self.fails(host, row, step)
                    # The socket is away for longer than the limit for a listing.
                    host.wait(lambda: self.last_attempt(host) == "FAILED", "the failure as it was notified")
                    self.assertEqual(self.status(host), "IN_FLIGHT")
                    host.listen()
                    host.wait_armed()
                    self.stays_in_flight(host) if called else self.ends(host)

    def test_the_counters_of_a_later_connection_take_no_payer_away(self) -> None:
        with FakeHost() as host:
            host.begin(**NEVER)
            host.hang_up()
            row = host.insert(pending_row(1, HASH, created_at=at(-HOUR)))
            host.listen()
            host.wait_armed()
            host.wait(lambda: self.status(host), "the payment")
            self.fails(host, row)
            self.stays_in_flight(host)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
