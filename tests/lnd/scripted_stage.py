"""A stage with the scripted tracker in the real one's place: its test decides what is published."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from lnd_stage import LndStage, wait_until

SCRIPTED = Path(__file__).resolve().parent / "scripted_tracker.py"

State = tuple[str, str]  # payment hash and status


class ScriptedStage(LndStage):
    def __init__(self, **more: Any) -> None:
        super().__init__(tracker=False, **more)
        self.allowed = ["topic 'trackpayments' is not a known", "Unknown command 'trackpayments'"]

    def begin(self) -> None:
        script = self.directory / "trackpayments"
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{SCRIPTED}"\n')
        script.chmod(0o755)
        self.node.start_plugin(script)
        self.wait_active()

    def publish(self, first: int, count: int, status: str, attempts: int, size: int, a_second: float = 0) -> str:
        """The cursor after it."""
        result = self.node.call("scripted-publish", {"first": first, "count": count, "status": status, "attempts": attempts,
                                                     "size": size, "a_second": a_second})
        self.seconds = result["seconds"]
        return result["cursor"]

    def play(self, payments: list[dict[str, Any]], a_second: float = 0) -> None:
        """Publishes these snapshots, in their order."""
        self.node.call("scripted-play", {"payments": payments, "a_second": a_second})

    def wait_subscriber(self, count: int) -> list[State]:
        """What the subscriber beside has got, when it has so many."""
        path = self.subscribers[0].path
        wait_until(lambda: path.exists() and path.read_bytes().count(b"\n") >= count, "the subscriber's messages")
        payments = [json.loads(line)["params"]["trackpayments"] for line in path.read_bytes().splitlines()]
        return [(payment["payment_hash"], payment["status"]) for payment in payments]
