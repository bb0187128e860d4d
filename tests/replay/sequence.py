"""Rules for all messages of a run in order: successive snapshots, copies on the final topic, deletions, cursors."""
import re
from typing import Any

from model import NODE_ID
from node import Received
from oracle import snapshot_key
from pacing import is_paced
from payment_shape import check_payment

CURSOR = re.compile(rf"{NODE_ID[:8]}\.([^.]+)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\Z")
DELETED_KEYS = ["payment_hash", "payment_index", "attempt_ids", "remaining"]


def shapes(published: list[Received]) -> list[str]:
    """Complaints about malformed messages. No other check looks at those."""
    out: list[str] = []
    for one in published:
        where = f"entry {one.position}"
        if not isinstance(one.params, dict) or list(one.params) != [one.topic, "cursor"] or not isinstance(one.params["cursor"], str):
            out.append(f"{where}: params of {one.topic} are not exactly the topic and the cursor")
        elif one.topic != "trackpayments_deleted":
            out += [f"{where}: {complaint}" for complaint in check_payment(one.params[one.topic])]
        elif not _is_deletion(one.params[one.topic]):
            out.append(f"{where}: trackpayments_deleted is malformed: {one.params[one.topic]}")
    return out


def _is_deletion(message: Any) -> bool:
    return (isinstance(message, dict) and list(message) == DELETED_KEYS and isinstance(message["payment_index"], str)
            and type(message["remaining"]) is int and message["remaining"] >= 0
            and isinstance(message["attempt_ids"], list) and bool(message["attempt_ids"])
            and all(isinstance(i, str) and i.isdigit() for i in message["attempt_ids"]))


def check(published: list[Received], deleted_rows: list[dict], all_known: bool, runs: int = 0) -> list[str]:
    """For well formed messages only. `all_known`: the socket had answered everything before a message was published, so no payment
    may be shown as settled while one of its rows is pending. FAILED with a pending row is always wrong. `runs`: how many there
    were, if the last run had to publish every deletion that it could see."""
    out: list[str] = []
    for run in sorted({one.run for one in published}):
        mine = [one for one in published if one.run == run]
        out += _cursors(mine, all_known)
        out += _finals(mine)
        out += [f"entry {one.position}: {complaint}" for one in mine if one.topic == "trackpayments"
                for complaint in check_outcome(one.params["trackpayments"])]
        out += _snapshots([one for one in mine if one.topic == "trackpayments"], deleted_rows, all_known)
        out += _paid_is_paid([one for one in mine if one.topic == "trackpayments"], deleted_rows)
        out += _deletions(mine, deleted_rows, run == runs - 1)
    run_ids = [(one.run, one.params["cursor"].split(".")[1]) for one in published]
    if len({run_id for _, run_id in run_ids}) != len({run for run, _ in run_ids}):
        out.append("cursor: the run id must change with each plugin process")
    return out


def check_outcome(payment: dict) -> list[str]:
    """Only FAILED comes with a reason: LND may know one while a part is in flight, lightningd never reports it then. A payment with
    a settled attempt has not failed."""
    out: list[str] = []
    if (payment["status"] == "FAILED") != (payment["failure_reason"] != "FAILURE_REASON_NONE"):
        out.append(f"{payment['status']} with {payment['failure_reason']}")
    if payment["status"] == "FAILED" and any(attempt["status"] == "SUCCEEDED" for attempt in payment["htlcs"]):
        out.append("FAILED with a settled attempt")
    return out


def _cursors(published: list[Received], all_known: bool) -> list[str]:
    out: list[str] = []
    created = updated = 0
    run_ids = set()
    paced = any(is_paced(one.params["trackpayments"]) for one in published if one.topic == "trackpayments")  # holds the cursor back
    for one in published:
        match = CURSOR.match(one.params["cursor"])
        if not match:
            out.append(f"entry {one.position}: cursor {one.params['cursor']!r} is malformed")
            continue
        run_ids.add(match[1])
        now = int(match[2]), int(match[3])
        if now[0] < created or now[1] < updated:
            out.append(f"entry {one.position}: cursor went back from {created}.{updated} to {now[0]}.{now[1]}")
        if now[0] > one.counters["created"] or now[1] > one.counters["updated"]:
            out.append(f"entry {one.position}: cursor {now[0]}.{now[1]} is ahead of the node's counters {one.counters}")
        if all_known and not paced and now[0] < one.rested:
            out.append(f"entry {one.position}: cursor {now[0]}.{now[1]} lags behind created_index {one.rested}, which was read before")
        created, updated = now
    if len(run_ids) > 1:
        out.append(f"one run, several run ids: {sorted(run_ids)}")
    return out


def _finals(published: list[Received]) -> list[str]:
    """Every terminal snapshot goes to both topics, in order. Nothing else goes to the final topic."""
    terminal = [one.params["trackpayments"] for one in published
                if one.topic == "trackpayments" and one.params["trackpayments"]["status"] in ("SUCCEEDED", "FAILED")]
    final = [one.params["trackpayments_final"] for one in published if one.topic == "trackpayments_final"]
    return [] if terminal == final else [f"trackpayments_final carries {len(final)} snapshots that are not the {len(terminal)} "
                                         "terminal ones of trackpayments"]


def _gone(one: Received, deleted_rows: list[dict]) -> set[str]:
    return {str(row["created_index"]) for row in deleted_rows[:one.deleted]}


