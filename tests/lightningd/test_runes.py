"""Runes are made, checked and blacklisted as by lightningd v26.06.6, whose answers stand here."""

from __future__ import annotations

import base64
import os
import tempfile
import unittest
from pathlib import Path
from typing import Any

from standin import RpcError, StandIn

PARAMS = {"since": "x", "payment_hash": "cd"}
# Restriction: the refusal of a call of getinfo with PARAMS; nothing if it is permitted.
RESTRICTIONS = {
    "method=getinfo": None,
    "method=pay": "method is not equal to pay",
    "method^list": "method does not start with list",
    "method^get": None,
    "method/getinfo": "method is equal to getinfo",
    "pnamesince!": "parameter since is present",
    "pnametimeout!": None,
    "pnamepayment_hash=ab": "parameter payment_hash is not equal to ab",
    "pnamepaymenthash=cd": None,
    "time<5": "time is greater or equal to 5",
    "time>5": None,
    "pnum<1": "number of parameters is greater or equal to 1",
}


class Runes(unittest.TestCase):
    def check(self, node: StandIn, **params: Any) -> tuple[int, str]:
        """Code 0 if it is valid."""
        try:
            self.assertEqual(node.call("checkrune", params), {"valid": True})
        except RpcError as error:
            return error.code, error.message
        return 0, ""

    def test_restrictions(self) -> None:
        with StandIn(os.environ["STANDIN"]) as node:
            for restriction, refusal in RESTRICTIONS.items():
                rune = node.call("createrune", {"restrictions": [[restriction]]})["rune"]
                found = self.check(node, rune=rune, method="getinfo", params=PARAMS)
                self.assertEqual(found, (1502, f"Not permitted: {refusal}") if refusal else (0, ""), restriction)
            either = node.call("createrune", {"restrictions": [["method=trackpayments", "method=getinfo"]]})["rune"]
            self.assertEqual(self.check(node, rune=either, method="getinfo"), (0, ""))
            self.assertEqual(self.check(node, rune=either, method="pay"),
                             (1502, "Not permitted: method is not equal to trackpayments AND method is not equal to getinfo"))
            self.assertEqual(self.check(node, rune=either), (1502, "Not permitted: method not present AND method not present"))
            less = node.call("createrune", {"rune": either, "restrictions": [["time<5"]]})
            self.assertEqual(self.check(node, rune=less["rune"], method="getinfo")[0], 1502)

    def test_runes_of_others(self) -> None:
        with StandIn(os.environ["STANDIN"]) as node:
            def of(text: bytes) -> str:
                return base64.urlsafe_b64encode(bytes(32) + text).decode()

            self.assertEqual(self.check(node, rune=of(b"=0"), method="pay"), (1501, "Not authorized: Not derived from master"))
            for rune in ("junk", of(b""), of(b"method=x"), of(b"=0&foo")):
                code, message = self.check(node, rune=rune, method="pay")
                self.assertEqual(code, -32602)
                self.assertTrue(message.startswith("rune: should "), message)
            for restrictions in ("x", [7], ["method=a"], [["foo"]], [["=1"]], [["a%b"]]):
                with self.assertRaises(RpcError) as refused:
                    node.call("createrune", {"restrictions": restrictions})
                self.assertEqual(refused.exception.code, -32602)

    def test_a_blacklist_survives_a_restart(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            def node() -> StandIn:
                return StandIn(os.environ["STANDIN"], options=["--db", str(Path(directory, "db"))])

            with node() as first:
                made = [first.call("createrune", {"restrictions": [["method=pay"]]}) for _ in range(2)]
                self.assertEqual([one["unique_id"] for one in made], ["0", "1"])
                self.assertEqual(first.call("blacklistrune", {"start": 0}), {"blacklist": [{"start": 0, "end": 0}]})
            with node() as second:
                found = [self.check(second, rune=one["rune"], method="pay") for one in made]
                self.assertEqual(found, [(1503, "Not authorized: Blacklisted rune"), (0, "")])
                self.assertEqual(second.call("createrune", {})["unique_id"], "2")
                self.assertEqual(second.call("blacklistrune", {"start": 0, "relist": True}), {"blacklist": []})
                self.assertEqual(self.check(second, rune=made[0]["rune"], method="pay"), (0, ""))


if __name__ == "__main__":
    unittest.main()
