"""The value of a payment (value_msat): the amount to be delivered, without fees. It is one number from the first snapshot to the last.

| payer | value |
|---|---|
| an invoice with an amount, whoever pays it and however small a share of it | the amount of the invoice |
| sendamount, whose total is the amount that leaves | the amount that the settled part delivers, until then that of the newest attempt |
| no invoice, or one without amount | the payer's own total, if this run of the plugin saw it: `total_payment_msat`, `total_amount_msat`, the onion's, `amount_msat` of sendpay |
| no total is known | the highest sum of parts alive at once: it may grow while parts are added |
"""
from dataclasses import dataclass, field

from facts import Facts, RowFacts


@dataclass(frozen=True)
class Value:
    low: int                                                    # of the last snapshot
    high: int
    of_attempts: dict[int, int] = field(default_factory=dict)   # what each delivers, or else sends
    follows: bool = False                                       # sendamount
    grows: bool = False                                         # no total is known

    @property
    def loose(self) -> bool:
        return self.low != self.high

    def complaints(self, snapshots: list[dict]) -> list[str]:
        """`snapshots`: all of the payment in one run, in order."""
        out: list[str] = []
        before = 0
        for number, payment in enumerate(snapshots):
            low, high = self._right(payment, before, number == len(snapshots) - 1)
            is_ = int(payment["value_msat"])
            if not low <= is_ <= high:
                complaint = f"value_msat is {is_}, expected {low}" + (f" to {high}" if high != low else "")
                out += [complaint] if complaint not in out else []
            before = max(before, is_)
        return out

    def _right(self, payment: dict, before: int, last: bool) -> tuple[int, int]:
        if self.follows:
            settled = [htlc for htlc in payment["htlcs"] if htlc["status"] == "SUCCEEDED"]
            now = self.of_attempts[int((settled or payment["htlcs"])[-1]["attempt_id"])]
            return now, now
        if not self.grows or last:
            return self.low, self.high
        alive = sum(self.of_attempts[int(htlc["attempt_id"])] for htlc in payment["htlcs"] if htlc["status"] != "FAILED")
        return min(max(1, before, alive), self.high), self.high


def expected_value(facts: Facts, rows: list[RowFacts], run: tuple[int, int], late_waits: bool) -> Value:
    """`rows` are all of one payment. `late_waits`: the plugin may have learnt of a row only by its end."""
    each = {row.index: facts.delivered(row, run) or row.row["amount_sent_msat"] for row in rows}
    if any(row.group in facts.sendamounts for row in rows):
        return Value(min(each.values()), max(each.values()), each, follows=True)
    asked = {invoice.amount_msat for row in rows if (invoice := facts.invoice(row)) and invoice.amount_msat}
    if not asked:
        heard_totals = [one for row in rows for one in facts.totals.get(row.index, []) if run[0] < one[1] < run[1]]
        best = min((rank for rank, _, _ in heard_totals), default=0)
        asked = {msat for rank, _, msat in heard_totals if rank == best}
    if asked:
        return Value(min(asked), max(asked), each)
    low, high = _largest_live_sum(rows, each, late_waits)
    return Value(low, high, each, grows=True)


def _largest_live_sum(rows: list[RowFacts], each: dict[int, int], late_waits: bool) -> tuple[int, int]:
    """The highest sum of parts alive at once, at least the largest part. When a part ended is known only to lie between its first
    proof and its last, so parts that follow each other closely leave a range."""
    largest = max(each.values())

    def peak(ends: dict[int, int], ties_together: bool) -> int:
        def alive(row: RowFacts, at: int) -> bool:
            return row.created <= at and (row.status != "failed" or at < ends[row.index]
                                          or (ties_together and at == ends[row.index]))
        return max(sum(each[r.index] for r in rows if alive(r, at.created)) for at in rows)
    early = {row.index: row.ended for row in rows}
    late = {row.index: row.ended_latest for row in rows}
    return largest if late_waits else max(largest, peak(early, False)), max(largest, peak(late, True))
