#!/usr/bin/env python3
"""The table commands of the stand-in answer as the real node did: with the recorded rows, the recorded calls have the same answers."""

from __future__ import annotations

import json
import unittest
from typing import Any

import recordings
from standin import SUBSCRIBER, RpcClient, StandIn, json_lines, wait_until


def text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def ask(client: RpcClient, request: dict[str, Any]) -> dict[str, Any]:
    """Repeats a recorded call; returns result or error without the id."""
    identity = client.send(request["method"], request["params"])
    reply = client.reply(identity)
    return {name: reply[name] for name in ("result", "error") if name in reply}


def outcome(reply: dict[str, Any]) -> dict[str, Any]:
    return {name: reply[name] for name in ("result", "error") if name in reply}


class Table(unittest.TestCase):
    def setUp(self) -> None:
        self.node = StandIn().start()
        self.addCleanup(self.node.close)

    def load(self, rows: list[dict[str, Any]]) -> None:
        self.node.call("standin-rows", {"rows": sorted(rows, key=lambda row: row["created_index"])})

    def test_listsendpays_pages_and_refuses_as_recorded(self) -> None:
        calls = [(q, a) for q, a in recordings.calls("listsendpays_variants") if q["method"] == "listsendpays"]
        self.load(calls[0][1]["result"]["payments"])
        for request, reply in calls:
            self.assertEqual(text(ask(self.node.rpc, request)), text(outcome(reply)), request["params"])
        self.assertGreaterEqual(len(calls), 15)

    def test_delpay_answers_as_recorded(self) -> None:
        calls = [(q, a) for q, a in recordings.calls("delpay_variants") if q["method"] == "delpay"]
        self.load([row for _, reply in calls for row in reply.get("result", {}).get("payments", [])])
        for request, reply in calls:
            self.assertEqual(text(ask(self.node.rpc, request)), text(outcome(reply)), request["params"])
        self.assertGreater(len(calls), 25)

    def test_delpay_changes_the_deleted_counter_only_for_named_parts(self) -> None:
        calls = list(recordings.calls("delpay_variants"))
        self.load([row for q, reply in calls if q["method"] == "delpay" for row in reply.get("result", {}).get("payments", [])])
        wait, recorded = next((q, a) for q, a in calls if q["method"] == "wait" and "deleted" in a.get("result", {}))
        waiting = self.node.rpc.send("wait", wait["params"])
        for request, _ in calls:
            if request["method"] == "delpay":
                ask(self.node.rpc, request)
        self.assertEqual(text(self.node.rpc.result(waiting)), text(recorded["result"]))
        deleted = self.node.call("wait", {"subsystem": "sendpays", "indexname": "deleted", "nextvalue": 0})
        named = [q for q, a in calls if q["method"] == "delpay" and "result" in a and "partid" in q["params"]]
        self.assertEqual(deleted["deleted"], len(named))

    def test_a_part_in_flight_is_refused_and_its_failed_siblings_deleted(self) -> None:
        for name, listings_after in (("held_then_failed", 0), ("xpay_mpp_part_left_behind", 1)):
            calls = [(q, a) for q, a in recordings.calls(name) if q["method"] in ("delpay", "listsendpays")]
            first = next(index for index, (q, _) in enumerate(calls) if q["method"] == "delpay")
            last = max(index for index, (q, _) in enumerate(calls) if q["method"] == "delpay")
            with StandIn() as node:
                node.call("standin-rows", {"rows": calls[first - 1][1]["result"]["payments"]})
                for request, reply in calls[first : last + 1 + listings_after]:
                    self.assertEqual(text(ask(node.rpc, request)), text(outcome(reply)), name)

    def test_listpays_groups_rows_as_recorded(self) -> None:
        compared = 0
        for name in ("xpay_mpp", "pay_legacy_mpp", "keysend", "sendpay_mpp", "xpay_retry_succeeds", "pay_legacy_fails"):
            calls = list(recordings.calls(name))
            with StandIn() as node:
                for (request, reply), (asked, recorded) in zip(calls, calls[1:]):
                    if (request["method"], asked["method"]) == ("listsendpays", "listpays"):
                        node.call("standin-rows", {"rows": reply["result"]["payments"]})
                        self.assertEqual(text(ask(node.rpc, asked)), text(outcome(recorded)), name)
                        compared += 1
        self.assertEqual(compared, 6)

    def test_waits_for_a_past_value_have_no_details(self) -> None:
        calls = list(recordings.calls("xpay_mpp"))
        self.load([row for q, a in calls if q["method"] == "listsendpays" for row in a["result"]["payments"]])
        late = [(q, a) for q, a in calls if q["method"] == "wait" and len(a["result"]) == 2]
        self.assertEqual(len(late), 1)
        for request, reply in late:
            self.assertEqual(text(ask(self.node.rpc, request)), text(outcome(reply)))


class Autoclean(unittest.TestCase):
    def test_it_deletes_part_by_part_through_the_hook(self) -> None:
        hooks = [m["params"]["rpc_command"] for m in recordings.hooks("autoclean")]
        deletes = [h for h in hooks if "/autoclean:delpay#" in h["id"]]
        rows = [
            {**request["params"], "amount_sent_msat": 1, "created_at": 1, "completed_at": 1, "created_index": index + 1}
            for index, request in enumerate(deletes)
        ]
        results = [a["result"] for q, a in recordings.calls("autoclean") if q["method"] == "autoclean-once"]
        with StandIn(plugins=[str(SUBSCRIBER)], environment={"SUBSCRIBER_TOPICS": "none", "SUBSCRIBER_HOOK": "delpay"}) as node:
            node.call("standin-rows", {"rows": rows})
            for subsystem, result in zip(("failedpays", "succeededpays"), results):
                self.assertEqual(node.call("autoclean-once", {"subsystem": subsystem, "age": 1}), result)
            self.assertEqual(node.rows(), [])
            path = node.network_directory / "subscriber.jsonl"
            wait_until(lambda: len(json_lines(path)) >= len(deletes), "all hook calls")
            seen = json_lines(path)
        payloads = [message["params"]["rpc_command"] for message in seen]
        self.assertEqual([text(p["params"]) for p in payloads], [text(d["params"]) for d in deletes])
        for message, payload in zip(seen, payloads):
            self.assertRegex(payload["id"], r"^test:autoclean-once#\d+/cln:autoclean-once#\d+/autoclean:delpay#\d+$")
            self.assertRegex(message["id"], r"/autoclean:delpay#\d+/cln:rpc_command#\d+$")


if __name__ == "__main__":
    unittest.main()
