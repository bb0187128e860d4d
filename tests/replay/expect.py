"""The expected last snapshot of each payment, from the facts of a recording: the rules of the model, applied again
to the recorded events of one run of the plugin.

Where the recording allows several states (a deletion may or may not be followed by a snapshot of an undecided payment), all of them
are listed.
"""
from dataclasses import dataclass

from facts import Facts, RowFacts
from values import Value, expected_value


@dataclass(frozen=True)
class State:
    status: str                                  # of the payment
    attempts: tuple[tuple[int, str], ...]        # (created_index, row status), in order


@dataclass
class Expected:
    payment_hash: str
    payment_index: int
    rows: dict[int, RowFacts]
    states: list[State]                                  # acceptable last states; the last one is the likeliest
    value: Value
    paid: set[int]                                       # rows shown as settled, though they may be deleted by now
    before_the_end: bool = False                         # decided by evidence, not by the end of the silence
    patient: bool = False                                # its payer may go on after a minute of silence

    @property
    def requests(self) -> set[str]:
        found = {row.row[k] for row in self.rows.values() for k in ("bolt11", "bolt12") if k in row.row}
        return found or {""}


class _Walk:
    """Goes through the events of one payment."""

    def __init__(self, rows: list[RowFacts], fresh_start: bool):
        self.rows = {row.index: row for row in rows}
        self.present: dict[int, str] = {}
        self.fresh_start = fresh_start   # lightningd was restarted: payers have lost their state
        self.given_up = False
        self.outcome: str | None = None
        self.first: int | None = None
        self.paid: set[int] = set()      # shown as settled
        self.gone: tuple[int, dict[int, str]] = (-1, {})   # place of the last deletion, and the rows before it
        self.states: list[State] = []

    def shown(self) -> None:
        """The plugin sees the payment as it is now."""
        if self.first is None:
            self.first = min(self.present)
        states = set(self.present.values())
        self.paid |= {index for index, status in self.present.items() if status == "complete"}
        status = "IN_FLIGHT"
        if "pending" not in states:
            if self.paid:
                status = "SUCCEEDED"
            elif self.given_up or self.fresh_start or self.outcome == "FAILED":
                status = "FAILED"
        self.outcome = status if status != "IN_FLIGHT" else None
        self.states = [self._state(status)]

    def decided(self) -> None:
        """Evidence that no further attempt comes."""
        if self.first is not None and self.present and set(self.present.values()) == {"failed"} and self.outcome is None:
            self.outcome = "FAILED"
            self.states = [self._state("FAILED")]

    def removed(self, index: int, at: int) -> None:
        """An undecided payment ends before its last row is deleted, and shows all rows that this deletion removes."""
        if at != self.gone[0]:
            self.gone = at, dict(self.present)
        self.present.pop(index, None)
        if self.outcome is not None or self.first is None:
            return
        if self.present:
            self.states.append(self._state("IN_FLIGHT"))
        else:
            self.outcome = "SUCCEEDED" if self.paid else "FAILED"
            self.states = [State(self.outcome, tuple(sorted(self.gone[1].items())))]

    def _state(self, status: str) -> State:
        return State(status, tuple(sorted(self.present.items())))


def _events(facts: Facts, rows: list[RowFacts], run: tuple[int, int]) -> list[tuple[int, int, str, int]]:
    events = []
    for row in rows:
        events += [(row.created, 0, "created", row.index), (row.deleted, 2, "deleted", row.index)]
        if row.status != "pending":
            events.append((row.ended, 1, "ended", row.index))
        if row.group in facts.released:
            events.append((facts.released[row.group], 3, "gave up", 0))
        if run[0] < facts.renepays.get(row.index, (-1, ""))[0]:
            events += [(at, 3, "gave up", 0) for at in facts.renepaid.get(row.group[0], [])]
    payment_hash, mine = rows[0].group[0], {row.index for row in rows}
    if payment_hash in facts.gave_up:
        events.append((facts.gave_up[payment_hash], 3, "gave up", 0))
    events += [(other.created, -1, "other payment", 0) for other in facts.rows.values()
               if other.group[0] == payment_hash and other.index not in mine]
    return sorted(e for e in events if run[0] <= e[0] < run[1])


def _payments(facts: Facts, run: tuple[int, int]) -> list[list[RowFacts]]:
    """The rows of each payment: of one group, or of all groups of one renepay call, as far as this run of the plugin saw that
    call."""
    found: dict[tuple, list[RowFacts]] = {}
    for index in sorted(facts.rows):
        row = facts.rows[index]
        called_at, call = facts.renepays.get(index, (run[1], ""))
        if row.created < run[1] and row.deleted > run[0]:
            found.setdefault((row.group[0], call) if call and run[0] < called_at < run[1] else row.group, []).append(row)
    return list(found.values())


def expected_payments(facts: Facts, run: tuple[int, int], last: bool, late_waits: bool = False) -> list[Expected]:
    """`late_waits`: the plugin may have learnt of a row only by its end."""
    found = []
    for rows in _payments(facts, run):
        walk = _walked(facts, rows, run)
        if walk.first is None:
            continue
        decided = walk.outcome is not None
        if last:
            walk.decided()  # the silence was ended
        found.append(Expected(rows[0].group[0], walk.first, walk.rows, walk.states, expected_value(facts, rows, run, late_waits),
                              walk.paid, decided, any(run[0] < facts.patient.get(row.index, -1) for row in rows)))
    return found


def _walked(facts: Facts, rows: list[RowFacts], run: tuple[int, int]) -> _Walk:
    started = any(run[0] < at < run[1] for at in facts.startups)
    there = [row for row in rows if row.created < run[0]]
    # A payment that appeared after the restart has a running payer.
    walk = _Walk(rows, fresh_start=started and bool(there))
    for row in there:
        walk.present[row.index] = row.status_at(run[0])
    if "pending" in walk.present.values():
        walk.shown()
    for at, _, kind, index in _events(facts, rows, run):
        if kind == "created":
            walk.present[index] = "pending"
            walk.given_up = walk.fresh_start = False
            walk.outcome = None
            walk.shown()
        elif kind == "ended" and index in walk.present:
            walk.present[index] = walk.rows[index].status
            walk.shown()
        elif kind == "deleted":
            walk.removed(index, at)
        elif kind == "gave up":
            walk.given_up = True
            walk.decided()
        elif kind == "other payment":
            walk.decided()
    return walk
