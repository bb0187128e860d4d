"""The oracle: compares what the plugin published with what the recording proves. Nothing in it comes from the plugin's sources.

`judge` gives a list of sentences; an empty list is agreement.
"""
import base64
from typing import Any, Iterable

import expect
import facts as truth
import failures
import reasons
import routes
from payment_shape import ZERO_PREIMAGE, check_payment
from transcript import Entry

SECOND = 10**9

STATUS = {"pending": "IN_FLIGHT", "complete": "SUCCEEDED", "failed": "FAILED"}


def snapshot_key(payment: dict) -> tuple[str, str]:
    return payment["payment_hash"], payment["payment_index"]


def judge(entries: list[Entry], runs: list[tuple[int, int]], snapshots: list[tuple[int, dict]],
          clock: tuple[int, int] | None = None) -> list[str]:
    """`snapshots`: (run, Payment) as published on the main topic, in order. `clock`: begin and end of the run in nanoseconds, if
    waits came late, so that a failure may have been published before any row had the second in which it happened."""
    facts = truth.read(entries)
    out: list[str] = []
    for number, run in enumerate(runs):
        published: dict[tuple[str, str], list[dict]] = {}
        for where, payment in snapshots:
            if where == number:
                published.setdefault(snapshot_key(payment), []).append(payment)
        wanted = {(e.payment_hash, str(e.payment_index)): e
                  for e in expect.expected_payments(facts, run, number == len(runs) - 1, clock is not None)}
        out += [f"run {number}: nothing was published about {_short(key)}" for key in wanted if key not in published]
        out += [f"run {number}: {_short(key)} was published, but nothing of it happened then" for key in published if key not in wanted]
        for key, expected in wanted.items():
            if key in published:
                complaints = compare(facts, expected, published[key][-1], run, clock)
                if not any("status and attempts" in complaint for complaint in complaints):
                    complaints += expected.value.complaints(published[key])
                out += [f"run {number}: {_short(key)}: {complaint}" for complaint in complaints]
    return out


def _short(key: tuple[str, str]) -> str:
    return f"payment {key[0][:8]}… index {key[1]}"


def compare(facts: truth.Facts, expected: expect.Expected, payment: dict, run: tuple[int, int],
            clock: tuple[int, int] | None = None) -> list[str]:
    """One last snapshot against its expectation."""
    shape = check_payment(payment)
    if shape:
        return shape
    shown = expect.State(payment["status"], tuple((int(h["attempt_id"]), h["status"]) for h in payment["htlcs"]))
    right = [expect.State(s.status, tuple((i, STATUS[status]) for i, status in s.attempts)) for s in expected.states]
    if shown not in right:
        return [f"status and attempts are {shown}, expected {' or '.join(map(str, right))}"]
    out: list[str] = []

    def same(what: str, is_: Any, should: Iterable[Any]) -> None:
        choices = list(should)
        if is_ not in choices:
            out.append(f"{what} is {is_!r}, expected {' or '.join(map(repr, choices))}")
    rows = [expected.rows[index] for index, _ in shown.attempts]
    settled = [row for row, (_, status) in zip(rows, shown.attempts) if status == "SUCCEEDED"]
    settled += [expected.rows[index] for index in sorted(expected.paid - {row.index for row in rows})]
    first = expected.rows[expected.payment_index]
    same("fee_msat", payment["fee_msat"], [str(sum(_fee(facts, row, run) for row in settled))])
    same("payment_preimage", payment["payment_preimage"], {row.row["payment_preimage"] for row in settled} or {ZERO_PREIMAGE})
    same("payment_request", payment["payment_request"], expected.requests)
    same("creation_time_ns", payment["creation_time_ns"], [str(first.row["created_at"] * SECOND)])
    same("failure_reason", payment["failure_reason"],
         sorted(reasons.expected_reasons(facts, rows, run)) if payment["status"] == "FAILED" else [reasons.NONE])
    if payment["status"] == "SUCCEEDED":
        out += _what_left(facts, settled, payment, run)
    secret = _payment_secret(facts, expected)
    for row, htlc in zip(rows, payment["htlcs"]):
        total = expected.value.of_attempts[row.index] if expected.value.follows else int(payment["value_msat"])
        out += [f"attempt {row.index}: {c}" for c in _attempt(facts, row, htlc, run, clock)]
        out += [f"attempt {row.index}: {c}" for c in differences(
            htlc["route"], _route(facts, row, run, secret, total), "route")]
    return out


