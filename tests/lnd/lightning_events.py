"""What the npm package `lightning` makes of a Payment (its lnd_responses folder), said again for the fields that programs use."""

from __future__ import annotations

import datetime
from typing import Any

REASONS = {"is_canceled": "FAILURE_REASON_CANCELED", "is_insufficient_balance": "FAILURE_REASON_INSUFFICIENT_BALANCE",
           "is_invalid_payment": "FAILURE_REASON_INCORRECT_PAYMENT_DETAILS", "is_pathfinding_timeout": "FAILURE_REASON_TIMEOUT",
           "is_route_not_found": "FAILURE_REASON_NO_ROUTE"}


def date(ns: str) -> str:
    milliseconds = int(ns) // 10**6
    at = datetime.datetime.fromtimestamp(milliseconds // 1000, datetime.timezone.utc)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03}Z"


def channel(chan_id: str) -> str:
    number = int(chan_id)
    return f"{number >> 40}x{number >> 16 & 0xFFFFFF}x{number & 0xFFFF}"


def path(route: dict[str, Any]) -> dict[str, Any]:
    hops = [{"channel": channel(hop["chan_id"]), "channel_capacity": int(hop["chan_capacity"]), "fee_mtokens": hop["fee_msat"],
             "forward_mtokens": hop["amt_to_forward_msat"], "public_key": hop["pub_key"]} for hop in route["hops"]]
    return {"fee_mtokens": route["total_fees_msat"], "mtokens": route["total_amt_msat"], "hops": hops}


def events(payment: dict[str, Any]) -> list[list[Any]]:
    """The events of one message, without the content of routing failures."""
    status = payment["status"]
    if status == "FAILED":
        return [["failed", {"id": payment["payment_hash"],
                            **{name: payment["failure_reason"] == reason for name, reason in REASONS.items()}}]]
    wanted = "SUCCEEDED" if status == "SUCCEEDED" else "IN_FLIGHT"
    chosen = [attempt for attempt in payment["htlcs"] if attempt["status"] == wanted]
    data = {"id": payment["payment_hash"], "index": payment["payment_index"], "created_at": date(payment["creation_time_ns"]),
            "mtokens": str(int(payment["value_msat"]) + int(payment["fee_msat"])), "paths": [path(a["route"]) for a in chosen]}
    if payment["payment_request"]:
        data["request"] = payment["payment_request"]
    if status == "SUCCEEDED":
        return [["confirmed", {**data, "secret": payment["payment_preimage"], "fee_mtokens": payment["fee_msat"],
                               "confirmed_at": max(date(a["resolve_time_ns"]) for a in chosen)}]]
    failures = [["routing_failure"] for attempt in payment["htlcs"] if attempt["status"] == "FAILED"]
    return failures + ([["paying", data]] if chosen else [])


def differences(got: Any, expected: Any, where: str = "event") -> list[str]:
    """Members that are not expected are the package's own, computed from others."""
    if isinstance(expected, dict):
        return [line for key in expected for line in differences(got.get(key), expected[key], f"{where}.{key}")]
    if isinstance(expected, list) and isinstance(got, list) and len(got) >= len(expected):
        return [line for n in range(len(expected)) for line in differences(got[n], expected[n], f"{where}[{n}]")]
    return [] if got == expected else [f"{where}: {got!r}, not {expected!r}"]
