"""How contrib/watch follows a node, without sockets and clocks: the next request, the answers, and when to try again.

It calls `trackpayments` once for the payments in flight and a cursor. Then it always asks for the changes `since` the newest cursor, with
a timeout, and is answered as soon as there are any. Each answer continues exactly where the last one ended, also after a restart of
anything, so no end of a payment is missed. The `message` notifications during an open request show changes earlier; nothing depends
on them.

After an error the first request has no timeout, so that changes are shown even if the node refuses waiting callers. The error is over
only when a request with a timeout is accepted.
"""

from __future__ import annotations

import json
from typing import Any

from watch_board import Board
from watch_view import Unreadable, View, plain, read

POLL = 60          # seconds a request stays open; it also stays so long in the node after we have quit
ACCEPTED = 3.0     # seconds; a request that stays open so long was not refused
EMPTY_PAUSE = 1.0   # a busy node answers waiting callers early, without changes; they must not all return at once
LONGEST_PAUSE = 10.0
CONNECTING = "connecting to the node"
PLUGIN_STOPPED = "Plugin terminated before replying to RPC call."  # lightningd/plugin.c
NO_SUCH_PAYMENT, BAD_PARAMETERS, UNKNOWN_COMMAND = 208, -32602, -32601


class Follow:
    def __init__(self, board: Board) -> None:
        self.board = board
        self.notice = CONNECTING    # for the user; empty if there is no error
        self.pause = 0.0            # seconds to wait before request() is sent
        self.cursor: str | None = None
        self._lookups: list[str] = []  # hashes whose end was not published
        self._failures = 0             # since a request with a timeout was accepted
        self._at_once = False          # the next request has no timeout
        self._waiting = False          # the open request has a timeout

    def request(self) -> dict[str, Any]:
        """Parameters of the next `trackpayments`."""
        self._waiting = False
        if self.cursor is None:
            return {}
        if self._lookups:
            return {"payment_hash": self._lookups[-1]}
        self._waiting = not self._at_once
        return {"since": self.cursor, "timeout": POLL if self._waiting else 0}

    def accepted(self) -> None:
        """The request has been open for ACCEPTED seconds, or was answered."""
        if self._waiting and self._failures:
            self._failures = 0
            self.notice = ""

    def result(self, result: Any) -> list[View]:
        """Takes the answer to request(); returns the payments that changed."""
        try:
            payments, cursor = list(result["payments"]), str(result["cursor"])
        except (KeyError, TypeError):
            self._again("cannot read the answer of trackpayments")
            return []
        self.accepted()
        if not self._failures:
            self.notice = ""
        self.pause = 0.0 if payments or not self._waiting else EMPTY_PAUSE
        views = []
        for payment in payments:
            try:
                views.append(read(payment))
            except Unreadable as error:  # the others can be shown
                self.notice = f"cannot read a payment: {error}"
        changed = [view for view in views if self.board.put(view)]
        if self.cursor is None:
            self.cursor = cursor
            self._lookups = sorted(self.board.unfinished() - {view.payment_hash for view in views})
            return changed
        if self._lookups:
            self._lookups.pop()
        else:
            self.cursor = cursor
            self._at_once = False
        return changed

    def message(self, params: Any) -> list[View]:
        """Takes a `message` notification; returns the payment if it changed."""
        try:
            view = read(json.loads(params["message"]))
        except (KeyError, TypeError, ValueError, RecursionError, Unreadable):
            return []  # the answer will have it too
        return [view] if self.board.put(view) else []

    def error(self, error: Any) -> None:
        """Takes an error instead of the answer to request()."""
        code, text = (error.get("code"), error.get("message")) if isinstance(error, dict) else (None, error)
        if self.cursor is not None and self._lookups:
            payment_hash = self._lookups.pop()
            if code == NO_SUCH_PAYMENT:
                self.board.forget_unfinished(payment_hash)
                self.pause = 0.0
                return
            self._lookups.insert(0, payment_hash)
        elif code == BAD_PARAMETERS and self.cursor is not None:
            self.cursor = None  # another node, or its database was restored
        if code == UNKNOWN_COMMAND:
            text = "the plugin trackpayments is not running"
        elif text == PLUGIN_STOPPED:
            text = "the plugin trackpayments stopped"
        self._again(plain(str(text)))

    def lost(self, why: str) -> None:
        """The connection was lost; the next connection sends request() again."""
        self._again(plain(why))

    def _again(self, why: str) -> None:
        self.pause = min(0.25 * 2 ** self._failures, LONGEST_PAUSE)
        self._failures = min(self._failures + 1, 16)
        self._at_once = True
        self.notice = f"{why.rstrip('.')}; trying again"
