"""lightningd stops reading while a thousand updates come in every second: memory stays bounded, hooks are answered first, the last
state of every payment arrives, and the log has the number of merged snapshots. Five seconds of updates, a minute with
TRACKPAYMENTS_LONG=yes; counted, not timed. (One write, one merge, the order of the queue: test_urgent.)"""

from __future__ import annotations

import re
import time
import unittest

from faults import ATTEMPT, CONTINUE, LONG, lies, memory_mb, sanitized
from fake_host import FakeHost, failure, pending_row
from support import PLUGIN, Stage, die_on_sigterm
from test_urgent import BLOCK, hook, wait_read
from versions import NODE

SECONDS = 60 if LONG else 5
PAYMENTS = 100                    # at a time
ROUNDS = SECONDS * 1000 // (2 * PAYMENTS)  # in each round, every payment gets a part, which then fails
ATTEMPTS = 10                     # rounds until a payment succeeds and another takes its place
LIMIT_MB = 64


class Traffic:
    """Payments that retry all the time, in the node's rows and topics."""

    def __init__(self, host: FakeHost):
        self.host = host
        self.updates = 0

    def round(self, number: int) -> None:
        first = number // ATTEMPTS * PAYMENTS  # of the current payments
        rows = []
        for payment in range(first, first + PAYMENTS):
            index = self.host.model.counters["created"] + 1
            rows.append(pending_row(index, f"{payment:064x}", partid=number % ATTEMPTS + 1, bolt11=f"lnbcrt{payment}"))
            self.host.insert(rows[-1])
        self.settle()
        for row in rows:
            last = number % ATTEMPTS == ATTEMPTS - 1
            ended = self.host.end(row, "complete" if last else "failed")
            self.host.notify("sendpay_success" if last else "sendpay_failure", ended if last else failure(row))
        self.settle()
        self.updates += 2 * PAYMENTS

    def settle(self) -> None:
        """Waits until the plugin has read everything, on stdin and on the socket."""
        wait_read(self.host)
        counters = self.host.model.counters
        self.host.wait(lambda: all((index, counters[index] + 1) in {(i, n) for _, i, n in self.host.model.blocked}
                                   for index in ("created", "updated")), "the waits for the next change")


def wrong_ends(host: FakeHost) -> list[str]:
    """Payments whose newest snapshot does not agree with all their rows."""
    newest = {payment["payment_hash"]: payment for payment in host.published()}
    groups: dict[str, list[dict]] = {}
    for row in host.model.table.values():
        groups.setdefault(row["payment_hash"], []).append(row)
    wanted = {payment_hash: {str(row["created_index"]): ATTEMPT[row["status"]] for row in rows} for payment_hash, rows in groups.items()}
    shown = {payment_hash: {a["attempt_id"]: a["status"] for a in payment["htlcs"]} for payment_hash, payment in newest.items()}
    return [payment_hash for payment_hash in wanted if shown.get(payment_hash) != wanted[payment_hash]]


class Blocked(unittest.TestCase):
    def test_a_node_that_does_not_read_still_gets_every_last_state(self) -> None:
        with FakeHost() as host:
            host.begin(**{"trackpayments-failed-after": 3600, "trackpayments-retain": 1000})
            traffic = Traffic(host)
            traffic.round(0)
            host.wait(lambda: not wrong_ends(host), "the first round, read as it comes")
            host.barrier()
            before, updates_before = len(host.messages), traffic.updates
            host.read_output(False)
            hooks = []
            for number in range(1, ROUNDS + 1):
                due = time.monotonic() + 2 * PAYMENTS / 1000  # no faster than that; slower is fine
                traffic.round(number)
                hooks.append(f"h{number}")
                host.raw(hook(hooks[-1]))
                while time.monotonic() < due:
                    host.pump(0.01)
            wait_read(host)
            if not sanitized():
                self.assertLess(memory_mb(host, "VmHWM"), LIMIT_MB)
            host.read_output(True)
            host.barrier()  # answered after the whole queue; the last rows may not be listed yet
            host.wait(lambda: not wrong_ends(host), "the last state of every payment")
            if not sanitized():
                self.assertLess(memory_mb(host, "VmHWM"), LIMIT_MB, "also while the queue was written")

            new = host.messages[before:]
            self.assertEqual([m["id"] for m in new if m.get("id") in hooks], hooks, "every hook is answered, once, in order")
            self.assertEqual({str(m.get("result")) for m in new if m.get("id") in hooks}, {str(CONTINUE)})
            place = max(n for n, m in enumerate(new) if m.get("id") in hooks)
            ahead = [len(text) + 2 for text, message in zip(host.texts[before:], new[:place]) if message.get("id") not in hooks]
            self.assertLess(sum(ahead), 3 * BLOCK + max(map(len, host.texts)), "only the rest of the write in progress comes before")

            merged = [re.match(r"(\d+) intermediate snapshots were merged", line) for line in host.logs("unusual")]
            counted = sum(int(match[1]) for match in merged if match)
            published = sum(m.get("method") == "trackpayments" for m in new)
            self.assertEqual(len(merged), 1, host.logs())
            self.assertGreater(counted, 0)
            self.assertEqual(host.request("trackpayments-status", {})["result"]["merged_snapshots"], counted)
            self.assertLessEqual(published + counted, traffic.updates - updates_before, "published and merged: no more than there were")
            self.assertGreater(published + counted, (traffic.updates - updates_before) // 2, "rows of one page are published together")
            self.assertEqual(lies(host), [])
            self.assertEqual(host.stop(), 0)

    @unittest.skipUnless(NODE.has_filters, "every command comes by the hook, also the one that makes the node read again")
    def test_payments_end_while_the_node_does_not_read(self) -> None:
        with Stage(["--trackpayments-failed-after=0"]) as stage:
            held = [stage.pay(1_000_000 + n, parts=["hold", "hold"]) for n in range(100)]
            for invoice in held:
                stage.wait_status(invoice, "IN_FLIGHT", parts=2)
            stage.node.call("standin-fault", {"fault": "stop-reading", "plugin": PLUGIN.rsplit("/", 1)[-1], "ms": 3_600_000})
            for invoice in held:
                stage.release(invoice)
            # The hook of this call is answered, but the node does not read: the call goes on afterwards.
            late = stage.invoice(7_000_000)
            waits = stage.again(late)
            for invoice in held:
                stage.wait_rows(invoice, "complete", "complete")
            self.assertEqual(stage.node.rows(payment_hash=late["payment_hash"]), [])
            stage.node.call("standin-fault", {"fault": "resume-reading", "plugin": PLUGIN.rsplit("/", 1)[-1]})
            stage.node.rpc.result(waits)
            for invoice in [*held, late]:
                stage.wait_status(invoice, "SUCCEEDED")


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
