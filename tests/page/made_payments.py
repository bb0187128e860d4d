"""Snapshots by hand, with every member of lnrpc.Payment that the page reads, for the scripted tracker. Invoices have a description and
nothing else that is real."""

from __future__ import annotations

import hashlib
import time
from typing import Any, Iterator

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
DESCRIPTION = 13
SECOND = 10**9
NODES = [f"02{n:02x}" + "5a" * 31 for n in range(1, 4)]


def groups(data: bytes) -> Iterator[int]:
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    return (int(bits[at:at + 5], 2) for at in range(0, len(bits), 5))


def bolt11(description: bytes) -> str:
    """Of BOLT 11, with an empty signature. A description has at most 1023 groups, 639 bytes."""
    field = list(groups(description))
    data = [0] * 7 + [DESCRIPTION, len(field) >> 5, len(field) & 31, *field] + [0] * 110
    return "lnbcrt10n1" + "".join(ALPHABET[group] for group in data)


def bolt12(description: bytes) -> str:
    """An invoice of BOLT 12 with nothing but offer_description, type 10."""
    size = len(description)
    length = bytes([size]) if size < 0xfd else b"\xfd" + size.to_bytes(2, "big")
    return "lni1" + "".join(ALPHABET[group] for group in groups(bytes([10]) + length + description))


def hop(number: int, amount_msat: int, fee_msat: int, **more: Any) -> dict[str, Any]:
    return {"chan_id": str((103 + number) << 40 | 1 << 16), "amt_to_forward_msat": str(amount_msat), "fee_msat": str(fee_msat),
            "pub_key": NODES[number], "custom_records": {}, "expiry": 114, **more}


def attempt(number: int, status: str, amount_msat: int = 1_000_000, begun: int | None = None, code: str = "TEMPORARY_CHANNEL_FAILURE",
            source: int = 1, **last_hop: Any) -> dict[str, Any]:
    begun = begun or time.time_ns()
    hops = [hop(0, amount_msat, 25), hop(1, amount_msat, 0, **last_hop)]
    return {"attempt_id": str(number), "status": status, "attempt_time_ns": str(begun),
            "resolve_time_ns": "0" if status == "IN_FLIGHT" else str(begun + SECOND),
            "route": {"total_time_lock": 120, "hops": hops, "total_amt_msat": str(amount_msat + 25), "total_fees_msat": "25"},
            "failure": {"code": code, "failure_source_index": source} if status == "FAILED" else None,
            "preimage": ""}


def payment(index: int, status: str, *attempts: dict[str, Any], amount_msat: int = 1_000_000, request: str = "", begun: int | None = None,
            **more: Any) -> dict[str, Any]:
    """`begun`: nanoseconds; its only attempt has its status."""
    begun = begun or time.time_ns()
    htlcs = list(attempts) or [attempt(index, status, amount_msat, begun)]
    payment_hash = hashlib.sha256(index.to_bytes(8, "big")).hexdigest()
    fee = 25 * sum(one["status"] == "SUCCEEDED" for one in htlcs)
    return {"payment_hash": payment_hash, "payment_preimage": ("11" if status == "SUCCEEDED" else "00") * 32, "payment_request": request,
            "value_msat": str(amount_msat), "value_sat": str(amount_msat // 1000), "fee_msat": str(fee), "fee_sat": str(fee // 1000),
            "status": status, "creation_date": str(begun // SECOND), "creation_time_ns": str(begun), "htlcs": htlcs,
            "payment_index": str(index), "failure_reason": "FAILURE_REASON_NO_ROUTE" if status == "FAILED" else "FAILURE_REASON_NONE"} | more
