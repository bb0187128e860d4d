"""What the page must show of a payment, from its snapshot. Shares no code with the page. Amounts are msat, times are those of the
browser's time zone (Page sets it). Of a sentence only the part counts that gives a code's meaning."""

from __future__ import annotations

import base64
import datetime
from typing import Any

KOLKATA = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
STATUS = {"IN_FLIGHT": "In flight", "SUCCEEDED": "Succeeded", "FAILED": "Failed"}

# Without these a person does not understand the code.
REASON = {
    "FAILURE_REASON_INCORRECT_PAYMENT_DETAILS": "payee refused",
    "FAILURE_REASON_NO_ROUTE": "No route",
    "FAILURE_REASON_TIMEOUT": "Time ran out",
    "FAILURE_REASON_ERROR": "error on this node",
    "FAILURE_REASON_INSUFFICIENT_BALANCE": "Not enough balance",
}
FAILURE = {
    "INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS": "does not know this invoice",
    "FEE_INSUFFICIENT": "fee is too low",
    "TEMPORARY_NODE_FAILURE": "cannot forward anything now",
    "TEMPORARY_CHANNEL_FAILURE": "cannot carry the amount now",
    "MPP_TIMEOUT": "other parts did not arrive",
    "UNKNOWN_NEXT_PEER": "next node is not connected",
    "UNREADABLE_FAILURE": "nobody can read the error",
    "INVALID_ONION_HMAC": "onion arrived damaged",
    "EXPIRY_TOO_FAR": "expiry is too far away",
}


def money(msat: int | str, unit: str = "sat") -> str:
    """As people of en-GB write it."""
    whole, rest = divmod(int(msat), 1000)
    if unit == "msat":
        return f"{int(msat):,} msat"
    return f"{whole:,}{f'.{rest:03}' if rest else ''} sat"


def fee(payment: dict[str, Any], unit: str = "sat") -> str:
    amount = int(payment["fee_msat"])
    if payment["status"] == "FAILED":
        return "no fee"
    if payment["status"] == "IN_FLIGHT":
        amount += sum(int(attempt["route"]["total_fees_msat"]) for attempt in payment["htlcs"] if attempt["status"] == "IN_FLIGHT")
        return f"fee {money(amount, unit)}" if amount else ""
    return f"fee {money(amount, unit)} ({amount * 1_000_000 // int(payment['value_msat']):,} ppm)"


def bar(payment: dict[str, Any]) -> str:
    """What a screen reader says of the attempts."""
    said = []
    for status, name in (("SUCCEEDED", "settled"), ("IN_FLIGHT", "in flight"), ("FAILED", "failed")):
        if count := sum(attempt["status"] == status for attempt in payment["htlcs"]):
            said.append(f"{count} {name}")
    return f"attempts: {', '.join(said)}" if said else "no attempt yet"


def clock(payment: dict[str, Any]) -> str:
    """When it ended, in local time to the second."""
    ended = max(int(attempt["resolve_time_ns"]) for attempt in payment["htlcs"]) // 10**9
    return datetime.datetime.fromtimestamp(ended, KOLKATA).strftime("%H:%M:%S")


def milliseconds(payment: dict[str, Any]) -> int:
    """From its first attempt to the end of the last. Its creation_time_ns is a whole second."""
    begin = min(int(attempt["attempt_time_ns"]) for attempt in payment["htlcs"])
    return max(int(attempt["resolve_time_ns"]) for attempt in payment["htlcs"]) // 10**6 - begin // 10**6


def is_keysend(payment: dict[str, Any]) -> bool:
    return not payment["payment_request"] and any("5482373484" in attempt["route"]["hops"][-1]["custom_records"]
                                                  for attempt in payment["htlcs"] if attempt["route"]["hops"])


def octets(groups: list[int]) -> bytes:
    bits = "".join(f"{group:05b}" for group in groups)
    return bytes(int(bits[at:at + 8], 2) for at in range(0, len(bits) - 7, 8))


def description(payment_request: str) -> str:
    """Of BOLT 11: the field of type 13, in groups of 5 bits. Of BOLT 12: the TLV of type 10, here after TLVs with lengths of a byte."""
    groups = ["qpzry9x8gf2tvdw0s3jn54khce6mua7l".index(letter) for letter in payment_request[payment_request.rindex("1") + 1:]]
    if payment_request.startswith("lni"):
        rest = octets(groups)
        while rest and rest[0] < 10:
            rest = rest[2 + rest[1]:]
        return rest[2:2 + rest[1]].decode() if rest and rest[0] == 10 else ""
    fields = groups[7:-110]
    while fields:
        size = 32 * fields[1] + fields[2]
        if fields[0] == 13:
            return octets(fields[3:3 + size]).decode()
        fields = fields[3 + size:]
    return ""


def what(payment: dict[str, Any]) -> str:
    """What a person would call it."""
    if payment["payment_request"]:
        return description(payment["payment_request"])
    return "keysend" if is_keysend(payment) else ""


def row(payment: dict[str, Any], unit: str = "sat") -> dict[str, str]:
    """The texts of a row that follow from the snapshot alone."""
    out = {"status": STATUS[payment["status"]], "amount": money(payment["value_msat"], unit), "fee": fee(payment, unit),
           "bar": bar(payment), "what": what(payment)}
    if payment["status"] != "IN_FLIGHT":
        out["age"] = clock(payment)
    return out


def reasons(payment: dict[str, Any]) -> list[str]:
    """Texts that a row must contain; none: it gives no reason."""
    if payment["status"] == "FAILED":
        return [REASON[payment["failure_reason"]]]
    failed = [attempt for attempt in payment["htlcs"] if attempt["status"] == "FAILED"]
    return [FAILURE[failed[-1]["failure"]["code"]]] if failed and payment["status"] == "IN_FLIGHT" else []


def channel(chan_id: str) -> str:
    number = int(chan_id)
    return f"{number >> 40}x{number >> 16 & 0xffffff}x{number & 0xffff}" if number else "blinded"


def failed_at(attempt: dict[str, Any]) -> int | None:
    """The position of the hop that reported the failure: 0 is this node. None: nobody knows, or it has not failed."""
    failure = attempt["failure"]
    if attempt["status"] != "FAILED" or failure["code"] == "UNREADABLE_FAILURE":
        return None
    return int(failure["failure_source_index"])


def hops(attempt: dict[str, Any], unit: str = "sat") -> list[list[str]]:
    """Texts that each hop after this node must contain: channel, what enters it, the node's key, the node's fee."""
    route = attempt["route"]
    entering = [route["total_amt_msat"], *(hop["amt_to_forward_msat"] for hop in route["hops"])]
    out = []
    for amount, hop in zip(entering, route["hops"]):
        key = hop["pub_key"]
        texts = [channel(hop["chan_id"]), f"{key[:8]}…{key[-4:]}"]
        texts += [money(amount, unit)] if int(amount) else []
        texts += [f"fee {money(hop['fee_msat'], unit)}"] if int(hop["fee_msat"]) and hop is not route["hops"][-1] else []
        out.append(texts)
    return out


def attempt_status(attempt: dict[str, Any]) -> str:
    return {"IN_FLIGHT": "in flight", "SUCCEEDED": "settled", "FAILED": "failed"}[attempt["status"]]


def base64_of(hexed: str) -> str:
    """As a part's preimage is in JSON."""
    return base64.b64encode(bytes.fromhex(hexed)).decode()
