"""Wrong streams are noticed by the checks of the other tests."""

from __future__ import annotations

import json
import sys
import unittest
from pathlib import Path
from typing import Any

for room in ("lightningd", "replay", "pylib"):
    sys.path.append(str(Path(__file__).resolve().parent.parent / room))

import stream_judge  # noqa: E402
from client import Message  # noqa: E402
from model import NODE_ID  # noqa: E402

HASH = "ab" * 32
STATES = {"I": "IN_FLIGHT", "S": "SUCCEEDED", "F": "FAILED"}


def payment(status: str, attempts: str, index: int = 5, sequence: int = 1, **headers: str) -> Message:
    """`attempts` as in the header."""
    htlcs = [{"attempt_id": str(number), "status": STATES[state], "route": {"hops": [1] if route else []}}
             for number, (state, _, route) in stream_judge.parse_attempts(attempts).items()]
    body = {"payment_hash": HASH, "payment_index": str(index), "status": status, "htlcs": htlcs}
    all_headers = {"Nats-Msg-Id": f"{sequence}", "Content-Type": "application/json", "Trackpayments-Cursor": "035fdd0c.00000001.5.5",
                   "Trackpayments-Status": status, "Trackpayments-Attempts": attempts, **headers}
    return Message(f"lightning.{NODE_ID}.payment.{HASH}.{index}", "", list(all_headers.items()), json.dumps(body).encode(),
                   sequence=sequence)


def deletion(index: int = 5, sequence: int = 9) -> Message:
    body = {"payment_hash": HASH, "payment_index": str(index), "attempt_ids": ["5"], "remaining": 0}
    headers = [("Nats-Msg-Id", "d"), ("Content-Type", "application/json")]
    return Message(f"lightning.{NODE_ID}.payment.{HASH}.{index}.deleted", "", headers, json.dumps(body).encode(), sequence=sequence)


def row(index: int, status: str, group: int = 1) -> dict[str, Any]:
    return {"payment_hash": HASH, "groupid": group, "created_index": index, "status": status}


class Judge(unittest.TestCase):
    def test_a_right_stream(self) -> None:
        stream = [payment("IN_FLIGHT", "5Ir", sequence=1), payment("IN_FLIGHT", "5F15r,6Ir", sequence=2),
                  payment("SUCCEEDED", "5F15r,6Sr", sequence=3), deletion()]
        self.assertEqual(stream_judge.complaints(stream), [])
        self.assertEqual(stream_judge.ends([row(5, "failed"), row(6, "complete")], stream), [])

    def test_attempts_may_be_written_as_ranges(self) -> None:
        self.assertEqual(stream_judge.parse_attempts("5-6F15r,7I"), {5: ("F", 15, True), 6: ("F", 15, True), 7: ("I", 0, False)})

    def test_wrong_messages(self) -> None:
        first = payment("IN_FLIGHT", "5Ir")
        for name, fragment, stream in [
            ("the same state twice", "the same state", [first, payment("IN_FLIGHT", "5Ir", sequence=2)]),
            ("back to an earlier state", "the same state", [first, payment("SUCCEEDED", "5Sr"), payment("IN_FLIGHT", "5Ir")]),
            ("an attempt that goes back", "goes from F to I", [payment("IN_FLIGHT", "5F,6I"), payment("IN_FLIGHT", "5I,6F")]),
            ("an attempt with two ends", "goes from F to S", [payment("FAILED", "5F"), payment("SUCCEEDED", "5S")]),
            ("in flight after success", "after SUCCEEDED", [payment("SUCCEEDED", "5S"), payment("IN_FLIGHT", "5S,6I")]),
            ("the header's status", "the header says", [payment("FAILED", "5F", **{"Trackpayments-Status": "SUCCEEDED"})]),
            ("the header's attempts", "the header has", [payment("FAILED", "5F", **{"Trackpayments-Attempts": "5I"})]),
            ("no id", "Nats-Msg-Id", [payment("FAILED", "5F", **{"Nats-Msg-Id": ""})]),
            ("no cursor", "the cursor", [payment("FAILED", "5F", **{"Trackpayments-Cursor": ""})]),
            ("another node", "the node", [first._replace(subject=first.subject.replace(NODE_ID, "02" * 33))]),
            ("another hash", "the subject", [first._replace(subject=first.subject.replace(HASH, "cd" * 32))]),
            ("another index", "the subject", [first._replace(subject=first.subject[:-1] + "6")]),
            ("a deletion twice", "deleted twice", [deletion(), deletion()._replace(headers=[("Nats-Msg-Id", "e"), ("Content-Type", "application/json")])]),
        ]:
            with self.subTest(name):
                found = stream_judge.complaints(stream)
                self.assertTrue(any(fragment in one for one in found), found)

    def test_wrong_ends(self) -> None:
        first = payment("IN_FLIGHT", "5Ir")
        for name, fragment, rows, stream in [
            ("a missing payment", "not in the stream", [row(5, "failed")], []),
            ("a missing end", "says IN_FLIGHT", [row(5, "complete")], [first]),
            ("a wrong end", "says FAILED", [row(5, "complete")], [payment("FAILED", "5F")]),
            ("a missing attempt", "row 6: not in the stream", [row(5, "failed"), row(6, "complete")], [payment("FAILED", "5F")]),
            ("a moved payment that stays in flight", "still in flight", [row(5, "complete")],
             [first, payment("SUCCEEDED", "5Sr", index=6)]),
        ]:
            with self.subTest(name):
                found = stream_judge.ends(rows, stream)
                self.assertTrue(any(fragment in one for one in found), found)
        moved = [first, payment("SUCCEEDED", "5Sr", index=6), deletion()]
        self.assertEqual(stream_judge.ends([row(5, "complete")], moved), [])


if __name__ == "__main__":
    unittest.main()
