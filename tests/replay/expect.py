"""What the last snapshot of each payment must say, group by group, from the facts of a recording: the rules of the model retold
over the recorded events of one life of the plugin process.

Where the recording leaves room (a deletion may or may not be followed by a snapshot of an undecided payment) the expectation
lists every state that is right.
"""
from dataclasses import dataclass, field

from facts import Facts, RowFacts


@dataclass(frozen=True)
class State:
    status: str                                  # of the payment
    attempts: tuple[tuple[int, str], ...]        # (created_index, row status), in order


@dataclass
class Expected:
    payment_hash: str
    groupid: int
    payment_index: int
    rows: dict[int, RowFacts]
    states: list[State] = field(default_factory=list)   # acceptable last states; the last one is the likeliest
    value: tuple[int, int] = (0, 0)                      # lowest and highest value_msat that is right
    before_the_end: bool = False                         # decided by evidence of its own, without the linger's end

    @property
    def requests(self) -> set[str]:
        found = {row.row[k] for row in self.rows.values() for k in ("bolt11", "bolt12") if k in row.row}
        return found or {""}


class _Group:
    """Walks through the events of one group."""

    def __init__(self, rows: list[RowFacts], fresh_start: bool):
        self.rows = {row.index: row for row in rows}
        self.present: dict[int, str] = {}
        self.fresh_start = fresh_start   # lightningd was restarted: payers forgot everything
        self.given_up = False
        self.verdict: str | None = None
        self.first: int | None = None
        self.states: list[State] = []

    def shown(self) -> None:
        """The plugin sees the group as it is now."""
        if self.first is None:
            self.first = min(self.present)
        states = set(self.present.values())
        status = "IN_FLIGHT"
        if "pending" not in states:
            if "complete" in states:
                status = "SUCCEEDED"
            elif self.given_up or self.fresh_start or self.verdict == "FAILED":
                status = "FAILED"
        self.verdict = status if status != "IN_FLIGHT" else None
        self.states = [self._state(status)]

    def decided(self) -> None:
        """Evidence that no further attempt comes."""
        if self.first is not None and self.present and set(self.present.values()) == {"failed"} and self.verdict is None:
            self.verdict = "FAILED"
            self.states = [self._state("FAILED")]

    def removed(self, index: int) -> None:
        self.present.pop(index, None)
        if self.verdict is None and self.present and self.first is not None:
            self.states.append(self._state("IN_FLIGHT"))

    def _state(self, status: str) -> State:
        return State(status, tuple(sorted(self.present.items())))


def _events(facts: Facts, rows: list[RowFacts], life: tuple[int, int]) -> list[tuple[int, int, str, int]]:
    events = []
    for row in rows:
        events += [(row.created, 0, "created", row.index), (row.deleted, 2, "deleted", row.index)]
        if row.status != "pending":
            events.append((row.ended, 1, "ended", row.index))
    payment_hash, groupid = rows[0].group
    if payment_hash in facts.gave_up:
        events.append((facts.gave_up[payment_hash], 3, "gave up", 0))
    if rows[0].group in facts.released:
        events.append((facts.released[rows[0].group], 3, "gave up", 0))
    for other in facts.rows.values():
        if other.group[0] == payment_hash and other.group[1] != groupid:
            events.append((other.created, -1, "other group", 0))
    return sorted(e for e in events if life[0] <= e[0] < life[1])


def expected_payments(facts: Facts, life: tuple[int, int], last: bool, late_waits: bool = False) -> list[Expected]:
    """`late_waits`: the plugin may have learnt of a row only by its end."""
    groups: dict[tuple[str, int], list[RowFacts]] = {}
    for index in sorted(facts.rows):
        row = facts.rows[index]
        if row.created < life[1] and row.deleted > life[0]:
            groups.setdefault(row.group, []).append(row)
    found = []
    for (payment_hash, groupid), rows in groups.items():
        group = _walk(facts, rows, life)
        if group.first is None:
            continue
        decided = group.verdict is not None
        if last:
            group.decided()  # the linger was ended
        found.append(Expected(payment_hash, groupid, group.first, group.rows, group.states,
                              _value(facts, rows, life, late_waits), decided))
    return found


def _walk(facts: Facts, rows: list[RowFacts], life: tuple[int, int]) -> _Group:
    started = any(life[0] < at < life[1] for at in facts.startups)
    there = [row for row in rows if row.created < life[0]]
    # A group that appeared after the restart has a living payer again.
    group = _Group(rows, fresh_start=started and bool(there))
    for row in there:
        group.present[row.index] = row.status_at(life[0])
    if "pending" in group.present.values():
        group.shown()
    for _, _, kind, index in _events(facts, rows, life):
        if kind == "created":
            group.present[index] = "pending"
            group.given_up = group.fresh_start = False
            group.verdict = None
            group.shown()
        elif kind == "ended" and index in group.present:
            group.present[index] = group.rows[index].status
            group.shown()
        elif kind == "deleted":
            group.removed(index)
        elif kind == "gave up":
            group.given_up = True
            group.decided()
        elif kind == "other group":
            group.decided()
    return group


def _value(facts: Facts, rows: list[RowFacts], life: tuple[int, int], late_waits: bool) -> tuple[int, int]:
    payment_hash, groupid = rows[0].group
    evidence = [e for key in ((payment_hash, groupid), (payment_hash, None)) for e in facts.totals.get(key, [])
                if life[0] < e[1] < life[1]]
    for request in (row.row.get("bolt11") or row.row.get("bolt12") for row in rows):
        invoice = facts.decoded.get(request or "", {})
        msat = invoice.get("amount_msat", invoice.get("invoice_amount_msat"))
        if msat is not None:
            evidence.append((0, -1, msat))
    if evidence:
        best = min(rank for rank, _, _ in evidence)
        values = {msat for rank, _, msat in evidence if rank == best}
        return min(values), max(values)
    return _largest_live_sum(rows, {row.index: facts.delivered(row, life) or 0 for row in rows}, late_waits)


def _largest_live_sum(rows: list[RowFacts], delivered: dict[int, int], late_waits: bool) -> tuple[int, int]:
    """Last resort: the highest sum of parts alive at once, else the largest part. When a part ended is known only to lie between
    its first proof and its last, so parts that follow each other closely leave a range."""
    largest = max(delivered.values())

    def peak(ends: dict[int, int], ties_together: bool) -> int:
        def alive(row: RowFacts, at: int) -> bool:
            return row.created <= at and (row.status != "failed" or at < ends[row.index]
                                          or (ties_together and at == ends[row.index]))
        return max(sum(delivered[r.index] for r in rows if alive(r, at.created)) for at in rows)
    early = {row.index: row.ended for row in rows}
    late = {row.index: row.ended_latest for row in rows}
    return largest if late_waits else max(largest, peak(early, False)), max(largest, peak(late, True))
