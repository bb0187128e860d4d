"""lndmon's counts of payments, from snapshots that may come twice or late. Without files and clock.

A payment is counted once, when it has ended. SUCCEEDED is final and counted at once. FAILED may change back (another part comes and the
payment is IN_FLIGHT again), so it is counted only when it has lasted for a while. Counted payments are remembered by their attempt ids,
which never change and are never reused; a payment's index changes when its first row is deleted. If a payment that was counted as
failed succeeds after all, that is counted too (a counter cannot go back), with the attempts made since.
"""

from __future__ import annotations

from typing import Any

STATUSES = {"SUCCEEDED": "succeeded", "FAILED": "failed"}
BUCKETS = tuple(2**n for n in range(10))  # attempts: 1, 2, 4, … 512
REMEMBERED = 20_000  # hashes; a replay reaches back to the stored cursor, which is never far behind


class Counts:
    """`data` is the whole state, as JSON."""

    def __init__(self, data: dict[str, Any] | None = None) -> None:
        empty: dict[str, Any] = {
            "payments": {status: 0 for status in STATUSES.values()},
            "attempts": {status: 0 for status in STATUSES.values()},
            "buckets": [0] * (len(BUCKETS) + 1),  # payments by attempts, not cumulative; the last: more than the largest
            "sum": 0,        # of the attempts in the buckets
            "counted": {},   # by half a hash: [first attempt, last attempt, status] of each of its payments
            "standing": [],  # FAILED and not yet counted: [half a hash, attempts, when it was published]
        }
        if data is not None and shape(data) != shape(empty):
            raise ValueError("not counts of this exporter")
        self.data: dict[str, Any] = empty if data is None else data

    def take(self, payment: dict[str, Any], now: float) -> None:
        """Takes a snapshot of any status."""
        attempts = sorted(int(htlc["attempt_id"]) for htlc in payment["htlcs"])
        name, status = str(payment["payment_hash"])[:32], STATUSES.get(payment["status"])
        if not attempts:
            return
        standing = next((one for one in self.data["standing"] if one[0] == name and overlap(one[1], attempts)), None)
        # IN_FLIGHT without a newer attempt is older than the outcome, and late.
        if standing and (status == "succeeded" or attempts[-1] > standing[1][-1]):
            self.data["standing"].remove(standing)
            standing = None
        if status == "succeeded":
            self._count(name, attempts, status)
        elif status == "failed" and not standing and not self._is_counted(name, attempts):
            self.data["standing"].append([name, attempts, now])

    def settle(self, now: float, patience: float) -> None:
        """Counts the failures that have stood for `patience` seconds."""
        standing, self.data["standing"] = self.data["standing"], []
        for name, attempts, since in standing:
            if 0 <= now - since < patience:  # else the time is over, or the clock was set back
                self.data["standing"].append([name, attempts, since])
            else:
                self._count(name, attempts, "failed")

    def _find(self, name: str, attempts: list[int]) -> list[Any] | None:
        return next((known for known in self.data["counted"].get(name, []) if overlap(known[:2], attempts)), None)

    def _is_counted(self, name: str, attempts: list[int]) -> bool:
        known = self._find(name, attempts)
        return known is not None and (known[1] >= attempts[-1] or known[2] == "succeeded")

    def _count(self, name: str, attempts: list[int], status: str) -> None:
        known = self._find(name, attempts)
        self.data["attempts"][status] += sum(known is None or attempt > known[1] for attempt in attempts)
        if known is None or known[2] != status:
            self.data["payments"][status] += 1
            self.data["buckets"][sum(len(attempts) > bucket for bucket in BUCKETS)] += 1
            self.data["sum"] += len(attempts)
        if known is not None:
            known[1:] = [max(known[1], attempts[-1]), status]
            return
        payments = self.data["counted"].pop(name, [])
        self.data["counted"][name] = [*payments, [attempts[0], attempts[-1], status]]  # the newest hash is last
        if len(self.data["counted"]) > REMEMBERED:
            del self.data["counted"][next(iter(self.data["counted"]))]


def shape(data: dict[str, Any]) -> Any:
    """Names and types of the members that do not grow."""
    fixed = {name: data.get(name) for name in ("payments", "attempts")}
    types = {name: {key: type(count) for key, count in counts.items()} for name, counts in fixed.items() if isinstance(counts, dict)}
    buckets = data.get("buckets")
    return {name: type(value) for name, value in data.items()}, types, [type(count) for count in buckets or []]


def overlap(one: list[int], other: list[int]) -> bool:
    """Both sorted. Payments of one hash come one after the other: if their attempts overlap, it is the same payment."""
    return one[0] <= other[-1] and one[-1] >= other[0]
