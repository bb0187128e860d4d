"""The oracle: compares what the plugin told with what the recording proves. Nothing in it comes from the plugin's sources.

`judge` gives a list of sentences; an empty list is agreement.
"""
import base64
from typing import Any, Iterable

import expect
import facts as truth
import failures
from payment_shape import ZERO_PREIMAGE, check_payment
from transcript import Entry

FAILURES_FROM_PART_END = False  # xpay's parts fail with 202; what really happened is in pay_part_end
REASONS = False                 # failure_reason by evidence instead of FAILURE_REASON_ERROR for every FAILED
SECOND = 10**9

STATUS = {"pending": "IN_FLIGHT", "complete": "SUCCEEDED", "failed": "FAILED"}


def snapshot_key(payment: dict) -> tuple[str, str]:
    return payment["payment_hash"], payment["payment_index"]


def judge(entries: list[Entry], lives: list[tuple[int, int]], snapshots: list[tuple[int, dict]],
          clock: tuple[int, int] | None = None) -> list[str]:
    """`snapshots`: (life, Payment) as told on the main topic, in order. `clock`: begin and end of the run in nanoseconds, if
    waits came late, so that a failure may have been told before any row said in which second it happened."""
    facts = truth.read(entries)
    out: list[str] = []
    for number, life in enumerate(lives):
        told: dict[tuple[str, str], dict] = {}
        for where, payment in snapshots:
            if where == number:
                told[snapshot_key(payment)] = payment
        wanted = {(e.payment_hash, str(e.payment_index)): e
                  for e in expect.expected_payments(facts, life, number == len(lives) - 1, clock is not None)}
        out += [f"life {number}: nothing was told about {_short(key)}" for key in wanted if key not in told]
        out += [f"life {number}: {_short(key)} was told, but nothing of it happened then" for key in told if key not in wanted]
        for key, expected in wanted.items():
            if key in told:
                complaints = compare(facts, expected, told[key], life, clock)
                out += [f"life {number}: {_short(key)}: {complaint}" for complaint in complaints]
    return out


def _short(key: tuple[str, str]) -> str:
    return f"payment {key[0][:8]}… index {key[1]}"


def compare(facts: truth.Facts, expected: expect.Expected, payment: dict, life: tuple[int, int],
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
    first = expected.rows[expected.payment_index]
    low, high = expected.value
    if not low <= int(payment["value_msat"]) <= high:
        out.append(f"value_msat is {payment['value_msat']}, expected {low}" + (f" to {high}" if high != low else ""))
    same("fee_msat", payment["fee_msat"], [str(sum(_fee(row) for row in settled))])
    same("payment_preimage", payment["payment_preimage"], {row.row["payment_preimage"] for row in settled} or {ZERO_PREIMAGE})
    same("payment_request", payment["payment_request"], expected.requests)
    same("creation_time_ns", payment["creation_time_ns"], [str(first.row["created_at"] * SECOND)])
    reasons = {"FAILURE_REASON_NONE"}
    if payment["status"] == "FAILED":
        reasons = failures.expected_reasons(facts, rows, life, REASONS)
    elif REASONS and payment["status"] == "IN_FLIGHT":
        reasons = reasons | failures.expected_reasons(facts, rows, life, REASONS)
    same("failure_reason", payment["failure_reason"], sorted(reasons))
    for row, htlc in zip(rows, payment["htlcs"]):
        out += [f"attempt {row.index}: {c}" for c in _attempt(facts, row, htlc, life, clock)]
    return out


def _fee(row: truth.RowFacts) -> int:
    return row.row["amount_sent_msat"] - row.row["amount_msat"] if "amount_msat" in row.row else 0


def _attempt(facts: truth.Facts, row: truth.RowFacts, htlc: dict, life: tuple[int, int],
             clock: tuple[int, int] | None) -> list[str]:
    out = []
    route = htlc["route"]
    for member, should in (("total_amt_msat", row.row["amount_sent_msat"]), ("total_fees_msat", _fee(row)),
                           ("first_hop_amount_msat", row.row["amount_sent_msat"])):
        if route[member] != str(should):
            out.append(f"route.{member} is {route[member]}, expected {should}")
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
        code, place = failures.expected_failure(facts, row, life, FAILURES_FROM_PART_END)
        told = htlc["failure"]["code"], htlc["failure"]["failure_source_index"]
        if told != (code, place):
            out.append(f"failure is {told}, expected {(code, place)}")
    return out


def _within(nanoseconds: str, second: int) -> bool:
    return second * SECOND <= int(nanoseconds) < (second + 1) * SECOND
