"""The facts in a recording about each row, for the oracle: read straight from the file, not through the row model.

Positions are entry indexes. A row's end is the earliest proof of it anywhere; its content is the last full listing.
"""
from dataclasses import dataclass, field
from typing import Any

import invoices
import making
import payers
import renepays
import routes
from held import held_until
from transcript import Entry, Recording, calls, hooked, named, notification, row_mentions

NEVER = 1 << 60
BEFORE = -2  # before the recording, and so before any run of the plugin in it
DELPAY = ["payment_hash", "status", "partid", "groupid"]


@dataclass
class RowFacts:
    index: int
    row: dict = field(default_factory=dict)     # its fullest form
    status: str = "pending"                     # how it ended, if it did
    created: int = NEVER
    ended: int = NEVER
    ended_latest: int = -1                      # the last proof: until then the plugin may have taken it for pending
    deleted: int = NEVER
    failure: dict | None = None                 # data of sendpay_failure, with its code
    failure_known: int = NEVER

    @property
    def group(self) -> tuple[str, int]:
        return self.row["payment_hash"], self.row["groupid"]

    @property
    def key(self) -> tuple[str, int, int]:
        return self.row["payment_hash"], self.row["groupid"], self.row.get("partid", 0)

    def status_at(self, position: int) -> str:
        return self.status if self.ended < position else "pending"


@dataclass
class Facts:
    rows: dict[int, RowFacts]
    totals: dict[int, list[tuple[int, int, int]]]  # by created_index: rank, position, msat
    part_starts: dict[tuple[str, int, int], dict]
    part_ends: dict[tuple[str, int, int], tuple[int, dict]]
    gave_up: dict[str, int]                     # payment_hash: position of pay_failure
    startups: list[int]                         # positions of init with startup true
    routes: dict[int, routes.Route]             # by created_index
    released: dict[tuple[str, int], int]        # group of xpay: where in the recording xpay gave it up
    renepays: dict[int, tuple[int, str]]        # by created_index: where the call that made the row is named, and the call
    renepaid: dict[str, list[int]]              # payment_hash: where callers of renepay were answered that it gave up
    sendamounts: set[tuple[str, int]]
    shares: set[str]                            # payment hashes
    patient: dict[int, int]                     # by created_index: the call that shows that its payer may be silent for a minute

    def route(self, row: RowFacts, alive: tuple[int, int]) -> routes.Route | None:
        """The row's route, as far as a plugin running then saw it."""
        route = self.routes.get(row.index)
        return route if route and alive[0] < route.asked < alive[1] else None

    def invoice(self, row: RowFacts) -> invoices.Invoice | None:
        """The invoice in the row, if it belongs to this payment."""
        read = (invoices.read(row.row[name]) for name in ("bolt11", "bolt12") if name in row.row)
        return next((found for found in read if found and found.payment_hash == row.row["payment_hash"]), None)

    def delivered(self, row: RowFacts, alive: tuple[int, int]) -> int | None:
        """The amount that this part delivers: from the row, else from the onion."""
        if "amount_msat" in row.row:
            return row.row["amount_msat"]
        route = self.route(row, alive)
        return route.delivered if route else None


def _fuller(row: dict, than: dict) -> bool:
    known = [k for k in row if k not in ("message", "code")]
    return row["status"] != "pending" and (than.get("status", "pending") == "pending" or len(known) >= len(than)) or not than


def _read_rows(entries: list[Entry]) -> dict[int, RowFacts]:
    rows: dict[int, RowFacts] = {}
    for entry in entries:
        failure = notification(entry, "sendpay_failure")
        refused = entry.direction == "rpc_response" and "error" in entry.msg
        for row in row_mentions(entry):
            known = rows.setdefault(row["created_index"], RowFacts(row["created_index"]))
            known.created = min(known.created, entry.index)
            if _fuller(row, known.row):
                known.row = {**known.row, **row}
            ended = row["status"] if row["status"] != "pending" else "failed" if failure or refused else None
            if ended:
                known.status = ended
                known.ended = min(known.ended, entry.index)
                known.ended_latest = max(known.ended_latest, entry.index)
            if failure:
                known.failure = dict(row, code=failure["code"])
                known.failure_known = entry.index
    return rows


