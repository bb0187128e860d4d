"""The life of every row in a recording: its pending form, its final form, and where in the file each begins.

A row appears at the `wait created` reply that counts it or at its first mention, whichever is earlier; it gets its final form
at the `wait updated` reply that counts it, at its notification, or at the first reply that shows it final. Both counters only
rise, so a row cannot appear after one with a higher created_index nor end after one with a higher updated_index. Deletions are
not here: they are calls, and the player makes them.
"""
from dataclasses import dataclass, field
from typing import Any

from transcript import Call, Entry, calls, notification, row_mentions

BEFORE = -1  # position of what happened before the recording began

# Order of the members of a row as lightningd writes it.
ROW_KEYS = [
    "created_index", "id", "payment_hash", "groupid", "updated_index", "partid", "destination", "amount_msat",
    "amount_sent_msat", "created_at", "completed_at", "status", "payment_preimage", "label", "bolt11", "bolt12",
    "description", "erroronion",
]
FINAL_ONLY = {"updated_index", "completed_at", "payment_preimage", "erroronion"}


@dataclass
class RowLife:
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


def _note_mentions(entries: list[Entry], lives: dict[int, RowLife]) -> None:
    for entry in entries:
        ended = notification(entry, "sendpay_failure") is not None or "error" in entry.msg
        for row in row_mentions(entry):
            life = lives.setdefault(row["created_index"], RowLife(row["created_index"]))
            life.appears = min(life.appears, entry.index)
            if len(pending_form(row)) >= len(life.pending):
                life.pending = pending_form(row)
            if row["status"] != "pending":
                if life.final is None or len(_final_form(row)) >= len(life.final):
                    life.final = _final_form(row)
            # An error reply carrying a row (waitsendpay, sendpay) tells that the row failed, whatever its status says.
            if row["status"] != "pending" or ended:
                life.ends = min(life.ends, entry.index)


def _note_waits(all_calls: list[Call], lives: dict[int, RowLife]) -> None:
    for position, counter, _ in _wait_replies(all_calls, "created"):
        for life in lives.values():
            if life.created_index <= counter:
                life.appears = min(life.appears, position)
    for position, counter, details in _wait_replies(all_calls, "updated"):
        if details is None:
            continue
        key = (details["payment_hash"], details["groupid"], details["partid"])
        # A key can be used again after deletion: the newest row having it is meant.
        same = [life for life in lives.values() if life.key == key and life.appears <= position]
        for life in same[-1:]:
            life.ends = min(life.ends, position)
            if life.final is None:
                life.final = _guess_final(life.pending, details["status"], counter)


def _guess_final(pending: dict, status: str, updated_index: int) -> dict:
    """A row that nobody listed after it ended: the second of its end is a guess, the rest was told."""
    known = dict(pending, updated_index=updated_index, status=status, completed_at=pending["created_at"])
    return _final_form(known)


def _make_monotone(lives: list[RowLife]) -> None:
    limit = 1 << 60
    for life in sorted(lives, key=lambda life: -life.created_index):
        limit = life.appears = min(life.appears, limit)
    limit = 1 << 60
    ended = [life for life in lives if life.final]
    for life in sorted(ended, key=lambda life: -life.final["updated_index"]):
        limit = life.ends = max(min(life.ends, limit), life.appears)


def row_lives(entries: list[Entry]) -> dict[int, RowLife]:
    all_calls = calls(entries)
    counters = _initial_counters(all_calls)
    lives: dict[int, RowLife] = {}
    _note_mentions(entries, lives)
    _note_waits(all_calls, lives)
    for position, counter, _ in _wait_replies(all_calls, "updated"):
        for life in lives.values():
            if life.final and life.final.get("updated_index", 1 << 60) <= counter:
                life.ends = min(life.ends, position)
    for life in lives.values():
        if life.created_index <= counters["created"]:
            life.appears = BEFORE
        if life.final and life.final["updated_index"] <= counters["updated"]:
            life.ends = BEFORE
    _make_monotone(list(lives.values()))
    return lives


def timeline(entries: list[Entry]) -> Timeline:
    lives = row_lives(entries)
    start, steps = [], []
    for life in lives.values():
        if life.appears == BEFORE:
            start.append(life.final if life.ends == BEFORE else life.pending)
        else:
            steps.append(Step(life.appears, "created", life.pending))
        if life.final and life.ends != BEFORE:
            steps.append(Step(life.ends, "updated", life.final))

    def order(step: Step) -> tuple[int, int, Any]:
        # At one entry all rows appear before any of them ends: nothing in the file says more.
        return step.position, step.kind == "updated", step.row[f"{step.kind}_index"]
    return Timeline(_initial_counters(calls(entries)), start, sorted(steps, key=order))