def _snapshots(published: list[Received], deleted_rows: list[dict], all_known: bool) -> list[str]:
    out: list[str] = []
    before: dict[tuple[str, str], dict] = {}
    for one in published:
        payment = one.params["trackpayments"]
        key = snapshot_key(payment)
        where = f"entry {one.position}: payment {key[0][:8]}… index {key[1]}"
        old = before.get(key)
        ids = {h["attempt_id"]: h["status"] for h in payment["htlcs"]}
        if old is not None:
            if old == payment:
                out.append(f"{where}: the same snapshot twice in a row")
            was = {h["attempt_id"]: h["status"] for h in old["htlcs"]}
            lost = set(was) - set(ids) - _gone(one, deleted_rows)
            if lost:
                out.append(f"{where}: attempts {sorted(lost)} disappeared without a deletion")
            for attempt, status in was.items():
                if status == "SUCCEEDED" and ids.get(attempt, "SUCCEEDED") != "SUCCEEDED":
                    out.append(f"{where}: attempt {attempt} was settled and is {ids[attempt]}")
                if status == "FAILED" and ids.get(attempt, "FAILED") != "FAILED":
                    out.append(f"{where}: attempt {attempt} had failed and is {ids[attempt]}")
            if old["creation_time_ns"] != payment["creation_time_ns"]:
                out.append(f"{where}: creation_time_ns changed")
        if one.pending and payment["status"] in (("FAILED", "SUCCEEDED") if all_known else ("FAILED",)):
            out.append(f"{where}: {payment['status']} while its rows {sorted(one.pending)} are pending")
        before[key] = payment
    by_hash: dict[str, list[dict]] = {}
    for (payment_hash, _), payment in before.items():
        by_hash.setdefault(payment_hash, []).append(payment)
    for payment_hash, payments in by_hash.items():
        for attempt in _shared_attempts(payments):
            out.append(f"attempt {attempt} of {payment_hash[:8]}… is in two payments: payment_index is not constant")
    return out


def _shared_attempts(payments: list[dict]) -> set[str]:
    seen: set[str] = set()
    shared: set[str] = set()
    for payment in payments:
        ids = {h["attempt_id"] for h in payment["htlcs"]}
        shared |= seen & ids
        seen |= ids
    return shared


def _paid_is_paid(published: list[Received], deleted_rows: list[dict]) -> list[str]:
    """For each hash, only SUCCEEDED follows SUCCEEDED until the complete rows are deleted."""
    out = []
    paid: dict[str, set[str]] = {}
    ever: dict[tuple[str, str], set[str]] = {}  # attempts of each payment shown as settled
    for one in published:
        payment = one.params["trackpayments"]
        payment_hash = payment["payment_hash"]
        ever.setdefault(snapshot_key(payment), set()).update(h["attempt_id"] for h in payment["htlcs"] if h["status"] == "SUCCEEDED")
        settled = paid.get(payment_hash, set())
        if settled and payment["status"] != "SUCCEEDED" and not settled <= _gone(one, deleted_rows):
            out.append(f"entry {one.position}: {payment['status']} after SUCCEEDED of {payment_hash[:8]}…")
        if payment["status"] == "SUCCEEDED":
            paid[payment_hash] = ever[snapshot_key(payment)]
    return out


def _deletions(published: list[Received], deleted_rows: list[dict], last_run: bool) -> list[str]:
    """The deletion of an attempt that was shown is published once. The deletion of one that was never shown may be published once."""
    out: list[str] = []
    shown: dict[str, tuple[str, str]] = {}
    for one in published:
        if one.topic == "trackpayments":
            payment = one.params["trackpayments"]
            shown.update((h["attempt_id"], snapshot_key(payment)) for h in payment["htlcs"])
    gone = {str(row["created_index"]): row["payment_hash"] for row in deleted_rows}
    seen: set[str] = set()
    attempts: dict[tuple[str, str], set[str]] = {}  # shown before, deletion not published
    for one in published:
        if one.topic == "trackpayments":
            payment = one.params["trackpayments"]
            attempts[snapshot_key(payment)] = {h["attempt_id"] for h in payment["htlcs"]}
        if one.topic != "trackpayments_deleted":
            continue
        message = one.params["trackpayments_deleted"]
        where = f"entry {one.position}: trackpayments_deleted"
        left = attempts.get((message["payment_hash"], message["payment_index"]))
        if left is not None:
            left -= set(message["attempt_ids"])
            if message["remaining"] != len(left):
                out.append(f"{where}: {message['remaining']} attempts remain, not {len(left)}")
        for attempt in message["attempt_ids"]:
            if attempt in seen:
                out.append(f"{where}: the deletion of attempt {attempt} is published again")
            seen.add(attempt)
            if attempt not in _gone(one, deleted_rows) or gone[attempt] != message["payment_hash"]:
                out.append(f"{where}: attempt {attempt} of {message['payment_hash'][:8]}… was not deleted")
            if attempt in shown and shown[attempt] != (message["payment_hash"], message["payment_index"]):
                out.append(f"{where}: attempt {attempt} belongs to {shown[attempt]}, not to {message}")
    # A run need not publish deletions that happened in another run.
    last_known = len(deleted_rows) if last_run else max((one.deleted for one in published), default=0)
    mine = {str(row["created_index"]) for row in deleted_rows[:last_known]} & set(shown)
    out += [f"the deletion of attempt {attempt} was never published" for attempt in sorted(mine - seen)]
    return out
