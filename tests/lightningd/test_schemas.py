#!/usr/bin/env python3
"""The stand-in's messages fit Core Lightning's own JSON schemas. The recordings of a real node fit them too, and a wrong value is noticed:
so the checker is neither too strict nor too lax."""

from __future__ import annotations

import json
import unittest
from typing import Any

import recordings
import schema_checker
from standin import SUBSCRIBER, RpcError, StandIn, json_lines, wait_until

COMMANDS = ["check", "createonion", "decode", "delpay", "injectpaymentonion", "listpays", "listsendpays", "sendonion", "sendpay",
            "setconfig", "wait", "waitsendpay"]  # fmt: skip
TOPICS = {
    "sendpay_success": "notification/sendpay_success",
    "sendpay_failure": "notification/sendpay_failure",
    "pay_part_start": "notification/xpay_pay_part_start",
    "pay_part_end": "notification/xpay_pay_part_end",
}
HOOKED = ["createonion", "delpay", "injectpaymentonion", "sendonion", "sendpay"]
PAYEE = "022b275efc6f2e07d91067ef7ed4eb03290f85f3a1023ff9a074ae5b68401e2d90"


def reply_complaints(method: str, result: Any) -> list[str]:
    return schema_checker.complaints(result, schema_checker.load(method)["response"], method)


def notification_complaints(message: dict[str, Any]) -> list[str]:
    topic = message["method"]
    return schema_checker.complaints(message["params"][topic], schema_checker.load(TOPICS[topic])["response"], topic)


def hook_complaints(message: dict[str, Any]) -> list[str]:
    found = schema_checker.complaints(message["params"], schema_checker.load("hook/rpc_command")["request"], "rpc_command")
    request = message["params"]["rpc_command"]
    if request["method"] in HOOKED and isinstance(request["params"], dict):
        schema = schema_checker.load(request["method"])["request"]
        found += schema_checker.complaints(request["params"], schema, f"{request['method']} request")
    return found


class TheRecordingsFit(unittest.TestCase):
    def test_replies_of_the_real_node(self) -> None:
        seen = set()
        for name in recordings.names():
            for request, reply in recordings.calls(name):
                if request.get("method") in COMMANDS and "result" in reply:
                    seen.add(request["method"])
                    self.assertEqual(reply_complaints(request["method"], reply["result"]), [], name)
        self.assertGreaterEqual(seen, {"delpay", "listpays", "listsendpays", "sendpay", "wait", "waitsendpay", "decode"})

    def test_notifications_of_the_real_node(self) -> None:
        for name in recordings.names():
            for message in recordings.notifications(name):
                if message["method"] in TOPICS:
                    self.assertEqual(notification_complaints(message), [], name)

    def test_hook_payloads_of_the_real_node(self) -> None:
        for name in recordings.names():
            for message in recordings.hooks(name):
                self.assertEqual([c for c in hook_complaints(message) if not known_gap(c)], [], name)

    def test_a_wrong_value_is_noticed(self) -> None:
        row = {"created_index": 1, "id": 1, "payment_hash": "00" * 32, "groupid": 1, "amount_sent_msat": 5, "created_at": 1,
               "status": "pending"}  # fmt: skip
        self.assertEqual(reply_complaints("listsendpays", {"payments": [row]}), [])
        for change in ({"payment_hash": "00"}, {"groupid": -1}, {"status": "lost"}, {"amount_sent_msat": "5msat"}, {"extra": 1}):
            self.assertNotEqual(reply_complaints("listsendpays", {"payments": [{**row, **change}]}), [], change)


def known_gap(complaint: str) -> bool:
    """Recorded calls that violate the schema on purpose: delpay's bad parameters, odd labels."""
    return complaint.startswith(("delpay request", "sendpay request"))


class TheStandInFits(unittest.TestCase):
    """One node pays by every command; then all its messages are checked."""

    node: StandIn
    heard: list[dict[str, Any]]

    @classmethod
    def setUpClass(cls) -> None:
        hooked = ",".join(HOOKED + ["pay", "xpay"])
        environment = {"SUBSCRIBER_TOPICS": ",".join(TOPICS), "SUBSCRIBER_HOOK": hooked}
        cls.node = StandIn(plugins=[str(SUBSCRIBER)], environment=environment).start()
        cls.addClassCleanup(cls.node.close)
        cls.replies: list[tuple[str, Any]] = []
        pay_in_every_way(cls)
        path = cls.node.network_directory / "subscriber.jsonl"
        ends = cls.parts
        wait_until(lambda: sum(m["method"].startswith("sendpay_") for m in json_lines(path)) >= ends, "all notifications")
        cls.heard = json_lines(path)

    @classmethod
    def say(cls, method: str, params: Any = None) -> Any:
        result = cls.node.call(method, params)
        cls.replies.append((method, result))
        return result

    def test_every_reply(self) -> None:
        for method, result in self.replies:
            if method in COMMANDS:
                self.assertEqual(reply_complaints(method, result), [], method)
        self.assertEqual({method for method, _ in self.replies} & set(COMMANDS), set(COMMANDS))

    def test_every_notification(self) -> None:
        topics = set()
        for message in self.heard:
            if message["method"] in TOPICS:
                topics.add(message["method"])
                self.assertEqual(notification_complaints(message), [], json.dumps(message)[:400])
        self.assertEqual(topics, set(TOPICS))

    def test_every_hook_payload(self) -> None:
        methods = set()
        for message in self.heard:
            if message["method"] == "rpc_command":
                methods.add(message["params"]["rpc_command"]["method"])
                self.assertEqual(hook_complaints(message), [])
        self.assertGreaterEqual(methods, set(HOOKED))


