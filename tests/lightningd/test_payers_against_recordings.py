#!/usr/bin/env python3
"""The payers of the stand-in behave as the recorded ones: the recorded command is given again, the scenario says what happened
then, and every message a plugin saw is compared, member by member, but for times, random numbers and counters (masks.py)."""

from __future__ import annotations

import tempfile
import unittest
from collections import defaultdict
from pathlib import Path
from typing import Any

import recordings
from masks import text
from standin import SUBSCRIBER, StandIn, json_lines, wait_until

TOPICS = "sendpay_success,sendpay_failure,pay_part_start,pay_part_end,pay_success,pay_failure"
HOOK = "delpay,sendpay,sendonion,createonion,injectpaymentonion,xpay,pay"
PAYERS = ("xpay", "pay", "keysend")
VIA = {
    "02f53b29c8910ace66818a4bc2e4ec79bcebef037bdf8d22f3f5de2e0dfbccd4a8": "l2",
    "039640c72c9ad130c4f88348bf7b2ffc9d239d7ce72fb8ca73e80157159b1a3339": "l4",
    "03dd6db296a5d0226652f3152a1babcb71bce87fdf34f7a78e3f58508aa561b409": "l5",
}


def kind(message: dict[str, Any]) -> tuple[str, Any]:
    """What a message is about: its name, and the part where it names one."""
    if message["method"] == "rpc_command":
        request = message["params"]["rpc_command"]
        named = request["params"] if isinstance(request["params"], dict) else {}
        first_node = named.get("hops", [{}])[0].get("pubkey")
        return f"hook:{request['method']}", named.get("partid", first_node)
    body = message["params"][message["method"]]
    body = body.get("data", body)
    return message["method"], body.get("partid", 0) if "sendpay" in message["method"] else body.get("partid")


def body(message: dict[str, Any]) -> Any:
    """What is compared of it: everything but ids."""
    if message["method"] == "rpc_command":
        request = message["params"]["rpc_command"]
        return [list(message), list(request), request["method"], request["params"]]
    return [list(message), message.get("origin"), message["params"]]


def orders(messages: list[dict[str, Any]]) -> dict[Any, list[str]]:
    """For each part the kinds in the order they came; start and injectpaymentonion may come either way, so they are one."""
    found: dict[Any, list[str]] = defaultdict(list)
    for message in messages:
        name, part = kind(message)
        if name in ("hook:injectpaymentonion", "pay_part_start"):
            name = "begin"
        if part is not None and name != "hook:createonion":
            found[part].append(name)
    return dict(found)


def payment_of(name: str, number: int = 0) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    """The nth payment of a recording: its request, its reply, what the plugin saw meanwhile."""
    request, reply = [(q, a) for q, a in recordings.calls(name) if q["method"] in PAYERS][number]
    entries = recordings.entries(name)
    methods = (*PAYERS, "sendpay")
    first = next(i for i, e in enumerate(entries) if e["msg"].get("id") == request["id"])
    later = [i for i, e in enumerate(entries) if i > first and e["dir"] == "rpc_request" and e["msg"]["method"] in methods]
    span = entries[first : later[0] if later else len(entries)]
    messages = [e["msg"] for e in span if e["dir"] == "to_plugin" and e["msg"]["method"] != "shutdown"]
    return request, reply, [m for m in messages if kind(m)[0] != "hook:delpay"]


