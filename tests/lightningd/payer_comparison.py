"""Repeats a payment of a recording: the recorded command goes to a stand-in of the recording's version, with the recorded outcome as
scenario. Every message to a plugin is compared, member by member, but for times, random numbers and counters (masks.py)."""

from __future__ import annotations

import json
import re
import tempfile
import unittest
from collections import defaultdict
from pathlib import Path
from typing import Any

import recordings
from masks import text
from standin import SUBSCRIBER, StandIn, json_lines, wait_until

TOPICS = ("sendpay_success", "sendpay_failure", "pay_part_start", "pay_part_end", "pay_success", "pay_failure")
HOOK = ("sendpay", "sendonion", "createonion", "injectpaymentonion", "xpay", "pay")
PAYERS = ("xpay", "pay", "keysend", "renepay", "sendamount", "xkeysend")
# The same network in every recording, with other keys in each.
L2 = "02f53b29c8910ace66818a4bc2e4ec79bcebef037bdf8d22f3f5de2e0dfbccd4a8"
L4 = "039640c72c9ad130c4f88348bf7b2ffc9d239d7ce72fb8ca73e80157159b1a3339"
L5 = "03dd6db296a5d0226652f3152a1babcb71bce87fdf34f7a78e3f58508aa561b409"
PAYEE = "022b275efc6f2e07d91067ef7ed4eb03290f85f3a1023ff9a074ae5b68401e2d90"
OURSELVES = "035fdd0cddae793c67358ff26bbd00c405835ede7dbc5b52cbcef7e8ac746e3c72"
CHANNELS = {"103x1x0": L2, "103x2x0": PAYEE, "103x3x0": L4, "103x4x0": PAYEE, "103x5x0": L5, "103x6x0": PAYEE}
VIA = {L2: "l2", L4: "l4", L5: "l5"}
VERSIONS = {"v23.11": "v23.11", "v24.11": "v24.11.2", "v25.12": "v25.12"}


def version_of(name: str) -> str:
    """The stand-in's version for the lightningd of a recording."""
    return VERSIONS[name.split("/")[0]] if "/" in name else "v26.06.6"


def nodes_of(recorded: list[dict[str, Any]]) -> dict[str, str]:
    """Our node for each recorded one: by the channels of all routes; any other node that is paid is the payee."""
    routed: dict[str, str] = {}
    paid: dict[str, str] = {}

    def look(value: Any) -> None:
        for entry in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            look(entry)
        if not isinstance(value, dict):
            return
        channel = value.get("short_channel_id") or value.get("channel")
        node = value.get("next_node") or value.get("id")
        if channel in CHANNELS and isinstance(node, str) and len(node) == 66:
            routed[node] = CHANNELS[channel]
        for name in ("destination", "payee"):
            if isinstance(value.get(name), str):
                paid[value[name]] = PAYEE

    look(recorded)
    return paid | routed


def kind(message: dict[str, Any]) -> tuple[str, Any]:
    """The kind of a message: its name, and its part if it has one."""
    if message["method"] == "rpc_command":
        request = message["params"]["rpc_command"]
        named = request["params"] if isinstance(request["params"], dict) else {}
        first_node = named.get("hops", [{}])[0].get("pubkey")
        return f"hook:{request['method']}", (named["groupid"], named["partid"]) if "partid" in named else first_node
    body = fields_of(message)
    body = body.get("data", body)
    return message["method"], (body["groupid"], body.get("partid", 0)) if "groupid" in body else None


def fields_of(message: dict[str, Any]) -> dict[str, Any]:
    """The params, in any version's wrapping."""
    params = message["params"]
    return params.get(message["method"]) or params["payload"]


def body(message: dict[str, Any]) -> Any:
    """The text to compare: everything but numbers in ids."""
    if message["method"] == "rpc_command":
        request = message["params"]["rpc_command"]
        return [list(message), sorted(request), id_shape(request["id"]), request["method"], request["params"]]
    return [list(message), message.get("origin"), message["params"]]


def id_shape(identity: Any) -> str:
    return re.sub(r"#\d+", "#", str(identity)).replace("lab:", "test:")


def orders(messages: list[dict[str, Any]]) -> dict[Any, list[str]]:
    """The kinds of each part, in order; start and injectpaymentonion may come in either order, so they count as one."""
    found: dict[Any, list[str]] = defaultdict(list)
    for message in messages:
        name, part = kind(message)
        if name in ("hook:injectpaymentonion", "pay_part_start"):
            name = "begin"
        if part is not None and name != "hook:createonion":
            found[part].append(name)
    return dict(found)


def compared(message: dict[str, Any]) -> bool:
    if message["method"] == "rpc_command":
        return message["params"]["rpc_command"]["method"] in HOOK
    return message["method"] in TOPICS


