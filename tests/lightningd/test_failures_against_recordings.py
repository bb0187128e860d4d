#!/usr/bin/env python3
"""sendpay and sendonion by hand fail as recorded: the recorded request is repeated with the recorded failure code and place as scenario.
Reply, sendpay_failure and waitsendpay are the same, but for random values (masks.py)."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path
from typing import Any

import recordings
from masks import text
from standin import SUBSCRIBER, StandIn, json_lines, wait_until

MALFORMED = 0x8000
SENDERS = ("sendpay", "sendonion")


def scenario_of(failure: dict[str, Any]) -> dict[str, Any]:
    """The outcome that should lead to this sendpay_failure."""
    data = failure["data"]
    if "onionreply" in data:
        return {"do": "garble"}
    if data["erring_index"] == 0 and failure["code"] == 204:
        return {"do": "local_fail", "code": data["failcode"], "message": failure["message"].split("(", 1)[1][:-1]}
    outcome = {"do": "malformed" if data["failcode"] & MALFORMED and "erring_node" not in data else "fail"}
    long = len(data.get("raw_message", "")) > 60  # holds a channel_update, which we do not invent
    return {**outcome, "code": data["failcode"], "erring_index": data["erring_index"], **({"raw_message": data["raw_message"]} if long else {})}


def failures(name: str) -> dict[str, dict[str, Any]]:
    found = {}
    for message in recordings.notifications(name):
        if message["method"] == "sendpay_failure":
            found[message["params"]["sendpay_failure"]["data"]["payment_hash"]] = message
    return found


class Failures(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory(prefix="standin-")
        self.addCleanup(directory.cleanup)
        self.heard = Path(directory.name) / "heard.jsonl"
        environment = {"SUBSCRIBER_TOPICS": "sendpay_failure", "SUBSCRIBER_FILE": str(self.heard)}
        self.node = StandIn(plugins=[str(SUBSCRIBER)], environment=environment).start()
        self.addCleanup(self.node.close)

    def heard_of(self, digest: str) -> dict[str, Any] | None:
        found = [m for m in json_lines(self.heard) if m["params"]["sendpay_failure"]["data"]["payment_hash"] == digest]
        return {name: value for name, value in found[0].items() if name != "t"} if found else None

    def compare(self, name: str, mask: set[str] = frozenset()) -> int:
        """Compares the failures and returns their number."""
        more = frozenset(mask)
        compared = 0
        wanted = failures(name)
        calls = list(recordings.calls(name))
        for request, reply in calls:
            digest = request.get("params", {}).get("payment_hash") if isinstance(request.get("params"), dict) else None
            if request["method"] not in SENDERS or digest not in wanted:
                continue
            recorded = wanted[digest]
            outcome = scenario_of(recorded["params"]["sendpay_failure"])
            self.node.call("scenario", {"payment_hash": digest, "outcomes": ["hold"]})
            ours = self.node.rpc.reply(self.node.rpc.send(request["method"], request["params"]))
            self.assertEqual(text(ours.get("result"), more), text(reply.get("result"), more), name)
            waited = [a for q, a in calls if q["method"] == "waitsendpay" and q["params"]["payment_hash"] == digest and "error" in a]
            params = next((q["params"] for q, a in calls if a in waited), None)
            waits = self.node.rpc.send("waitsendpay", params) if params else None
            self.node.call("release", {"payment_hash": digest, "outcome": outcome})  # while the caller waits
            ended = self.node.rpc.reply(waits) if waits else None
            heard = wait_until(lambda: self.heard_of(digest), "sendpay_failure")
            self.assertEqual(text(heard, more), text(recorded, more), name)
            # In one recording the part failed before the caller waited: then the row is in the answer.
            if ended and "updated_index" not in waited[0]["error"].get("data", {}):
                self.assertEqual(text(ended["error"], more), text(waited[0]["error"], more), name)
            if ended:
                again = self.node.rpc.reply(self.node.rpc.send("waitsendpay", params))["error"]
                self.assertEqual(again["code"], self.stored_code(waited[0]["error"]), name)
            compared += 1
        return compared

    @staticmethod
    def stored_code(error: dict[str, Any]) -> int:
        """The later answer of waitsendpay from the database: 209 if no node was stored (sendonion)."""
        data = error["data"]
        return 209 if "onionreply" not in data and "erring_node" not in data else error["code"]

    def test_every_recorded_failure(self) -> None:
        compared = {}
        for name in recordings.names():
            if name.startswith("fail_"):
                # The message has the hash of the bad onion, which is random.
                compared[name] = self.compare(name, {"raw_message"} if name == "fail_malformed_onion" else set())
        self.assertGreater(sum(compared.values()), 10, compared)

    def test_a_payment_of_an_unknown_hash_to_ourselves(self) -> None:
        request, reply = next(
            (q, a) for q, a in recordings.calls("self_payment") if q["method"] == "sendpay" and "error" in a
        )
        ours = self.node.rpc.reply(self.node.rpc.send("sendpay", request["params"]))
        mask = frozenset({"raw_message"})
        self.assertEqual(text(ours["error"], mask), text(reply["error"], mask))

    def test_refusals_without_a_row(self) -> None:
        for name in ("fail_local", "fail_malformed_onion"):
            for request, reply in recordings.calls(name):
                if request["method"] in SENDERS and "error" in reply:
                    ours = self.node.rpc.reply(self.node.rpc.send(request["method"], request["params"]))
                    self.assertEqual(text(ours["error"]), text(reply["error"]), name)
        self.assertEqual(self.node.rows(), [])


if __name__ == "__main__":
    unittest.main()
