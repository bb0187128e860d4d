"""The version of the stand-in of a stage: VERSION_AS in the environment, else the newest. The features of each version are written down
from tests/lightningd/version.hpp, for tests and checks that depend on them."""

from __future__ import annotations

import os
import unittest
from typing import Any

NEWEST = "v26.06.6"
ALL = ("v23.11", "v24.11", "v25.05", "v25.12", NEWEST)


class Node:
    def __init__(self, name: str):
        self.name = name
        self.number = tuple(int(digits) for digits in name[1:].split("."))
        self.has_xpay = self.number >= (24, 11)
        self.has_pay_part_topics = self.number >= (25, 9)     # xpay reports how its parts failed
        self.origin_at_top = self.number >= (25, 9)           # else params are origin and payload
        self.has_filters = self.number >= (25, 12)            # else every command comes by the hook
        self.listpays_knows_xpay = self.number >= (26, 6)     # else nothing shows that xpay gave up
        self.has_sendamount = self.number >= (26, 6)          # and xkeysend
        self.waits_silently = self.number < (26, 6)           # a payer may, for a minute: what failed may go on so long
        self.has_cancheck = self.number >= (24, 5)            # plugins see calls of `check` for their commands
        self.rows_are_whole = self.number >= (24, 11, 1)      # xpay's have amount and destination


NODE = Node(os.environ.get("VERSION_AS") or NEWEST)
needs_listpays = unittest.skipUnless(NODE.listpays_knows_xpay, f"{NODE.name}: listpays is not of xpay")
needs_the_end = unittest.skipIf(NODE.has_xpay and not NODE.listpays_knows_xpay,
                                f"{NODE.name}: only a minute of silence ends a payment of xpay")
needs_pay_part = unittest.skipUnless(NODE.has_pay_part_topics, f"{NODE.name}: xpay does not report its parts")
needs_whole_rows = unittest.skipUnless(NODE.rows_are_whole, f"{NODE.name}: values missing in xpay's rows come with a second snapshot")
needs_getroutes = unittest.skipUnless(NODE.number >= (26, 6), f"{NODE.name}: sendpay does not accept getroutes' spelling")
needs_an_end_at_once = unittest.skipIf(NODE.waits_silently, f"{NODE.name}: after a restart a payment is in flight for a minute after its failure")
needs_cancheck = unittest.skipUnless(NODE.has_cancheck, f"{NODE.name} does not check calls of a plugin's commands")
needs_xpay = unittest.skipUnless(NODE.has_xpay, f"{NODE.name} has no xpay")


def unwrapped(message: dict[str, Any], node: Node) -> dict[str, Any]:
    """A custom topic in the newest form."""
    if node.origin_at_top or set(message["params"]) != {"origin", "payload"}:
        return message
    return {**message, "origin": message["params"]["origin"], "params": message["params"]["payload"]}
