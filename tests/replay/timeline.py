"""The history of every row in a recording: its pending form, its final form, and where in the file each begins.

A row appears at the `wait created` reply that counts it or at its first mention, whichever is earlier; it gets its final form
at the `wait updated` reply that counts it, at its notification, or at the first reply that shows it final. Both counters only
rise, so a row cannot appear after one with a higher created_index nor end after one with a higher updated_index. Deletions are
not here: they are calls, and the player makes them.
"""
from dataclasses import dataclass, field
from typing import Any

from transcript import Call, Entry, calls, notification, row_mentions

BEFORE = -1  # position of events before the recording began

# Order of the members of a row as lightningd writes it.
ROW_KEYS = [
    "created_index", "id", "payment_hash", "groupid", "updated_index", "partid", "destination", "amount_msat",
    "amount_sent_msat", "created_at", "completed_at", "status", "payment_preimage", "label", "bolt11", "bolt12",
    "description", "erroronion",
]
FINAL_ONLY = {"updated_index", "completed_at", "payment_preimage", "erroronion"}


@dataclass
class RowHistory:
    created_index: int
    pending: dict = field(default_factory=dict)
    final: dict | None = None
    appears: int = 1 << 60
    ends: int = 1 << 60

    @property
    def key(self) -> tuple[str, int, int]:
        return row_key(self.pending)


@dataclass(frozen=True)
class Step:
    """One change of the table, due when the player reaches that entry."""
    position: int
    kind: str  # "created" | "updated"
    row: dict


@dataclass
class Timeline:
    counters: dict[str, int]
    start: list[dict]
    steps: list[Step]


def row_key(row: dict) -> tuple[str, int, int]:
    return row["payment_hash"], row["groupid"], row.get("partid", 0)


def pending_form(row: dict) -> dict:
    kept = {k: row[k] for k in ROW_KEYS if k in row and k not in FINAL_ONLY}
    kept["status"] = "pending"
    return kept


def _final_form(row: dict) -> dict:
    return {k: row[k] for k in ROW_KEYS if k in row}


def _initial_counters(all_calls: list[Call]) -> dict[str, int]:
    counters = {}
    for call in all_calls:
        if call.method == "wait":
            counters.setdefault(call.params["indexname"], call.params["nextvalue"] - 1)
    return {index: counters.get(index, 0) for index in ("created", "updated", "deleted")}


def _wait_replies(all_calls: list[Call], index: str) -> list[tuple[int, int, dict | None]]:
    """(position, counter, details) of each reply to `wait sendpays <index>`."""
    found = []
    for call in all_calls:
        result = call.reply.get("result")
        if call.method == "wait" and result and index in result:
            found.append((call.answered.index, result[index], result.get("sendpays") or result.get("details")))
    return sorted(found, key=lambda reply: reply[0])


def _note_mentions(entries: list[Entry], histories: dict[int, RowHistory]) -> None:
    for entry in entries:
        ended = notification(entry, "sendpay_failure") is not None or "error" in entry.msg
        for row in row_mentions(entry):
            history = histories.setdefault(row["created_index"], RowHistory(row["created_index"]))
            history.appears = min(history.appears, entry.index)
            if len(pending_form(row)) >= len(history.pending):
                history.pending = pending_form(row)
            if row["status"] != "pending":
                if history.final is None or len(_final_form(row)) >= len(history.final):
                    history.final = _final_form(row)
            # An error reply carrying a row (waitsendpay, sendpay) means that the row failed, whatever its status.
            if row["status"] != "pending" or ended:
                history.ends = min(history.ends, entry.index)


def _note_waits(all_calls: list[Call], histories: dict[int, RowHistory]) -> None:
    for position, counter, _ in _wait_replies(all_calls, "created"):
        for history in histories.values():
            if history.created_index <= counter:
                history.appears = min(history.appears, position)
    for position, counter, details in _wait_replies(all_calls, "updated"):
        if details is None:
            continue
        key = (details["payment_hash"], details["groupid"], details["partid"])
        # A key can be used again after deletion: the newest row with that key is meant.
        same = [history for history in histories.values() if history.key == key and history.appears <= position]
        for history in same[-1:]:
            history.ends = min(history.ends, position)
            if history.final is None:
                history.final = _guess_final(history.pending, details["status"], counter)


def _guess_final(pending: dict, status: str, updated_index: int) -> dict:
    """A row that was not listed after it ended: only the second of its end is a guess."""
    known = dict(pending, updated_index=updated_index, status=status, completed_at=pending["created_at"])
    return _final_form(known)


def _make_monotone(histories: list[RowHistory]) -> None:
    limit = 1 << 60
    for history in sorted(histories, key=lambda history: -history.created_index):
        limit = history.appears = min(history.appears, limit)
    limit = 1 << 60
    ended = [history for history in histories if history.final]
    for history in sorted(ended, key=lambda history: -history.final["updated_index"]):
        limit = history.ends = max(min(history.ends, limit), history.appears)


def row_histories(entries: list[Entry]) -> dict[int, RowHistory]:
    all_calls = calls(entries)
    counters = _initial_counters(all_calls)
    histories: dict[int, RowHistory] = {}
    _note_mentions(entries, histories)
    _note_waits(all_calls, histories)
    for position, counter, _ in _wait_replies(all_calls, "updated"):
        for history in histories.values():
            if history.final and history.final.get("updated_index", 1 << 60) <= counter:
                history.ends = min(history.ends, position)
    for history in histories.values():
        if history.created_index <= counters["created"]:
            history.appears = BEFORE
        if history.final and history.final["updated_index"] <= counters["updated"]:
            history.ends = BEFORE
    _make_monotone(list(histories.values()))
    return histories


def timeline(entries: list[Entry]) -> Timeline:
    histories = row_histories(entries)
    start, steps = [], []
    for history in histories.values():
        if history.appears == BEFORE:
            start.append(history.final if history.ends == BEFORE else history.pending)
        else:
            steps.append(Step(history.appears, "created", history.pending))
        if history.final and history.ends != BEFORE:
            steps.append(Step(history.ends, "updated", history.final))

    def order(step: Step) -> tuple[int, int, Any]:
        # At one entry all rows appear before any of them ends: the file shows no finer order.
        return step.position, step.kind == "updated", step.row[f"{step.kind}_index"]
    return Timeline(_initial_counters(calls(entries)), start, sorted(steps, key=order))
