"""One payment on one line of a given width. Without terminal, clock or socket.

A line is a list of pieces (text, colour). Columns that do not fit are dropped or shortened, the most important ones last. All text from
the node passes `plain`, so that no untrusted string controls the terminal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Piece = tuple[str, str]  # text, and its ANSI colour or ""

GREEN, RED, YELLOW = "32", "31", "33"
STATUSES = {"SUCCEEDED": ("SUCCEEDED", "paid", GREEN), "FAILED": ("FAILED", "fail", RED), "IN_FLIGHT": ("IN FLIGHT", "open", YELLOW)}
FINISHED = ("SUCCEEDED", "FAILED")


class Unreadable(Exception):
    """Not a Payment as trackpayments publishes it."""


@dataclass(frozen=True)
class View:
    """The values of an lnrpc.Payment that are shown. Equal views look equal."""

    index: int
    payment_hash: str
    status: str
    amount_msat: int
    fee_msat: int
    settled: int
    failed: int
    in_flight: int
    hops: tuple[int, int] | None  # the shortest and the longest known route
    created_ns: int
    reason: str
    attempts: frozenset[int] = field(default=frozenset(), compare=False)

    @property
    def finished(self) -> bool:
        return self.status in FINISHED


def plain(text: str) -> str:
    """Escapes everything but printable ASCII."""
    return "".join(c if " " <= c <= "~" else c.encode("unicode_escape").decode() for c in text)


def readable(name: str) -> str:
    """`temporary channel failure` for TEMPORARY_CHANNEL_FAILURE."""
    return plain(name).removeprefix("FAILURE_REASON_").replace("_", " ").lower()


def read(payment: Any) -> View:
    try:
        htlcs = sorted(payment["htlcs"], key=lambda htlc: int(htlc["attempt_id"]))
        count = [sum(htlc["status"] == status for htlc in htlcs) for status in ("SUCCEEDED", "FAILED", "IN_FLIGHT")]
        return View(int(payment["payment_index"]), plain(payment["payment_hash"]), plain(payment["status"]), int(payment["value_msat"]),
                    int(payment["fee_msat"]), *count, route_lengths(htlcs), int(payment["creation_time_ns"]), reason(payment, htlcs),
                    frozenset(int(htlc["attempt_id"]) for htlc in htlcs))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(plain(f"{type(error).__name__}: {error}")) from None


def route_lengths(htlcs: list[Any]) -> tuple[int, int] | None:
    """Of the attempts that did not fail, or of all if all failed."""
    not_failed = [htlc for htlc in htlcs if htlc["status"] != "FAILED"]
    known = [len(htlc["route"]["hops"]) for htlc in not_failed or htlcs if htlc["route"]["hops"]]
    return (min(known), max(known)) if known else None


def reason(payment: Any, htlcs: list[Any]) -> str:
    """Why it failed, and the newest failure of an attempt; empty if it succeeded."""
    if payment["status"] == "SUCCEEDED":
        return ""
    failures = [htlc["failure"] for htlc in htlcs if htlc["failure"]]
    newest = f"{readable(failures[-1]['code'])} at hop {int(failures[-1]['failure_source_index'])}" if failures else ""
    outcome = readable(payment["failure_reason"]) if payment["status"] == "FAILED" else ""
    return f"{outcome} ({newest})" if outcome and newest else outcome or newest


# Texts of a given width

def cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[:max(room - 1, 0)] + "…"[:room]


def sats(msat: int, room: int) -> str:
    """Satoshis: exact if there is room, else whole ones, thousands, millions or billions."""
    whole, rest = divmod(msat, 1000)
    forms = [f"{whole:,}.{rest:03}" if rest else f"{whole:,}", f"{whole:,}"]
    forms += [f"{whole // 10 ** digits:,}{letter}" for digits, letter in ((3, "k"), (6, "M"), (9, "G"))]
    return next((form for form in forms if len(form) <= room), cut(forms[-1], room))


def age(created_ns: int, now_ns: int) -> str:
    seconds = max(0, now_ns - created_ns) // 10**9
    for unit, letter in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= unit:
            return f"{seconds // unit}{letter}"
    return f"{seconds}s"


def bar(settled: int, failed: int, in_flight: int, cells: int) -> list[Piece]:
    """One sign a part: = settled, x failed, > in flight. If there are more parts than cells: in proportion, at least one sign each."""
    counts = [settled, failed, in_flight]
    total = sum(counts)
    if total > cells:
        shares = [max(1, count * cells // total) if count else 0 for count in counts]
        while sum(shares) != cells and cells >= 3:
            # Change the count that is furthest from its share.
            step = 1 if sum(shares) < cells else -1
            movable = [n for n in range(3) if shares[n] and shares[n] + step >= 1]
            shares[max(movable, key=lambda n: step * (counts[n] * cells - shares[n] * total))] += step
        counts = shares
    pieces = [(sign * count, colour) for sign, count, colour in zip("=x>", counts, (GREEN, RED, YELLOW)) if count]
    return pieces + [(" " * (cells - sum(counts)), "")]


# The line

def line(view: View, width: int, now_ns: int) -> list[Piece]:
    """At most `width` characters."""
    small = width < 60
    long_name, short_name, colour = STATUSES.get(view.status, (view.status, view.status, ""))
    columns: list[list[Piece]] = [[(f"{cut(short_name, 4):4}" if small else f"{cut(long_name, 9):9}", colour)]]
    if width >= 100:
        columns.append([(f"{view.payment_hash[:8]:8}", "")])
    if small:
        room = 10 if width < 40 else 13
        unit = " sat" if width >= 46 else ""  # narrower, the start of the reason matters more
        columns.append([(f"{sats(view.amount_msat, room):>{room}}{unit}", "")])
    else:
        columns.append([(f"{sats(view.amount_msat, 12):>12} sat", "")])
    if width >= 70:
        fee = f"fee {sats(view.fee_msat, 7)} sat" if view.fee_msat or view.finished else ""
        columns.append([(f"{fee:15}", "")])
    columns.append(bar(view.settled, view.failed, view.in_flight, 4 if width < 30 else 6 if small else 8))
    if width >= 70:
        columns.append([(f"{hops(view):9}", "")])
    if width >= 30:
        columns.append([(f"{age(view.created_ns, now_ns):>4}", "")])
    used = sum(len(text) for column in columns for text, _ in column) + len(columns)
    if view.reason and width - used >= 6:
        columns.append([(cut(view.reason, width - used), "")])
    pieces: list[Piece] = []
    for column in columns:
        pieces += ([(" ", "")] if pieces else []) + column
    return clip(pieces, width)


def hops(view: View) -> str:
    if view.hops is None:
        return "? hops"
    least, most = view.hops
    return f"{least}-{most} hops" if least != most else f"{least} hop{'s' * (least != 1)}"


def clip(pieces: list[Piece], width: int) -> list[Piece]:
    out: list[Piece] = []
    for text, colour in pieces:
        text = text[:width]
        width -= len(text)
        if text:
            out.append((text, colour))
    return out


def text_of(pieces: list[Piece], colours: bool = False) -> str:
    """As it goes to a terminal."""
    return "".join(f"\033[{colour}m{text}\033[0m" if colours and colour else text for text, colour in pieces)
