"""The stand-in node with the plugin, and payments on it, for the tests in this folder."""

from __future__ import annotations

import itertools
import os
import signal
import sys
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[2]
CONTRIB = TOP / "contrib"
for room in ("tests/lightningd", "tests/pylib", "contrib"):
    sys.path.append(str(TOP / room))

from standin import BOUND, RpcError, StandIn, wait_until  # noqa: E402

__all__ = ["BOUND", "CONTRIB", "PLUGIN", "TOP", "Node", "RpcError", "StandIn", "attempt", "die_on_sigterm", "payment", "wait_until"]

PLUGIN = os.environ.get("PLUGIN", "")


def die_on_sigterm() -> None:
    """So that a stopped test also ends its processes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


class Node(StandIn):
    """The stand-in with the plugin, and rows that survive a restart."""

    def __init__(self, *options: str, plugins: list[str] | None = None) -> None:
        super().__init__(plugins=[PLUGIN, *(plugins or [])])
        self.options = ["--db", str(self.directory / "rows"), *options]
        self.labels = (f"label {n}" for n in itertools.count(1))

    def pay(self, amount_msat: int, *attempts: Any, parts: list[Any] | None = None, by: str = "xpay") -> str:
        """Starts a payment; returns its hash."""
        scenario = {"parts": parts} if parts else {"attempts": list(attempts)} if attempts else None
        invoice = self.invoice(amount_msat, next(self.labels), scenario)
        self.rpc.send(by, {"bolt11" if by == "pay" else "invstring": invoice["bolt11"]})
        return invoice["payment_hash"]

    def release(self, payment_hash: str, outcome: str = "settle") -> None:
        """Waits until it is held."""
        wait_until(lambda: self.call("release", [payment_hash, outcome])["released"], "something held")

    def wait_rows(self, payment_hash: str, *statuses: str) -> None:
        wait_until(lambda: [row["status"] for row in self.rows(payment_hash=payment_hash)] == list(statuses), f"rows {statuses}")


# Payments made by hand, with the members that the scripts in contrib read

def attempt(number: int, status: str, hops: int = 2, failure: tuple[str, int] | None = None) -> dict[str, Any]:
    return {"attempt_id": str(number), "status": status, "route": {"hops": [{}] * hops},
            "failure": {"code": failure[0], "failure_source_index": failure[1]} if failure else None}


def payment(status: str, *htlcs: dict[str, Any], index: int = 1, payment_hash: str = "ab" * 32, amount_msat: int = 7_000_000,
            fee_msat: int = 0, reason: str = "NONE", seconds: int = 1_700_000_000) -> dict[str, Any]:
    return {"payment_hash": payment_hash, "payment_index": str(index), "status": status, "value_msat": str(amount_msat),
            "fee_msat": str(fee_msat), "creation_time_ns": str(seconds * 10**9), "failure_reason": f"FAILURE_REASON_{reason}",
            "htlcs": list(htlcs)}