class Payers(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory(prefix="standin-")
        self.addCleanup(directory.cleanup)
        self.heard = Path(directory.name) / "heard.jsonl"
        environment = {"SUBSCRIBER_TOPICS": TOPICS, "SUBSCRIBER_HOOK": HOOK, "SUBSCRIBER_FILE": str(self.heard)}
        self.node = StandIn(plugins=[str(SUBSCRIBER)], environment=environment).start()
        self.addCleanup(self.node.close)

    def invoice(self, name: str, request: dict[str, Any], **more: Any) -> None:
        """One with the recorded text, and the recorded preimage where it came to be known."""
        recorded = request["params"].get("invstring") or request["params"].get("bolt11")
        decoded = next((a["result"] for q, a in recordings.calls(name) if q["method"] == "decode" and q["params"]["string"] == recorded), {})
        rows = [row for _, a in recordings.calls(name) for row in a.get("result", {}).get("payments", []) if isinstance(row, dict)]
        preimages = [r["payment_preimage"] for r in rows if "payment_preimage" in r and recorded in (r.get("bolt11"), r.get("bolt12"))]
        amount = decoded.get("amount_msat") or decoded.get("invoice_amount_msat")
        wanted = {"text": recorded, **({"preimage": preimages[0]} if preimages else {})}
        made = self.node.invoice(amount, "recorded", None, **wanted, **more)
        self.real_hash = decoded.get("payment_hash") or decoded.get("invoice_payment_hash")
        self.our_hash = made["payment_hash"]

    def compare(self, name: str, scenario: dict[str, Any], number: int = 0, mask: set[str] = frozenset(), **invoice: Any) -> None:
        request, reply, recorded = payment_of(name, number)
        self.our_hash = self.real_hash = ""
        if request["method"] != "keysend":
            self.invoice(name, request, **invoice)
        label = "recorded" if request["method"] != "keysend" else request["params"].get("label", "")
        self.node.call("scenario", {"label": label, **scenario})
        identity = self.node.rpc.send(request["method"], request["params"])
        ours_reply = self.node.rpc.reply(identity)
        try:
            wait_until(lambda: len(self.messages()) >= len(recorded), "all messages")
        except TimeoutError:
            pass  # the comparison below says what is missing
        ours = self.messages()
        self.assertEqual(sorted(map(str, map(kind, ours))), sorted(map(str, map(kind, recorded))))
        self.assertEqual(orders(ours), orders(recorded))
        more = frozenset(mask)
        by_kind = {kind(message): message for message in ours}
        for message in recorded:
            self.assertEqual(self.plain(text(body(by_kind[kind(message)]), more)), self.plain(text(body(message), more)))
        for part in ("result", "error"):
            self.assertEqual(self.plain(text(ours_reply.get(part), more)), self.plain(text(reply.get(part), more)))

    def plain(self, words: str) -> str:
        """Payments that never settled have no preimage to know: their hashes differ."""
        for digest in (self.our_hash, self.real_hash):
            words = words.replace(digest, "<hash>") if digest else words
        return words

    def messages(self) -> list[dict[str, Any]]:
        return [{name: value for name, value in message.items() if name != "t"} for message in json_lines(self.heard)]

    def test_xpay_over_two_hops(self) -> None:
        self.compare("xpay_multi_hop", {"attempts": [{"via": "l2"}]})

    def test_xpay_in_two_parts(self) -> None:
        parts = [{"amount_msat": 300300000, "via": "l4"}, {"amount_msat": 399700000, "via": "l2"}]
        self.compare("xpay_mpp", {"parts": parts})

    def test_xpay_retries_and_succeeds(self) -> None:
        attempts = [{"code": "temporary_channel_failure", "do": "fail", "via": "l2"}, {"via": "l4", "fee_msat": 9996}]
        self.compare("xpay_retry_succeeds", {"attempts": attempts})

    def test_xpay_refused_by_the_payee(self) -> None:
        self.compare("xpay_payee_rejects", {"attempts": [{"do": "incorrect_or_unknown_payment_details", "via": via_of("xpay_payee_rejects")}]})

    def test_xpay_in_parts_refused_by_the_payee(self) -> None:
        no = "incorrect_or_unknown_payment_details"
        parts = [{"amount_msat": 250200000, "do": no, "via": "l4"}, {"amount_msat": 349800000, "do": no, "via": "l2"}]
        self.compare("xpay_mpp_payee_rejects", {"parts": parts})

    def test_xpay_without_a_route(self) -> None:
        recorded = payment_of("xpay_no_route")[1]["error"]
        message = recorded["message"].removeprefix("Failed: ")
        self.compare("xpay_no_route", {"payer_error": {"code": recorded["code"], "message": message}})

    def test_xpay_gives_up_and_leaves_a_part_behind(self) -> None:
        failing = "temporary_channel_failure"
        split = [{"amount_msat": 79940000, "do": failing, "via": "l5"}, {"amount_msat": 319760000, "do": failing, "via": "l2"}]
        parts = [
            {"amount_msat": 300300000, "attempts": [{"via": "l4"}]},
            {"amount_msat": 399700000, "attempts": [{"do": failing, "via": "l2"}, {"split": split}]},
        ]
        self.compare("xpay_mpp_part_left_behind", {"parts": parts, "mpp_timeout_ms": 500}, mask={"message"})

    def test_xpay_to_ourselves(self) -> None:
        self.compare("self_payment", {}, to_self=True)

    def test_legacy_pay_to_ourselves(self) -> None:
        self.compare("self_payment", {}, number=1, mask={"payment_secret"}, to_self=True)

    def test_pay_which_is_xpay(self) -> None:
        self.node.call("setconfig", {"config": "xpay-handle-pay", "val": "true"})
        self.compare("pay_default", {"attempts": [{"via": "l2"}]})

    def test_legacy_pay(self) -> None:
        self.compare("pay_legacy", {"attempts": [{"via": "l4"}]}, mask={"payload"})

    def test_legacy_pay_in_parts(self) -> None:
        parts = [{"amount_msat": 372689272, "via": "l2"}, {"amount_msat": 327310728, "via": "l4"}]
        self.compare("pay_legacy_mpp", {"parts": parts})

    def test_keysend(self) -> None:
        self.compare("keysend", {"attempts": [{"via": "l4"}]}, mask={"payment_hash"})


def via_of(name: str) -> str:
    starts = [m["params"]["pay_part_start"] for m in recordings.notifications(name) if m["method"] == "pay_part_start"]
    return VIA[starts[0]["hops"][0]["next_node"]]


if __name__ == "__main__":
    unittest.main()