def small_groups(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Replaces random groups by 1, 2, 3… in their order; groups of senders that count are kept."""
    seen: dict[str, str] = {}
    dumped = json.dumps(messages)
    dumped = re.sub(r'"groupid": (\d{9,})', lambda m: f'"groupid": {seen.setdefault(m[1], str(90_000_001 + len(seen)))}', dumped)
    return json.loads(dumped)


def payment_of(name: str, number: int = 0, to_self: bool = False) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    """The nth payment of a recording, with our nodes: its request, its reply, and the messages to the plugin meanwhile."""
    entries = recordings.entries(name)
    dumped = json.dumps(entries)
    for recorded, ours in nodes_of(entries).items():
        dumped = dumped.replace(recorded, OURSELVES if to_self and ours == PAYEE else ours)
    entries = json.loads(dumped)
    request, reply = [(q, a) for q, a in recordings.calls_of(entries) if q["method"] in PAYERS][number]
    first = next(i for i, e in enumerate(entries) if e["msg"].get("id") == request["id"])
    asked = [i for i, e in enumerate(entries) if i > first and e["dir"] == "rpc_request" and e["msg"]["method"] in (*PAYERS, "sendpay")]
    span = entries[first : asked[0] if asked else len(entries)]
    return request, reply, small_groups([e["msg"] for e in span if e["dir"] == "to_plugin" and compared(e["msg"])])


class Comparison(unittest.TestCase):
    def node_for(self, name: str, *options: str) -> StandIn:
        directory = tempfile.TemporaryDirectory(prefix="standin-")
        self.addCleanup(directory.cleanup)
        self.heard = Path(directory.name) / "heard.jsonl"
        environment = {"SUBSCRIBER_TOPICS": ",".join(TOPICS), "SUBSCRIBER_HOOK": ",".join(HOOK), "SUBSCRIBER_FILE": str(self.heard),
                       "VERSION_AS": version_of(name)}
        self.node = StandIn(plugins=[str(SUBSCRIBER)], environment=environment, options=list(options)).start()
        self.addCleanup(self.node.close)
        return self.node

    def invoice(self, name: str, request: dict[str, Any], **more: Any) -> None:
        """An invoice with the recorded text, and the recorded preimage if it is known."""
        recorded = request["params"].get("invstring") or request["params"].get("bolt11")
        decoded = next((a["result"] for q, a in recordings.calls(name) if q["method"] == "decode" and q["params"]["string"] == recorded), {})
        rows = [row for _, a in recordings.calls(name) for row in a.get("result", {}).get("payments", []) if isinstance(row, dict)]
        preimages = [r["payment_preimage"] for r in rows if "payment_preimage" in r and recorded in (r.get("bolt11"), r.get("bolt12"))]
        amount = decoded.get("amount_msat") or decoded.get("invoice_amount_msat") or "any"
        wanted = {"text": recorded, **({"preimage": preimages[0]} if preimages else {})}
        made = self.node.invoice(amount, "recorded", None, **wanted, **more)
        self.real_hash = decoded.get("payment_hash") or decoded.get("invoice_payment_hash")
        self.our_hash = made["payment_hash"]

    def compare(self, name: str, scenario: dict[str, Any], number: int = 0, mask: set[str] = frozenset(), options: tuple[str, ...] = (),
                late: dict[str, Any] | None = None, **invoice: Any) -> None:  # fmt: skip
        """`late`: `release` of a held part, after the payer has answered."""
        request, reply, recorded = payment_of(name, number, invoice.get("to_self", False))
        self.our_hash = self.real_hash = ""
        self.node_for(name, *options)
        keysend = request["method"] in ("keysend", "xkeysend")
        if not keysend:
            self.invoice(name, request, **invoice)
        label = request["params"].get("label", "") if keysend else "recorded"
        self.node.call("scenario", {"label": label, **scenario})
        ours_reply = self.node.rpc.reply(self.node.rpc.send(request["method"], request["params"]))
        if late:
            self.node.call("release", {"payment_hash": self.our_hash, **late})
        try:
            wait_until(lambda: len(self.messages()) >= len(recorded), "all messages")
        except TimeoutError:
            pass  # the comparison below shows a missing one
        ours = self.messages()
        self.assertEqual(sorted(map(str, map(kind, ours))), sorted(map(str, map(kind, recorded))))
        self.assertEqual(orders(ours), orders(recorded))
        more = frozenset(mask)
        if any(ours != theirs for theirs, ours in nodes_of(recordings.entries(name)).items()):
            more |= {"direction", "erring_direction", "failed_direction"}  # their values depend on the keys
        by_kind = {kind(message): message for message in ours}
        for message in recorded:
            self.assertEqual(self.plain(text(body(by_kind[kind(message)]), more)), self.plain(text(body(message), more)))
        for part in ("result", "error"):
            self.assertEqual(self.plain(text(ours_reply.get(part), more)), self.plain(text(reply.get(part), more)))

    def plain(self, text: str) -> str:
        """The hashes of payments that never settled differ, as their preimage is not recorded; secrets differ always."""
        for digest in (self.our_hash, self.real_hash):
            text = text.replace(digest, "<hash>") if digest else text
        return re.sub(r'("payment_secret": )"[0-9a-f]{64}"', r'\1"*"', text)

    def messages(self) -> list[dict[str, Any]]:
        read = [{name: value for name, value in message.items() if name != "t"} for message in json_lines(self.heard)]
        return small_groups([message for message in read if compared(message)])