def _what_left(facts: truth.Facts, settled: list[truth.RowFacts], payment: dict, run: tuple[int, int]) -> list[str]:
    """Value and fee add up to the amount that left the node. This holds where the whole payment leaves from this node, no part
    delivers more than was asked, and the amount delivered is known for each part."""
    delivered = [facts.delivered(row, run) for row in settled]
    if None in delivered or payment["payment_hash"] in facts.shares or sum(delivered) > int(payment["value_msat"]):
        return []
    left, explained = sum(row.row["amount_sent_msat"] for row in settled), int(payment["value_msat"]) + int(payment["fee_msat"])
    return [] if explained == left else [f"value_msat and fee_msat are {explained}, but {left} left the node"]


def differences(is_: Any, should: Any, path: str) -> list[str]:
    """The innermost differences of two JSON values."""
    if isinstance(is_, dict) and isinstance(should, dict) and is_.keys() == should.keys():
        return [d for key in should for d in differences(is_[key], should[key], f"{path}.{key}")]
    if isinstance(is_, list) and isinstance(should, list) and len(is_) == len(should):
        return [d for i, item in enumerate(should) for d in differences(is_[i], item, f"{path}[{i}]")]
    return [] if is_ == should else [f"{path} is {is_!r}, expected {should!r}"]


def _fee(facts: truth.Facts, row: truth.RowFacts, run: tuple[int, int]) -> int:
    delivered = facts.delivered(row, run)
    return row.row["amount_sent_msat"] - delivered if delivered is not None else 0


def _payment_secret(facts: truth.Facts, expected: expect.Expected) -> bytes | None:
    known = [invoice.payment_secret for row in expected.rows.values() if (invoice := facts.invoice(row))]
    return bytes.fromhex(known[0]) if known and known[0] else None


def _route(facts: truth.Facts, row: truth.RowFacts, run: tuple[int, int], secret: bytes | None, value: int) -> dict:
    heard = facts.route(row, run) or routes.Route(0)
    hops = list(heard.hops)
    if heard.secret_of_invoice and secret:
        hops[-1] = dict(hops[-1], mpp_record=routes.mpp_record(secret, value))
    sent, fee = row.row["amount_sent_msat"], _fee(facts, row, run)
    return {"total_time_lock": heard.time_lock, "total_fees": str(fee // 1000), "total_amt": str(sent // 1000), "hops": hops,
            "total_fees_msat": str(fee), "total_amt_msat": str(sent), "first_hop_amount_msat": str(sent), "custom_channel_data": ""}


def _attempt(facts: truth.Facts, row: truth.RowFacts, htlc: dict, run: tuple[int, int],
             clock: tuple[int, int] | None) -> list[str]:
    out = []
    if not _within(htlc["attempt_time_ns"], row.row["created_at"]):
        out.append(f"attempt_time_ns {htlc['attempt_time_ns']} is not in second {row.row['created_at']}")
    if htlc["status"] != "IN_FLIGHT":
        second = row.row.get("completed_at")
        resolved = int(htlc["resolve_time_ns"])
        unseen = clock is not None and htlc["status"] == "FAILED" and clock[0] <= resolved <= clock[1]
        if not unseen and not (resolved >= row.row["created_at"] * SECOND if second is None
                               else _within(htlc["resolve_time_ns"], second)):
            out.append(f"resolve_time_ns {resolved} is not in second {second}")
    if htlc["status"] == "SUCCEEDED":
        if base64.b64decode(htlc["preimage"]).hex() != row.row["payment_preimage"]:
            out.append("preimage is not the row's")
    if htlc["status"] == "FAILED":
        out += differences(htlc["failure"], failures.expected_failure(facts, row, run), "failure")
    return out


def _within(nanoseconds: str, second: int) -> bool:
    return second * SECOND <= int(nanoseconds) < (second + 1) * SECOND
