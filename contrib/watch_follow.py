"""How contrib/watch follows a node, decided apart from sockets and clocks: what to ask next, what came, when to try again.

It asks `trackpayments` once for what is in flight and a cursor, and from then on always for what changed `since` the newest cursor it was
given, with a timeout: the answer comes as soon as there is news. Every answer goes on exactly where the one before ended, whatever
stopped or was restarted in between, so no end of a payment is missed. The `message` lines that come while a question is open show
what happens at once; nothing depends on them.

After trouble it asks for an answer at once first, so that changes are shown even where nobody may wait. The trouble is over only when
a question with a timeout was accepted.
"""

from __future__ import annotations

import json
from typing import Any

from watch_board import Board
from watch_view import Unreadable, View, plain, read

POLL = 60          # seconds a question stays open: also how long one stays with the node after we are gone
ACCEPTED = 3.0     # seconds: a question that stays open so long was not refused
EMPTY_PAUSE = 1.0   # a busy node sends waiting callers away early, without news; they must not all come back at once
LONGEST_PAUSE = 10.0
BEGINNING = "asking the node"
NO_SUCH_PAYMENT, BAD_PARAMETERS, UNKNOWN_COMMAND = 208, -32602, -32601


class Follow:
    def __init__(self, board: Board) -> None:
        self.board = board
        self.notice = BEGINNING     # what the user should know; empty when all is well
        self.pause = 0.0            # seconds to wait before request() is sent
        self.cursor: str | None = None
        self._lookups: list[str] = []  # hashes whose end nobody told
        self._failures = 0             # since a question with a timeout was accepted
        self._at_once = False          # ask for an answer at once before waiting again
        self._waiting = False          # the open question has a timeout

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
        """The question has been open for ACCEPTED seconds, or was answered."""
        if self._waiting and self._failures:
            self._failures = 0
            self.notice = ""

    def result(self, result: Any) -> list[View]:
        """The answer to request(); what looks different now."""
        try:
            payments, cursor = list(result["payments"]), str(result["cursor"])
        except (KeyError, TypeError):
            self._again("trackpayments answered what I do not understand")
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
                self.notice = f"a payment that I do not understand: {error}"
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
        """A `message` notification; what looks different now."""
        try:
            view = read(json.loads(params["message"]))
        except (KeyError, TypeError, ValueError, RecursionError, Unreadable):
            return []  # the answer will tell it again
        return [view] if self.board.put(view) else []

    def error(self, error: Any) -> None:
        """Instead of the answer to request()."""
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
            text = "the plugin trackpayments does not run"
        self._again(plain(str(text)))

    def lost(self, why: str) -> None:
        """The connection; request() is the right question for the next one too."""
        self._again(plain(why))

    def _again(self, why: str) -> None:
        self.pause = min(0.25 * 2 ** self._failures, LONGEST_PAUSE)
        self._failures = min(self._failures + 1, 16)
        self._at_once = True
        self.notice = f"{why}; trying again"
