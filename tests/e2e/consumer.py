"""A consumer of the stream that may be away: it keeps the last cursor it handled, and calls `trackpayments since` after every outage
and whenever the run id in a message is new, as in contrib/README.md. Its state survives its crashes here; a real consumer has a database.
"""

from __future__ import annotations

import json
from typing import Any

from support import RpcError, Stage


class Consumer:
    def __init__(self, stage: Stage):
        self.stage = stage
        self.cursor: str | None = None  # the last one handled
        self.last: dict[str, dict[str, Any]] = {}  # by attempt id, the newest snapshot that shows it
        self.asked = 0                  # answers to `since`
        self._position = 0              # in the subscriber's file
        self._behind = True             # was away: calls `since` before it goes on
        self._alive = True

    def die(self) -> None:
        self._alive = False

    def rise(self) -> None:
        """Messages published meanwhile are lost to it."""
        self._position = len(self.stage.subscribers[0].messages())
        self._alive = self._behind = True

    def work(self) -> None:
        """Handles the messages so far; gives up for now if the node does not answer."""
        if not self._alive or (self._behind and not self._catch_up()):
            return
        messages = self.stage.subscribers[0].messages()
        while self._position < len(messages):
            params = messages[self._position]["params"]
            if self._run(params["cursor"]) != self._run(self.cursor) and not self._catch_up():
                return
            self._position += 1
            if "trackpayments" in params:
                self._handle(params["trackpayments"])
                self.cursor = params["cursor"]

    @staticmethod
    def _run(cursor: str | None) -> str | None:
        return cursor.split(".")[1] if cursor else None

    def _handle(self, payment: dict[str, Any]) -> None:
        for attempt in payment["htlcs"]:
            self.last[attempt["attempt_id"]] = payment

    def _catch_up(self) -> bool:
        """The outage is over when there is no `more`. A consumer without a cursor begins with the payments in flight."""
        self._behind = True
        cursor = self.cursor
        while True:
            try:
                with self.stage.node.new_client() as client:
                    answer = client.call("trackpayments", {"since": cursor} if cursor else {})
            except (OSError, EOFError, RpcError, json.JSONDecodeError):
                return False
            self.asked += 1
            for payment in answer["payments"]:
                self._handle(payment)
            self.cursor = cursor = answer["cursor"]
            if not answer.get("more"):
                self._behind = False
                return True

    def misses(self) -> list[str]:
        """Groups whose rows have all ended, but not in the newest snapshot that was handled."""
        groups: dict[tuple[str, int], list[dict[str, Any]]] = {}
        for row in self.stage.node.rows():
            groups.setdefault((row["payment_hash"], row["groupid"]), []).append(row)
        out = []
        for (payment_hash, group), rows in groups.items():
            statuses = {row["status"] for row in rows}
            if "pending" in statuses:
                continue
            expected = "SUCCEEDED" if "complete" in statuses else "FAILED"
            for row in rows:
                handled = self.last.get(str(row["created_index"]), {}).get("status")
                if handled != expected:
                    out.append(f"{payment_hash[:8]}… group {group} row {row['created_index']}: {handled}, not {expected}")
        return out
