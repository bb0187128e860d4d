"""Strict check of one emitted lnrpc.Payment: every declared key, in declaration order, in the REST spelling of its type.

The list of keys is only in man/schema/payment.schema.json, which tests/proto compares with LND's protos. This checks that a snapshot
is well formed and agrees with itself. Whether it is right is checked by the tests that know the events.
"""
import base64
import json
import re
from pathlib import Path
from typing import Any, Callable

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "man" / "schema" / "payment.schema.json").read_text(encoding="utf-8"))
ZERO_PREIMAGE = "0" * 64

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


# By the name of the schema's type or definition. The schema's own patterns are laxer in places.
SCALARS: dict[str, Callable[[Any], bool]] = {
    "null": lambda v: v is None,
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "uint32": lambda v: _is_int(v, 0, 2**32 - 1),
    "int64": lambda v: _is_decimal(v, -2**63, 2**63 - 1),
    "uint64": lambda v: _is_decimal(v, 0, 2**64 - 1),
    "bytes": lambda v: _is_base64(v),
    "bytes32": lambda v: _is_base64(v, 32),
    "bytes64": lambda v: _is_base64(v, 64),
    "hex32": lambda v: _is_hex(v, 32),
    "hex33": lambda v: _is_hex(v, 33),
}


class Shape:
    """Checks a value along one schema."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema

    def complaints(self, payment: Any) -> list[str]:
        out: list[str] = []
        self._message(payment, self.schema, "payment", out)
        return out

    def _walk(self, value: Any, rule: dict[str, Any], path: str, out: list[str]) -> None:
        name = rule.get("$ref", "").removeprefix("#/definitions/") or rule.get("type", "")
        if name in SCALARS:
            if not SCALARS[name](value):
                out.append(f"{path}: {value!r} is no {name}")
        elif "$ref" in rule:
            self._walk(value, self.schema["definitions"][name], path, out)
        elif "enum" in rule:
            if value not in rule["enum"]:
                out.append(f"{path}: {value!r} is no name of the enum")
        elif "anyOf" in rule:
            null, other = rule["anyOf"]
            assert null == {"type": "null"}, f"{path}: only an optional message is understood"
            if value is not None:
                self._walk(value, other, path, out)
        elif "items" in rule:
            self._list(value, rule["items"], path, out)
        elif "properties" in rule:
            self._message(value, rule, path, out)
        else:
            self._map(value, rule["additionalProperties"], path, out)

    def _list(self, value: Any, rule: dict[str, Any], path: str, out: list[str]) -> None:
        if not isinstance(value, list):
            out.append(f"{path}: not an array")
            return
        for i, item in enumerate(value):
            self._walk(item, rule, f"{path}[{i}]", out)

    def _map(self, value: Any, rule: dict[str, Any], path: str, out: list[str]) -> None:
        if not isinstance(value, dict):
            out.append(f"{path}: not an object")
            return
        if not all(_is_decimal(k, 0, 2**64 - 1) for k in value):
            out.append(f"{path}: keys are not decimal")
        elif list(value) != sorted(value, key=int):
            out.append(f"{path}: keys are not in numeric order")
        for k, item in value.items():
            self._walk(item, rule, f"{path}.{k}", out)

    def _message(self, value: Any, rule: dict[str, Any], path: str, out: list[str]) -> None:
        if not isinstance(value, dict):
            out.append(f"{path}: not an object")
            return
        declared = list(rule["properties"])
        if list(value) != declared:
            missing = [n for n in declared if n not in value]
            extra = [n for n in value if n not in declared]
            out.append(f"{path}: keys differ: missing {missing}, extra {extra}" if missing or extra
                       else f"{path}: keys are not in declaration order")
        for name, kind in rule["properties"].items():
            if name in value:
                self._walk(value[name], kind, f"{path}.{name}", out)


PAYMENT = Shape(SCHEMA)


def _satoshi(value: dict, sat: str, msat: str, path: str, out: list[str]) -> None:
    if int(value[sat]) != int(value[msat]) // 1000:
        out.append(f"{path}.{sat}: {value[sat]} is not the floor of {msat} {value[msat]}")


def _attempt(htlc: dict, path: str, out: list[str]) -> None:
    status, route = htlc["status"], htlc["route"]
    _satoshi(route, "total_fees", "total_fees_msat", f"{path}.route", out)
    _satoshi(route, "total_amt", "total_amt_msat", f"{path}.route", out)
    for i, hop in enumerate(route["hops"]):
        _satoshi(hop, "amt_to_forward", "amt_to_forward_msat", f"{path}.route.hops[{i}]", out)
        _satoshi(hop, "fee", "fee_msat", f"{path}.route.hops[{i}]", out)
    if route["hops"]:
        kept = int(route["total_amt_msat"]) - int(route["hops"][-1]["amt_to_forward_msat"])
        if int(route["total_fees_msat"]) != kept:
            out.append(f"{path}.route.total_fees_msat: {route['total_fees_msat']}, but {kept} msat of those sent do not arrive")
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
    """Complaints about a Payment read by strict_json.loads."""
    out = PAYMENT.complaints(payment)
    if not out:
        _consistent(payment, out)
    return out
