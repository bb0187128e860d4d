"""Strict check of one emitted lnrpc.Payment: every declared key, in declaration order, in the REST spelling of its type.

The tables restate lnrpc's messages, base and later fields; nothing here comes from the plugin's sources. It says whether a
snapshot is well formed and agrees with itself, not whether it is true: that is for the tests that know what happened.
"""
import base64
import re
from typing import Any, Callable

ZERO_PREIMAGE = "0" * 64

PAYMENT_STATUS = {"UNKNOWN", "IN_FLIGHT", "SUCCEEDED", "FAILED", "INITIATED"}
HTLC_STATUS = {"IN_FLIGHT", "SUCCEEDED", "FAILED"}
FAILURE_REASON = {
    "FAILURE_REASON_NONE", "FAILURE_REASON_TIMEOUT", "FAILURE_REASON_NO_ROUTE", "FAILURE_REASON_ERROR",
    "FAILURE_REASON_INCORRECT_PAYMENT_DETAILS", "FAILURE_REASON_INSUFFICIENT_BALANCE", "FAILURE_REASON_CANCELED",
}
FAILURE_CODE = {
    "RESERVED", "INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS", "INCORRECT_PAYMENT_AMOUNT", "FINAL_INCORRECT_CLTV_EXPIRY",
    "FINAL_INCORRECT_HTLC_AMOUNT", "FINAL_EXPIRY_TOO_SOON", "INVALID_REALM", "EXPIRY_TOO_SOON", "INVALID_ONION_VERSION",
    "INVALID_ONION_HMAC", "INVALID_ONION_KEY", "AMOUNT_BELOW_MINIMUM", "FEE_INSUFFICIENT", "INCORRECT_CLTV_EXPIRY",
    "CHANNEL_DISABLED", "TEMPORARY_CHANNEL_FAILURE", "REQUIRED_NODE_FEATURE_MISSING", "REQUIRED_CHANNEL_FEATURE_MISSING",
    "UNKNOWN_NEXT_PEER", "TEMPORARY_NODE_FAILURE", "PERMANENT_NODE_FAILURE", "PERMANENT_CHANNEL_FAILURE", "EXPIRY_TOO_FAR",
    "MPP_TIMEOUT", "INVALID_ONION_PAYLOAD", "INVALID_ONION_BLINDING", "INTERNAL_FAILURE", "UNKNOWN_FAILURE",
    "UNREADABLE_FAILURE",
}

# A kind is a name checked below, ("enum", names), ("message", table), ("list", kind) or ("map", kind of the values).
MPP_RECORD = [("payment_addr", "bytes32"), ("total_amt_msat", "int64")]
AMP_RECORD = [("root_share", "bytes32"), ("set_id", "bytes32"), ("child_index", "uint32")]
CHANNEL_UPDATE = [
    ("signature", "bytes64"), ("chain_hash", "bytes32"), ("chan_id", "uint64"), ("timestamp", "uint32"),
    ("message_flags", "uint32"), ("channel_flags", "uint32"), ("time_lock_delta", "uint32"), ("htlc_minimum_msat", "uint64"),
    ("base_fee", "uint32"), ("fee_rate", "uint32"), ("htlc_maximum_msat", "uint64"), ("extra_opaque_data", "bytes"),
]
FAILURE = [
    ("code", ("enum", FAILURE_CODE)), ("channel_update", ("message", CHANNEL_UPDATE)), ("htlc_msat", "uint64"),
    ("onion_sha_256", "bytes"), ("cltv_expiry", "uint32"), ("flags", "uint32"), ("failure_source_index", "uint32"),
    ("height", "uint32"),
]
HOP = [
    ("chan_id", "uint64"), ("chan_capacity", "int64"), ("amt_to_forward", "int64"), ("fee", "int64"), ("expiry", "uint32"),
    ("amt_to_forward_msat", "int64"), ("fee_msat", "int64"), ("pub_key", "hex33"), ("tlv_payload", "bool"),
    ("mpp_record", ("message", MPP_RECORD)), ("amp_record", ("message", AMP_RECORD)), ("custom_records", ("map", "bytes")),
    ("metadata", "bytes"), ("blinding_point", "bytes"), ("encrypted_data", "bytes"), ("total_amt_msat", "uint64"),
]
ROUTE = [
    ("total_time_lock", "uint32"), ("total_fees", "int64"), ("total_amt", "int64"), ("hops", ("list", ("message", HOP))),
    ("total_fees_msat", "int64"), ("total_amt_msat", "int64"), ("first_hop_amount_msat", "int64"),
    ("custom_channel_data", "bytes"),
]
HTLC_ATTEMPT = [
    ("attempt_id", "uint64"), ("status", ("enum", HTLC_STATUS)), ("route", ("message", ROUTE)), ("attempt_time_ns", "int64"),
    ("resolve_time_ns", "int64"), ("failure", ("message", FAILURE)), ("preimage", "bytes"),
]
PAYMENT = [
    ("payment_hash", "hex32"), ("value", "int64"), ("creation_date", "int64"), ("fee", "int64"), ("payment_preimage", "hex32"),
    ("value_sat", "int64"), ("value_msat", "int64"), ("payment_request", "string"), ("status", ("enum", PAYMENT_STATUS)),
    ("fee_sat", "int64"), ("fee_msat", "int64"), ("creation_time_ns", "int64"), ("htlcs", ("list", ("message", HTLC_ATTEMPT))),
    ("payment_index", "uint64"), ("failure_reason", ("enum", FAILURE_REASON)), ("first_hop_custom_records", ("map", "bytes")),
]

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\Z")
_HEX = re.compile(r"[0-9a-f]*\Z")


