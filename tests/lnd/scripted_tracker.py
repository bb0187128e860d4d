#!/usr/bin/env python3
"""A plugin in the tracker's place, for tests of its readers: publishes what it is asked to, as fast and as large as wanted, and answers
`trackpayments` like the tracker, with pages.

    scripted-publish first=1 count=1000 status=SUCCEEDED attempts=1 size=3000 a_second=0

publishes a snapshot of each of these payments, in their order; `a_second` 0: as fast as they leave.

    scripted-play payments=[...] a_second=100

publishes these snapshots. `scripted-getinfo result` answers `getinfo` in lightningd's place.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any, Iterable

sys.path.append(str(Path(__file__).resolve().parent.parent / "lightningd"))

from subscriber import messages  # noqa: E402

RUN = "a0000001"
PAGE_BYTES = 4_000_000
PAGE = 100  # payments


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
        self.info: dict[str, Any] | None = None

    def write(self, text: str) -> None:
        sys.stdout.write(text + "\n\n")
        sys.stdout.flush()

    def publish(self, first: int, count: int, status: str, attempts: int, size: int, a_second: float) -> dict[str, Any]:
        return self.play((snapshot(index, status, attempts, size) for index in range(first, first + count)), a_second)

    def play(self, payments: Iterable[dict[str, Any]], a_second: float) -> dict[str, Any]:
        begin = time.monotonic()
        for number, payment in enumerate(payments):
            if a_second:
                time.sleep(max(0.0, begin + number / a_second - time.monotonic()))
            self.position += 1
            text = json.dumps(payment, separators=(",", ":"))
            index = int(payment["payment_index"])
            self.newest.pop(index, None)
            self.newest[index] = (self.position, payment["status"], text)
            self.write(f'{{"jsonrpc":"2.0","method":"trackpayments","params":{{"trackpayments":{text},'
                       f'"cursor":"{cursor_at(self.position)}"}}}}')
        return {"cursor": cursor_at(self.position), "seconds": time.monotonic() - begin}

    def list(self, index_offset: int, max_payments: int = PAGE, reversed: bool = False, include_incomplete: bool = False) -> str:
        """A page of all payments, hops included."""
        found = sorted((index, text) for index, (_, status, text) in self.newest.items() if include_incomplete or status == "SUCCEEDED")
        if reversed:
            rest = [one for one in found if not index_offset or one[0] < index_offset]
            page, edge = rest[-max_payments:], 0
        else:
            rest = [one for one in found if one[0] > index_offset]
            page, edge = rest[:max_payments], -1
        more = f',"next_index_offset":"{page[edge][0]}"' if len(page) < len(rest) else ""
        return f'{{"payments":[{",".join(text for _, text in page)}],"cursor":"{cursor_at(self.position)}"{more}}}'

    def trackpayments(self, since: str | None = None, **paging: Any) -> str:
        """The answer as JSON."""
        if "index_offset" in paging:
            return self.list(**{name: value for name, value in paging.items() if name != "omit_hops"})
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
            return json.dumps({"options": [], "subscriptions": [], "hooks": [{"name": "rpc_command", "filters": ["getinfo"]}],
                               "dynamic": True, "nonnumericids": True,
                               "notifications": [{"method": "trackpayments"}],
                               "rpcmethods": [{"name": "trackpayments", "usage": "[since]", "description": "As the tracker's"},
                                              {"name": "scripted-publish", "usage": "first count status attempts size a_second",
                                               "description": "Publishes snapshots"},
                                              {"name": "scripted-play", "usage": "payments a_second", "description": "Publishes these"},
                                              {"name": "scripted-getinfo", "usage": "result", "description": "Answers getinfo"}]})
        if method == "trackpayments":
            return self.trackpayments(**params)
        if method == "scripted-play":
            return json.dumps(self.play(**params))
        if method == "scripted-getinfo":
            self.info = params["result"]
        if method == "rpc_command":
            answer = {"return": {"result": self.info}} if self.info else {"result": "continue"}
            return json.dumps(answer if params["rpc_command"]["method"] == "getinfo" else {"result": "continue"})
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
