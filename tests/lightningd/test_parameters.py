#!/usr/bin/env python3
"""Parameters and filters sent to lightningd v26.06.6 (recorded_parameters.jsonl): the stand-in refuses the same ones, with the same codes
and messages. The recorded node had three payments and no invoice; answers without an error are not compared."""

from __future__ import annotations

import json
import socket
import unittest
from pathlib import Path
from typing import Any

from standin import BOUND, StandIn

RECORDED = [json.loads(line) for line in (Path(__file__).resolve().parent / "recorded_parameters.jsonl").read_text().splitlines()]


def ask(node: StandIn, case: dict[str, Any]) -> dict[str, Any] | None:
    """Sends these bytes, as spelling and order matter; returns the error, if there is one."""
    more = f',"filter":{case["filter"]}' if "filter" in case else ""
    text = f'{{"jsonrpc":"2.0","id":"x","method":"{case["method"]}","params":{case["params"]}{more}}}\n\n'
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(BOUND)
        client.connect(str(node.socket_path))
        client.sendall(text.encode())
        answer = b""
        while not answer.endswith(b"\n\n"):
            answer += client.recv(1 << 16)
    error = json.loads(answer).get("error")
    return error and {name: error[name] for name in ("code", "message")}


class Parameters(unittest.TestCase):
    def test_the_same_are_refused_with_the_same_messages(self) -> None:
        with StandIn() as node:
            for case in RECORDED:
                with self.subTest(**case):
                    self.assertEqual(ask(node, case), case.get("error"))
        self.assertGreater(sum("error" in case for case in RECORDED), 130)


if __name__ == "__main__":
    unittest.main()
