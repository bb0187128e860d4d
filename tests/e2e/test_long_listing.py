"""A hundred thousand rows are listed in pages of at most 100, one page at a time. A hook request is answered before the next page is
requested, also while lightningd does not read."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import unittest
from typing import Any

from fake_host import BOUND, FakeHost, failure, pending_row
from support import die_on_sigterm
from test_urgent import BLOCK, CONTINUE, hook

ROWS = 100_000
PAGE = 100  # rows_a_turn in src/cln/row_slices.hpp
HELD = "ab" * 32  # its newest row is in flight; the others are of the same part, deleted and replaced long ago


def row(index: int) -> bytes:
    """One row in a hundred is a payment that was not published yet."""
    if index % PAGE:
        return (b'{"created_index":%d,"id":%d,"payment_hash":"%s","groupid":1,"partid":1,"status":"failed","amount_sent_msat":1000,'
                b'"created_at":1700000000,"completed_at":1700000001,"updated_index":%d}' % (index, index, HELD.encode(), index))
    return (b'{"created_index":%d,"id":%d,"payment_hash":"%064x","groupid":1,"status":"complete","amount_msat":1000,'
            b'"amount_sent_msat":1000,"created_at":1700000000,"completed_at":1700000001,"payment_preimage":"%064x","updated_index":%d}'
            % (index, index, index, index, index))


def together(host: FakeHost, sock: socket.socket, data: bytes, identity: str) -> None:
    """An answer on the socket and a hook request: the plugin reads both in one turn of its loop, the answer first."""
    os.kill(host.child.pid, signal.SIGSTOP)
    os.waitpid(host.child.pid, os.WUNTRACED)
    try:
        sock.sendall(data)
        host.raw(hook(identity))
    finally:
        os.kill(host.child.pid, signal.SIGCONT)


class Listing:
    """Answers listsendpays by index from rows made before, and sends a hook request with each page: the plugin must answer it before it
    requests another page. `blocked`: pages during which the output is not read."""

    def __init__(self, host: FakeHost, rows: list[bytes], blocked: range = range(0)):
        self.host, self.rows, self.blocked = host, rows, blocked
        self.pages = 0
        self.wrong: list[str] = []
        self.unblocked_at = 0  # number of messages read before
        self._looked = 0
        self._alone = True
        self._unanswered: set[str] = set()
        host.answers["listsendpays"] = self.answer

    def answer(self, params: dict[str, Any], token: Any) -> Any:
        identity = json.dumps(token[1]["id"]).encode()
        if params.get("payment_hash") == HELD:
            return self.host.model.call("listsendpays", params, token)
        if "payment_hash" in params:
            index = int(params["payment_hash"], 16)
            return b'{"jsonrpc":"2.0","id":%s,"result":{"payments":[%s]}}\n\n' % (identity, self.rows[index - 1])
        if params.get("limit", ROWS) > PAGE or not self._alone:
            self.wrong.append(f"requested {params}" + " while another page was not answered" * (not self._alone))
        if params.get("index") != "updated" or params["start"] == 0:
            return self.host.model.call("listsendpays", params, token)
        self.look()
        name = f"page {self.pages}"
        self._unanswered.add(name)
        self.pages += 1
        first = params["start"] - 1
        page = b",".join(self.rows[first:first + params.get("limit", ROWS)])
        together(self.host, token[0].sock, b'{"jsonrpc":"2.0","id":%s,"result":{"payments":[%s]}}\n\n' % (identity, page), name)
        return None

    def look(self) -> None:
        """Gives no further rows before the hook is answered, unless the output is blocked."""
        if self.pages in self.blocked:
            return self.host.read_output(False)
        if self.pages - 1 in self.blocked:
            self.unblocked_at = len(self.host.messages)
            self.host.read_output(True)
        while not self.answered():
            if not select.select([self.host.child.stdout], [], [], BOUND)[0]:
                raise AssertionError(f"hook requests {sorted(self._unanswered)[:5]} are not answered before page {self.pages}")
            self.host._read_output()
        if self.pages % 50 == 1:
            self._alone = False
            self.host.barrier()  # time enough to request a second page
            self._alone = True

    def answered(self) -> bool:
        for message in self.host.messages[self._looked:]:
            if "id" in message and message["id"] in self._unanswered and message["result"] == CONTINUE:
                self._unanswered.remove(message["id"])
        self._looked = len(self.host.messages)
        return not self._unanswered


class LongListing(unittest.TestCase):
    rows: list[bytes] = []

    @classmethod
    def setUpClass(cls) -> None:
        cls.rows = [row(index) for index in range(1, ROWS + 1)]

    def following(self, host: FakeHost) -> None:
        """Begins with the newest row known, and no change since."""
        host.begin()
        host.wait(lambda: host.published(), "the payment in flight")

    def catch_up(self, host: FakeHost, listing: Listing, count: int) -> None:
        """So many rows change at once; each new payment among them is published."""
        host.model._count("updated", count, pending_row(ROWS + 1, HELD))
        host.fire()
        host.wait(lambda: listing.wrong or listing.pages == count // PAGE, "the last page")
        self.assertEqual(listing.wrong, [])
        host.wait(lambda: len(host.published("trackpayments_final")) == count // PAGE, "the last payment")

    def test_every_page_is_short_and_hooks_are_answered_between_pages(self) -> None:
        for version, count, blocked in (("v26.06.6", ROWS, range(300, 600)), ("v23.11", ROWS // 20, range(0))):
            with self.subTest(version=version), FakeHost(version, [pending_row(ROWS + 1, HELD, partid=1)]) as host:
                listing = Listing(host, self.rows, blocked)
                self.following(host)
                self.catch_up(host, listing, count)
                host.wait(listing.answered, "the answers to all hooks")
                self.assertEqual(listing.wrong, [])
                self.assertEqual(listing.pages, count // PAGE)
                asked = [params for method, params in host.calls if method == "listsendpays" and "payment_hash" not in params]
                self.assertGreaterEqual(len(asked), listing.pages)
                self.assertEqual([params for params in asked if params.get("limit", ROWS) > PAGE], [])
                if blocked:
                    self.assert_overtaken(host, listing)
                    self.since(host, listing)

    def assert_overtaken(self, host: FakeHost, listing: Listing) -> None:
        """Hooks during the blocked pages were answered before the queued messages."""
        names = {f"page {n}" for n in listing.blocked}
        places = [n for n, m in enumerate(host.messages) if m.get("id") in names and n >= listing.unblocked_at]
        ahead = sum(len(host.texts[n]) + 2 for n in range(listing.unblocked_at, places[-1]) if host.messages[n].get("id") not in names)
        self.assertLess(ahead, 3 * BLOCK + max(map(len, host.texts)), "only the rest of the write in progress comes before")
        self.assertGreater(len(places), len(names) // 2)
        waited = sum(len(text) + 2 for text in host.texts[listing.unblocked_at:])
        self.assertGreater(waited, 8 * BLOCK, "many messages were queued")

    def since(self, host: FakeHost, listing: Listing) -> None:
        """A consumer that was away calls `since` for the last fifth of the rows."""
        before = listing.pages
        node, run, created, _ = next(m["params"]["cursor"] for m in reversed(host.messages) if "cursor" in m.get("params", {})).split(".")
        cursor, payments = f"{node}.{run}.{created}.{ROWS - ROWS // 5}", set()
        while True:
            answer = host.request("trackpayments", {"since": cursor})["result"]
            payments |= {payment["payment_hash"] for payment in answer["payments"]}
            cursor = answer["cursor"]
            if not answer.get("more"):
                break
        self.assertEqual(len(payments - {HELD}), ROWS // 5 // PAGE)
        self.assertGreaterEqual(listing.pages - before, ROWS // 5 // PAGE)
        host.wait(listing.answered, "the answers to all hooks")
        self.assertEqual(listing.wrong, [])

    def test_one_answer_with_very_many_rows_is_handled_in_slices(self) -> None:
        """A hash with so many attempts is listed without pages. The answer and a hook request arrive before the plugin has handled
        either."""
        groups = b",".join(text.replace(b'"groupid":1', b'"groupid":%d' % (n + 2), 1) for n, text in enumerate(self.rows[:ROWS // 5])
                           if n % PAGE != PAGE - 1)
        with FakeHost() as host:
            host.begin()

            def answer(params: dict[str, Any], token: Any) -> bytes | None:
                if params.get("payment_hash") != HELD:
                    return None
                data = b'{"jsonrpc":"2.0","id":%s,"result":{"payments":[%s]}}\n\n' % (json.dumps(token[1]["id"]).encode(), groups)
                token[0].sock.sendall(data[:-3])
                together(host, token[0].sock, data[-3:], "in between")
                return None

            host.answers["listsendpays"] = answer
            host.notify("sendpay_failure", failure(pending_row(ROWS + 1, HELD, partid=1)))
            host.wait(host.published, "the payment")
            host.reply("in between")
            order = [name for m in host.messages if (name := m.get("id", m.get("method"))) in ("in between", "trackpayments")]
            self.assertEqual(order, ["in between", "trackpayments"], "the hook waited until all rows of the answer were handled")


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
