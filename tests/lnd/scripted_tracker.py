#!/usr/bin/env python3
"""A plugin in the tracker's place, for tests of its readers: publishes what it is asked to, as fast and as large as wanted, and answers
`trackpayments` like the tracker, with pages.

    scripted-publish first=1 count=1000 status=SUCCEEDED attempts=1 size=3000 a_second=0

publishes a snapshot of each of these payments, in their order; `a_second` 0: as fast as they leave.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parent.parent / "lightningd"))

from subscriber import messages  # noqa: E402

RUN = "a0000001"
PAGE_BYTES = 4_000_000


def cursor_at(position: int) -> str:
    return f"00000000.{RUN}.{position}.{position}"


def snapshot(index: int, status: str, attempts: int, size: int) -> dict[str, Any]:
    """A Payment of about `size` bytes of JSON, in which all attempts have the same status."""
    attempt = {"status": status, "attempt_time_ns": "1", "resolve_time_ns": "0" if status == "IN_FLIGHT" else "2",
               "failure": {"code": "TEMPORARY_CHANNEL_FAILURE", "failure_source_index": 1} if status == "FAILED" else None}
    payment = {"payment_hash": f"{index:064x}", "value_sat": "1", "value_msat": "1000", "status": status, "fee_msat": "0",
               "failure_reason": "FAILURE_REASON_NO_ROUTE" if status == "FAILED" else "FAILURE_REASON_NONE",
               "htlcs": [{"attempt_id": str(n), **attempt} for n in range(1, attempts + 1)], "payment_index": str(index)}
    return {**payment, "payment_request": "x" * max(0, size - len(json.dumps(payment)))}


class Tracker:
    def __init__(self) -> None:
        self.position = 0
        self.newest: dict[int, tuple[int, str, str]] = {}  # position, status and JSON by payment_index; the newest change last

    def write(self, text: str) -> None:
        sys.stdout.write(text + "\n\n")
        sys.stdout.flush()

    def publish(self, first: int, count: int, status: str, attempts: int, size: int, a_second: float) -> dict[str, Any]:
        begin = time.monotonic()
        for number, index in enumerate(range(first, first + count)):
            if a_second:
                time.sleep(max(0.0, begin + number / a_second - time.monotonic()))
            self.position += 1
            text = json.dumps(snapshot(index, status, attempts, size), separators=(",", ":"))
            self.newest.pop(index, None)
            self.newest[index] = (self.position, status, text)
            self.write(f'{{"jsonrpc":"2.0","method":"trackpayments","params":{{"trackpayments":{text},'
                       f'"cursor":"{cursor_at(self.position)}"}}}}')
        return {"cursor": cursor_at(self.position), "seconds": time.monotonic() - begin}

    def trackpayments(self, since: str | None = None) -> str:
        """The answer as JSON."""
        if since is None:
            in_flight = sorted((index, text) for index, (_, status, text) in self.newest.items() if status == "IN_FLIGHT")
            return self.answer([text for _, text in in_flight], self.position)
        end = begin = int(since.rsplit(".", 1)[1])
        page, size = [], 0
        for position, _, text in self.newest.values():
            if position <= begin:
                continue
            if page and size + len(text) > PAGE_BYTES:
                return self.answer(page, end, more=True)
            page.append(text)
            size += len(text)
            end = position
        return self.answer(page, self.position)

    def answer(self, payments: list[str], position: int, more: bool = False) -> str:
        rest = ',"more":true}' if more else "}"
        return f'{{"payments":[{",".join(payments)}],"cursor":"{cursor_at(position)}"{rest}'

    def result(self, message: dict[str, Any]) -> str:
        method, params = message["method"], message.get("params", {})
        if method == "getmanifest":
            return json.dumps({"options": [], "subscriptions": [], "hooks": [], "dynamic": True, "nonnumericids": True,
                               "notifications": [{"method": "trackpayments"}],
                               "rpcmethods": [{"name": "trackpayments", "usage": "[since]", "description": "As the tracker's"},
                                              {"name": "scripted-publish", "usage": "first count status attempts size a_second",
                                               "description": "Publishes snapshots"}]})
        if method == "trackpayments":
            return self.trackpayments(params.get("since"))
        if method == "scripted-publish":
            return json.dumps(self.publish(**params))
        return "{}"

    def run(self) -> None:
        for message in messages():
            if message["method"] == "shutdown":
                return
            self.write(f'{{"jsonrpc":"2.0","id":{json.dumps(message["id"])},"result":{self.result(message)}}}')


if __name__ == "__main__":
    Tracker().run()
