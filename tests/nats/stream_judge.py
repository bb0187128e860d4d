"""Checks what is in a stream: each message by itself, and each payment's messages together. Shares no code with src/.

`complaints`: subject, headers and body agree; no state is twice in a subject; no attempt goes back. `ends`: each payment's last message
is what the rows of the node say."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import strict_json
from client import Message
from model import NODE_ID

STATUS = {"pending": "IN_FLIGHT", "complete": "SUCCEEDED", "failed": "FAILED"}
LETTER = {"IN_FLIGHT": "I", "SUCCEEDED": "S", "FAILED": "F"}
SUBJECT = re.compile(r"lightning\.([0-9a-f]{66})\.payment\.([0-9a-f]{64})\.([1-9][0-9]*)(\.deleted)?\Z")
ATTEMPT = re.compile(r"([1-9][0-9]*)(?:-([1-9][0-9]*))?([ISF])([0-9]*)(r?)\Z")
CURSOR = re.compile(r"[0-9a-f]{8}\.[0-9a-f]{8}\.[0-9]+\.[0-9]+(\.[0-9a-f.-]+)?\Z")

Attempts = dict[int, tuple[str, int, bool]]  # by id: letter of the state, failure code, whether the route is known


class Stored(NamedTuple):
    """A message as a consumer understands it."""
    subject: str
    payment_hash: str
    index: str
    deleted: bool
    status: str
    attempts: Attempts
    body: dict[str, Any]  # as JSON; empty if it is Protocol Buffers
    message: Message


def parse_attempts(text: str) -> Attempts:
    out: Attempts = {}
    for one in filter(None, text.split(",")):
        found = ATTEMPT.match(one)
        assert found, f"the attempt {one!r}"
        first, last, state, code, route = found.groups()
        for number in range(int(first), int(last or first) + 1):
            assert number not in out, f"attempt {number} twice"
            out[number] = (state, int(code or 0), bool(route))
    return out


def read(message: Message) -> Stored:
    found = SUBJECT.match(message.subject)
    assert found, f"the subject {message.subject}"
    node, payment_hash, index, deleted = found.groups()
    assert node == NODE_ID, f"the node in {message.subject}"
    json_body = message.header("Content-Type") == "application/json"
    return Stored(message.subject, payment_hash, index, deleted is not None, message.header("Trackpayments-Status") or "",
                  parse_attempts(message.header("Trackpayments-Attempts") or ""), strict_json.loads(message.body) if json_body else {},
                  message)


def snapshots(messages: list[Message]) -> list[Stored]:
    return [one for one in map(read, messages) if not one.deleted]


def attempts_of(payment: dict[str, Any]) -> Attempts:
    """Without failure codes, which have names here."""
    return {int(one["attempt_id"]): (LETTER[one["status"]], 0, bool(one["route"]["hops"])) for one in payment["htlcs"]}


def complaints(messages: list[Message]) -> list[str]:
    out: list[str] = []
    seen: dict[str, list[Stored]] = {}
    for message in messages:
        try:
            stored = read(message)
        except (AssertionError, ValueError) as error:
            out.append(f"message {message.sequence}: {error}")
            continue
        where = f"message {message.sequence} of {stored.payment_hash[:8]}….{stored.index}"
        out += [f"{where}: {complaint}" for complaint in (deletion(stored) if stored.deleted else by_itself(stored))]
        before = seen.setdefault(stored.subject, [])
        out += [f"{where}: {complaint}" for complaint in after(before, stored)]
        before.append(stored)
    return out


def by_itself(stored: Stored) -> list[str]:
    out = []
    if not stored.message.header("Nats-Msg-Id"):
        out.append("no Nats-Msg-Id")
    cursor = stored.message.header("Trackpayments-Cursor")
    if cursor is None or not CURSOR.match(cursor):
        out.append(f"the cursor {cursor!r}")
    if stored.status not in LETTER:
        out.append(f"the status {stored.status!r}")
    omitted = stored.message.header("Trackpayments-Omitted")
    if not stored.body:
        return out
    if (stored.body["payment_hash"], stored.body["payment_index"]) != (stored.payment_hash, stored.index):
        out.append("the subject is not the payment's")
    if stored.body["status"] != stored.status:
        out.append(f"the header says {stored.status}, the body {stored.body['status']}")
    shown = {number: (state, 0, route) for number, (state, _, route) in stored.attempts.items()}
    if omitted is None and shown != attempts_of(stored.body):
        out.append(f"the header has the attempts {shown}, the body {attempts_of(stored.body)}")
    return out


def deletion(stored: Stored) -> list[str]:
    body = stored.body
    if (body.get("payment_hash"), body.get("payment_index")) != (stored.payment_hash, stored.index):
        return ["the subject is not the deletion's"]
    return [] if stored.message.header("Nats-Msg-Id") else ["no Nats-Msg-Id"]


def after(before: list[Stored], stored: Stored) -> list[str]:
    """Against the earlier messages of the subject."""
    if stored.deleted:
        # It may be stored again if its acknowledgement was lost, because it changes nothing then; but within the server's window for
        # duplicates it may not.
        again = [one for one in before if one.body == stored.body]
        return ["deleted twice"] if any(one.message.header("Nats-Msg-Id") != stored.message.header("Nats-Msg-Id") for one in again) else []
    out = []
    for one in before:
        if state(one) == state(stored):
            out.append(f"the same state as message {one.message.sequence}")
        for number in one.attempts.keys() & stored.attempts.keys():
            if stored.attempts[number][0] != one.attempts[number][0] != "I":
                out.append(f"attempt {number} goes from {one.attempts[number][0]} to {stored.attempts[number][0]}")
    if before and before[-1].status == "SUCCEEDED" != stored.status:
        settled = {number for number, (state, _, _) in before[-1].attempts.items() if state == "S"}
        if settled & stored.attempts.keys():
            out.append(f"{stored.status} after SUCCEEDED")
    return out


def state(stored: Stored) -> tuple[Any, ...]:
    """Without times, which a tracker that was started again knows less exactly."""
    return (stored.status, stored.attempts, *(stored.body.get(name) for name in ("value_msat", "fee_msat", "payment_request", "failure_reason")))


def ends(rows: list[dict[str, Any]], messages: list[Message]) -> list[str]:
    """Payments whose last message is not what their rows say. Rows that are still pending make no complaint."""
    stored = snapshots(messages)
    deleted = {one.subject.removesuffix(".deleted") for one in map(read, messages) if one.deleted}
    newest = {number: one for one in stored for number in one.attempts}
    last = {one.subject: one for one in stored}
    groups: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["payment_hash"], row["groupid"]), []).append(row)
    out = []
    for (payment_hash, group), its_rows in groups.items():
        statuses = {row["status"] for row in its_rows}
        if "pending" in statuses:
            continue
        expected = "SUCCEEDED" if "complete" in statuses else "FAILED"
        for row in its_rows:
            number = row["created_index"]
            where = f"{payment_hash[:8]}… group {group} row {number}"
            found = newest.get(number)
            if found is None:
                out.append(f"{where}: not in the stream")
            elif found.payment_hash != payment_hash:
                out.append(f"{where}: in the stream with another hash")
            elif found.status != expected or found.attempts[number][0] != LETTER[STATUS[row["status"]]]:
                out.append(f"{where}: message {found.message.sequence} says {found.status}, {found.attempts[number]}, not {expected}")
            elif last[found.subject] is not found:
                out.append(f"{where}: not in the last message of its payment")
            for other in last.values():
                if found and other.subject != found.subject and number in other.attempts and other.status == "IN_FLIGHT" \
                        and other.subject not in deleted:
                    out.append(f"{where}: its payment is still in flight as {other.subject[-20:]}")
    return out