def _is_int(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_decimal(value: Any, low: int, high: int) -> bool:
    return isinstance(value, str) and _DECIMAL.match(value) is not None and value != "-0" and low <= int(value) <= high


def _is_base64(value: Any, size: int | None = None) -> bool:
    if not isinstance(value, str):
        return False
    try:
        raw = base64.b64decode(value, validate=True)
    except ValueError:
        return False
    return base64.b64encode(raw).decode() == value and (size is None or len(raw) == size)


def _is_hex(value: Any, size: int) -> bool:
    return isinstance(value, str) and len(value) == 2 * size and _HEX.match(value) is not None


SCALARS: dict[str, Callable[[Any], bool]] = {
    "string": lambda v: isinstance(v, str),
    "bool": lambda v: isinstance(v, bool),
    "uint32": lambda v: _is_int(v, 0, 2**32 - 1),
    "int64": lambda v: _is_decimal(v, -2**63, 2**63 - 1),
    "uint64": lambda v: _is_decimal(v, 0, 2**64 - 1),
    "bytes": lambda v: _is_base64(v),
    "bytes32": lambda v: _is_base64(v, 32),
    "bytes64": lambda v: _is_base64(v, 64),
    "hex32": lambda v: _is_hex(v, 32),
    "hex33": lambda v: _is_hex(v, 33),
}


def _walk(value: Any, kind: Any, path: str, out: list[str]) -> None:
    if isinstance(kind, str):
        if not SCALARS[kind](value):
            out.append(f"{path}: {value!r} is no {kind}")
    elif kind[0] == "enum":
        if value not in kind[1]:
            out.append(f"{path}: {value!r} is no name of the enum")
    elif kind[0] == "list":
        if not isinstance(value, list):
            out.append(f"{path}: not an array")
            return
        for i, item in enumerate(value):
            if item is None:
                out.append(f"{path}[{i}]: null in an array")
            else:
                _walk(item, kind[1], f"{path}[{i}]", out)
    elif kind[0] == "map":
        if not isinstance(value, dict):
            out.append(f"{path}: not an object")
            return
        if not all(_is_decimal(k, 0, 2**64 - 1) for k in value):
            out.append(f"{path}: keys are not decimal")
        elif list(value) != sorted(value, key=int):
            out.append(f"{path}: keys are not in numeric order")
        for k, item in value.items():
            _walk(item, kind[1], f"{path}.{k}", out)
    elif value is not None:
        _message(value, kind[1], path, out)


def _message(value: Any, table: list, path: str, out: list[str]) -> None:
    if not isinstance(value, dict):
        out.append(f"{path}: not an object")
        return
    declared = [name for name, _ in table]
    if list(value) != declared:
        missing = [n for n in declared if n not in value]
        extra = [n for n in value if n not in declared]
        out.append(f"{path}: keys differ: missing {missing}, extra {extra}" if missing or extra
                   else f"{path}: keys are not in declaration order")
    for name, kind in table:
        if name in value:
            _walk(value[name], kind, f"{path}.{name}", out)


def _satoshi(value: dict, sat: str, msat: str, path: str, out: list[str]) -> None:
    if int(value[sat]) != int(value[msat]) // 1000:
        out.append(f"{path}.{sat}: {value[sat]} is not the floor of {msat} {value[msat]}")


def _attempt(htlc: dict, path: str, out: list[str]) -> None:
    status, route = htlc["status"], htlc["route"]
    if route is None:
        out.append(f"{path}.route: null, but an attempt always has a route")
    else:
        _satoshi(route, "total_fees", "total_fees_msat", f"{path}.route", out)
        _satoshi(route, "total_amt", "total_amt_msat", f"{path}.route", out)
        for i, hop in enumerate(route["hops"]):
            _satoshi(hop, "amt_to_forward", "amt_to_forward_msat", f"{path}.route.hops[{i}]", out)
            _satoshi(hop, "fee", "fee_msat", f"{path}.route.hops[{i}]", out)
        if route["hops"]:
            kept = int(route["total_amt_msat"]) - int(route["hops"][-1]["amt_to_forward_msat"])
            if int(route["total_fees_msat"]) != kept:
                out.append(f"{path}.route.total_fees_msat: {route['total_fees_msat']}, but {kept} of what was sent do not arrive")
    if (htlc["failure"] is not None) != (status == "FAILED"):
        out.append(f"{path}.failure: must be set exactly when the attempt FAILED")
    if (htlc["preimage"] != "") != (status == "SUCCEEDED"):
        out.append(f"{path}.preimage: must be set exactly when the attempt SUCCEEDED")
    elif htlc["preimage"] and not _is_base64(htlc["preimage"], 32):
        out.append(f"{path}.preimage: not 32 bytes")
    if (htlc["resolve_time_ns"] == "0") != (status == "IN_FLIGHT"):
        out.append(f"{path}.resolve_time_ns: must be \"0\" exactly while IN_FLIGHT")
    if int(htlc["attempt_time_ns"]) <= 0:
        out.append(f"{path}.attempt_time_ns: not a time")
    if status != "IN_FLIGHT" and int(htlc["resolve_time_ns"]) < int(htlc["attempt_time_ns"]):
        out.append(f"{path}.resolve_time_ns: before attempt_time_ns")
    if htlc["attempt_id"] == "0":
        out.append(f"{path}.attempt_id: 0 is no attempt")


def _consistent(payment: dict, out: list[str]) -> None:
    _satoshi(payment, "value_sat", "value_msat", "payment", out)
    _satoshi(payment, "fee_sat", "fee_msat", "payment", out)
    for old, new in (("value", "value_sat"), ("fee", "fee_sat")):
        if payment[old] != payment[new]:
            out.append(f"payment.{old}: differs from {new}")
    if int(payment["creation_date"]) != int(payment["creation_time_ns"]) // 10**9:
        out.append("payment.creation_date: not the second of creation_time_ns")
    if payment["payment_index"] == "0":
        out.append("payment.payment_index: 0 is no payment")
    if payment["status"] in ("UNKNOWN", "INITIATED"):
        out.append(f"payment.status: {payment['status']} is never emitted")
    htlcs = payment["htlcs"]
    ids = [int(h["attempt_id"]) for h in htlcs]
    if ids != sorted(set(ids)):
        out.append("payment.htlcs: attempt ids do not rise")
    for i, htlc in enumerate(htlcs):
        _attempt(htlc, f"payment.htlcs[{i}]", out)
    if out:
        return
    settled = [h for h in htlcs if h["status"] == "SUCCEEDED"]
    if int(payment["fee_msat"]) != sum(int(h["route"]["total_fees_msat"]) for h in settled):
        out.append("payment.fee_msat: not the sum of the settled attempts' fees")
    preimages = {base64.b64decode(h["preimage"]).hex() for h in settled} or {ZERO_PREIMAGE}
    if payment["payment_preimage"] not in preimages:
        out.append("payment.payment_preimage: not that of a settled attempt, nor 64 zeros without one")
    pending = any(h["status"] == "IN_FLIGHT" for h in htlcs)
    if payment["status"] == "SUCCEEDED" and (pending or not settled):
        out.append("payment.status: SUCCEEDED needs a settled attempt and none in flight")
    if payment["status"] == "FAILED":
        if pending or settled:
            out.append("payment.status: FAILED with an attempt settled or in flight")
        if payment["failure_reason"] == "FAILURE_REASON_NONE":
            out.append("payment.failure_reason: FAILED without a reason")
    if payment["status"] == "IN_FLIGHT" and settled and not pending:
        out.append("payment.status: IN_FLIGHT though an attempt settled and none is in flight")


def check_payment(payment: Any) -> list[str]:
    """What is wrong with a Payment read by strict_json.loads; nothing if it is well formed."""
    out: list[str] = []
    _message(payment, PAYMENT, "payment", out)
    if not out:
        _consistent(payment, out)
    return out