def try_paying(node: StandIn, method: str, params: dict[str, Any]) -> None:
    try:
        node.call(method, params)
    except RpcError:
        pass


def by_hand(cls: type[TheStandInFits], label: str, outcome: Any, secrets: bool) -> None:
    """createonion, sendonion, waitsendpay."""
    invoice = cls.node.invoice(1000, label, {"outcomes": [outcome]})
    digest = invoice["payment_hash"]
    onion = cls.say("createonion", {"hops": [{"pubkey": PAYEE, "payload": "0a02020400"}] * 2, "assocdata": digest})
    first_hop = {"id": "02f53b29c8910ace66818a4bc2e4ec79bcebef037bdf8d22f3f5de2e0dfbccd4a8", "amount_msat": 1001, "delay": 9}
    params = {"onion": onion["onion"], "first_hop": first_hop, "payment_hash": digest}
    cls.say("sendonion", {**params, "shared_secrets": onion["shared_secrets"]} if secrets else params)
    try_paying(cls.node, "waitsendpay", {"payment_hash": digest})


def pay_in_every_way(cls: type[TheStandInFits]) -> None:
    node = cls.node
    failures = ["temporary_channel_failure", "fee_insufficient", "mpp_timeout", "garble", "local_fail", "unknown_next_peer"]
    for number, failure in enumerate(failures):
        invoice = node.invoice(2_000_000, f"x{number}", {"attempts": [failure, "settle"], "mpp_timeout_ms": 1})
        cls.say("xpay", {"invstring": invoice["bolt11"], "label": "a label"})
        cls.say("listpays", {"payment_hash": invoice["payment_hash"]})
    offer = node.invoice(5000, "bolt12", bolt12=True)
    cls.say("xpay", {"invstring": offer["bolt11"]})
    cls.say("decode", {"string": offer["bolt11"]})
    split = node.invoice(9_000_000, "split", {"parts": [{"amount_msat": 4_000_000}, {"attempts": ["fee_insufficient", "settle"]}]})
    cls.say("pay", {"bolt11": split["bolt11"], "label": "two", "description": "text"})
    cls.say("decode", {"string": split["bolt11"]})
    rejected = node.invoice(9_000_000, "rejected", {"attempts": ["incorrect_or_unknown_payment_details"]})
    try_paying(node, "pay", {"bolt11": rejected["bolt11"]})
    cls.say("keysend", {"destination": PAYEE, "amount_msat": 777, "label": "gift"})
    by_hand(cls, "h1", "settle", True)
    by_hand(cls, "h2", "fee_insufficient", True)
    by_hand(cls, "h3", "fee_insufficient", False)
    by_hand(cls, "h4", "malformed", True)
    raw = node.invoice(3_000_000, "raw", {"outcomes": ["incorrect_or_unknown_payment_details", "settle"]})
    hop = {"id": "02f53b29c8910ace66818a4bc2e4ec79bcebef037bdf8d22f3f5de2e0dfbccd4a8", "channel": "103x1x0", "delay": 9}
    route = [{**hop, "amount_msat": 3_000_031}, {"id": PAYEE, "channel": "103x2x0", "delay": 3, "amount_msat": 3_000_000}]
    for _ in range(2):
        cls.say("sendpay", {"route": route, "payment_hash": raw["payment_hash"], "bolt11": raw["bolt11"]})
        try_paying(node, "waitsendpay", {"payment_hash": raw["payment_hash"]})
    cls.say("waitsendpay", {"payment_hash": raw["payment_hash"]})
    injected = node.invoice(1000, "injected")
    cls.say("injectpaymentonion", {"onion": "00" * 1366, "payment_hash": injected["payment_hash"], "amount_msat": 1001,
                                   "cltv_expiry": 120, "partid": 1, "groupid": 5, "invstring": injected["bolt11"],
                                   "destination_msat": 1000})  # fmt: skip
    cls.parts = len(cls.say("listsendpays")["payments"])
    for index in ("created", "updated", "deleted"):
        value = cls.say("wait", {"subsystem": "sendpays", "indexname": index, "nextvalue": 0})[index]
        if index == "deleted":
            waiting = node.rpc.send("wait", {"subsystem": "sendpays", "indexname": index, "nextvalue": value + 1})
    row = node.rows(payment_hash=raw["payment_hash"])[0]
    cls.say("delpay", {"payment_hash": raw["payment_hash"], "status": row["status"], "partid": 0, "groupid": row["groupid"]})
    cls.replies.append(("wait", node.rpc.result(waiting)))
    cls.say("delpay", {"payment_hash": raw["payment_hash"], "status": "complete"})
    cls.say("check", {"command_to_check": "listsendpays"})
    cls.say("setconfig", {"config": "xpay-handle-pay", "val": "true"})
    cls.say("pay", {"bolt11": node.invoice(1000, "by xpay")["bolt11"]})
    cls.parts += 1


if __name__ == "__main__":
    unittest.main()
