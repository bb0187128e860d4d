"""For tests that send extreme input to a plugin on pipes (fake_host.py): does it still run, are its snapshots right, how much memory
does it use? A test calls `unharmed(host)` after each fault."""

from __future__ import annotations

import itertools
import os
import re
from pathlib import Path
from typing import Any

import support
from fake_host import FakeHost, pending_row

LONG = os.environ.get("TRACKPAYMENTS_LONG") == "yes"
CONTINUE = {"result": "continue"}
ATTEMPT = {"pending": "IN_FLIGHT", "complete": "SUCCEEDED", "failed": "FAILED"}
_numbers = itertools.count(1)


def sanitized() -> bool:
    """A build with AddressSanitizer: its memory use says nothing about a normal build's."""
    return b"__asan_init" in Path(support.PLUGIN).read_bytes()


def memory_mb(host: FakeHost, what: str = "VmRSS") -> float:
    """VmRSS is the memory now, VmHWM the peak."""
    found = re.search(rf"^{what}:\s+(\d+) kB", Path(f"/proc/{host.child.pid}/status").read_text(), re.MULTILINE)
    assert found, "the plugin has ended"
    return int(found[1]) / 1024


def write(host: FakeHost, data: bytes) -> None:
    """Like host.raw, for many megabytes."""
    rest = memoryview(data)
    while rest:
        assert host.child.poll() is None, f"the plugin has ended: {host.errors()[-2000:]}"
        try:
            rest = rest[os.write(host.child.stdin.fileno(), rest[:1 << 20]):]
        except BlockingIOError:
            host.pump(0.01)


def lies(host: FakeHost) -> list[str]:
    """Errors in the last snapshot of each payment. Rows may be missing, but each attempt must agree with a row."""
    out = []
    newest = {payment["payment_hash"]: payment for payment in host.published()}
    for payment in newest.values():
        rows = [host.model.table.get(int(attempt["attempt_id"])) for attempt in payment["htlcs"]]
        for attempt, row in zip(payment["htlcs"], rows):
            where = f"attempt {attempt['attempt_id']} of {payment['payment_hash'][:8]}…"
            if row is None:
                out.append(f"{where} has no row")
                continue
            if row["payment_hash"] != payment["payment_hash"]:
                out.append(f"{where} is of another payment")
            if attempt["status"] not in ("IN_FLIGHT", ATTEMPT[row["status"]]):
                out.append(f"{where}: {attempt['status']}, its row is {row['status']}")
            if attempt["route"]["total_amt_msat"] != str(row["amount_sent_msat"]):
                out.append(f"{where}: {attempt['route']['total_amt_msat']} msat sent, its row says {row['amount_sent_msat']}")
            if int(attempt["attempt_time_ns"]) // 10**9 != row["created_at"]:
                out.append(f"{where} was not made in the second {row['created_at']}")
        statuses = {row["status"] for row in rows if row}
        if payment["status"] == "SUCCEEDED" and ("complete" not in statuses or "pending" in statuses):
            out.append(f"{payment['payment_hash'][:8]}… SUCCEEDED with rows {statuses}")
        if payment["status"] == "FAILED" and statuses != {"failed"}:
            out.append(f"{payment['payment_hash'][:8]}… FAILED with rows {statuses}")
    return out


def good_payment(host: FakeHost) -> dict[str, Any]:
    """A normal payment, from its row to success, must be published."""
    row = host.insert(pending_row(host.model.counters["created"] + 1, bolt11=f"lnbcrt1good{next(_numbers)}"))

    def published() -> list[str]:
        return [payment["status"] for payment in host.published() if payment["payment_hash"] == row["payment_hash"]]

    host.wait(lambda: published() == ["IN_FLIGHT"], "a good payment in flight")
    host.notify("sendpay_success", host.end(row, "complete"))
    host.wait(lambda: published() == ["IN_FLIGHT", "SUCCEEDED"], "the success of a good payment")
    return row


def hook_answered(host: FakeHost) -> None:
    """The hook of a payment must be answered as usual."""
    identity = f"cli:sendpay#{next(_numbers)}/cln:rpc_command#1"
    host.hook(identity, {"id": 1, "method": "sendpay", "params": {"route": [], "payment_hash": "ab" * 32}})
    answer = host.reply(identity)
    assert answer.get("result") == CONTINUE, answer


def unharmed(host: FakeHost) -> None:
    good_payment(host)
    hook_answered(host)
    assert host.child.poll() is None
    assert not (found := lies(host)), found