def _read_waits(entries: list[Entry], rows: dict[int, RowFacts]) -> None:
    first: dict[str, int] = {}
    for call in calls(entries):
        if call.method == "wait":
            first.setdefault(call.params["indexname"], call.params["nextvalue"])
        result = call.reply.get("result", {})
        if call.method != "wait" or not result:
            continue
        at = call.answered.index
        for row in rows.values():
            if row.index <= result.get("created", 0):
                row.created = min(row.created, at)
        details = result.get("sendpays") or result.get("details")
        if details and "updated" in result:
            key = details["payment_hash"], details["groupid"], details["partid"]
            for row in [r for r in rows.values() if r.key == key and r.created <= at][-1:]:
                row.status, row.ended = details["status"], min(row.ended, at)
    for row in rows.values():
        # The recorder first waited for the next row and the next end.
        if row.index < first.get("created", 0):
            row.created = BEFORE
        if row.row.get("updated_index", NEVER) < first.get("updated", 0):
            row.ended = BEFORE


def _read_deletions(entries: list[Entry], rows: dict[int, RowFacts]) -> None:
    replies = {call.request.msg["id"]: call.reply for call in calls(entries)}
    for entry in entries:
        request = hooked(entry, "delpay")
        if request is None:
            continue
        reply = replies.get(request["id"])
        if reply is not None:
            gone = [row["created_index"] for row in reply.get("result", {}).get("payments", [])]
        else:
            # Replies to autoclean and lightning-cli are not recorded; the listings that follow show that all calls succeeded.
            given = named(request["params"], DELPAY)
            gone = [i for i, row in rows.items() if row.key[0] == given.get("payment_hash") and row.deleted > entry.index
                    and int(given.get("partid", row.key[2])) == row.key[2] and int(given.get("groupid", row.key[1])) == row.key[1]
                    and row.created < entry.index and row.status_at(entry.index) == given.get("status")]
        for index in gone:
            rows[index].deleted = min(rows[index].deleted, entry.index)


def _read_totals(entries: list[Entry], rows: dict[int, RowFacts], known: dict[int, routes.Route],
                 made_by: dict[int, making.Making]) -> dict[int, list[tuple[int, int, int]]]:
    """The payer's own total, ranked as in lightningd's documents, only from the calls that made the rows."""
    totals: dict[int, list[tuple[int, int, int]]] = {}

    def note(index: int, rank: int, position: int, msat: Any) -> None:
        if msat is not None and routes.msat(msat):
            totals.setdefault(index, []).append((rank, position, routes.msat(msat)))
    for index, route in known.items():
        note(index, 2, route.asked, route.total_msat)
    for index, call in made_by.items():
        note(index, 2 if call.method == "sendonion" else 3, call.at, call.total_msat)
    for entry in entries:
        start = notification(entry, "pay_part_start")
        for row in rows.values() if start else []:
            if row.key == (start["payment_hash"], start["groupid"], start["partid"]):
                note(row.index, 1, entry.index, start["total_payment_msat"])
    return totals


def read(entries: Recording) -> Facts:
    rows = _read_rows(entries)
    _read_waits(entries, rows)
    _read_deletions(entries, rows)
    starts, ends, gave_up, startups = {}, {}, {}, []
    for entry in entries:
        start, end, over = (notification(entry, t) for t in ("pay_part_start", "pay_part_end", "pay_failure"))
        if start:
            starts[(start["payment_hash"], start["groupid"], start["partid"])] = start
        if end:
            ends[(end["payment_hash"], end["groupid"], end["partid"])] = (entry.index, end)
        if over:
            gave_up[over["payment_hash"]] = entry.index
        if entry.direction == "to_plugin" and entry.msg.get("method") == "init":
            if entry.msg["params"]["configuration"]["startup"]:
                startups.append(entry.index)
    made_by = making.of_rows(entries, rows)
    known = routes.of_rows(entries, rows, made_by)
    renepaid: dict[str, list[int]] = {}
    for one in renepays.read(entries):
        if "error" in one.reply:
            renepaid.setdefault(one.payment_hash, []).append(one.answered)
    return Facts(rows, _read_totals(entries, rows, known, made_by), starts, ends, gave_up, startups, known, held_until(entries),
                 payers.renepay_calls(made_by), renepaid, payers.sendamounts(entries), payers.shares(entries),
                 {index: call.at for index, call in made_by.items() if payers.waits_for_blocks(call, entries.version)})
