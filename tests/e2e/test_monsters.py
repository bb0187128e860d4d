"""Extreme messages on stdin and on the RPC socket: of 50 MB, 200 000 levels deep, with bytes that are not UTF-8. The plugin survives each,
publishes nothing wrong, and publishes the next payment as usual. (Malformed messages: test_bad_stdin, test_bad_socket; odd numbers and
members: test_odd_rows.)"""

from __future__ import annotations

import json
import unittest
from typing import Any

from faults import CONTINUE, LONG, memory_mb, sanitized, unharmed, write
from fake_host import FakeHost, pending_row
from support import die_on_sigterm

HUGE = 50_000_000
DEEP = 200_000
KEPT_MB = 24  # at most so much more than before, after a huge message
ARRAYS = b"[" * DEEP + b"]" * DEEP
OBJECTS = b'{"a":' * DEEP + b"1" + b"}" * DEEP
NOTHING_TEXT = [b"\x00", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\\u0000", b"\\ud800", b"\\udc00\\ud800",
                "é\u202e\U0010ffff".encode(), b"\x1b[2J", b"\\n\\n{}"]


def notification(topic: bytes, params: bytes) -> bytes:
    return b'{"jsonrpc":"2.0","method":"%s","params":%s}\n\n' % (topic, params)


def call(identity: bytes, method: bytes, params: bytes) -> bytes:
    """A hook request; the call in it has id 1."""
    return b'{"jsonrpc":"2.0","id":"%s","method":"rpc_command","params":{"rpc_command":{"jsonrpc":"2.0","id":1,"method":"%s",' \
        b'"params":%s}}}\n\n' % (identity, method, params)


class Blunt(FakeHost):
    """Reads bytes that are not UTF-8 too: ids come back unchanged."""

    def output_came(self, text: bytes) -> None:
        self.texts.append(text)
        self.messages.append(json.loads(text.decode("utf-8", "surrogateescape"), strict=False))

    def complaints(self) -> list[str]:
        return []


class Monsters(unittest.TestCase):
    def huge(self, host: FakeHost, data: bytes, identity: str = "") -> None:
        before = memory_mb(host)
        write(host, data)
        if identity:
            self.assertEqual(host.reply(identity).get("result"), CONTINUE)
        unharmed(host)
        if not sanitized():
            self.assertLess(memory_mb(host), before + KEPT_MB, f"{memory_mb(host, 'VmHWM')} MB at the most")

    def test_fifty_megabytes_in_a_notification_are_survived(self) -> None:
        with FakeHost() as host:
            host.begin()
            row = host.insert(pending_row(1))
            success = {**row, "status": "complete", "payment_preimage": "11" * 32, "label": "x" * HUGE}
            del success["payment_hash"]
            self.huge(host, notification(b"sendpay_success", json.dumps({"sendpay_success": success}).encode()))
            self.assertIn("payment_hash", host.logs("unusual")[-1])
            if LONG:
                self.huge(host, notification(b"no_such_topic", b'{"x":"%s"}' % (b"x" * HUGE)))

    def test_fifty_megabytes_in_a_hook_request_are_survived(self) -> None:
        with FakeHost() as host:
            host.begin()
            self.huge(host, call(b"huge#1", b"pay", b'{"label":"%s"}' % (b"x" * HUGE)), "huge#1")
            if LONG:
                self.huge(host, call(b"huge#4", b"sendpay", b'{"label":"%s"}' % (b"x" * HUGE)), "huge#4")
                self.huge(host, call(b"huge#2", b"delpay", b'{"payment_hash":"%s"}' % (b"x" * HUGE)), "huge#2")
                self.huge(host, call(b"huge#3", b"pay", b'["%s"]' % (b"x" * HUGE)), "huge#3")

    @unittest.skipUnless(LONG, "takes a minute: TRACKPAYMENTS_LONG=yes")
    def test_fifty_megabytes_in_an_answer_of_the_node_are_survived(self) -> None:
        with FakeHost() as host:
            host.begin()
            before = memory_mb(host)
            ask = host.model.call
            host.answers["listsendpays"] = lambda params, token: (host.answers.clear(), ask("listsendpays", params, token))[1]
            row = host.insert(pending_row(1, label="x" * HUGE))
            host.wait(host.published, "the payment with the label")
            host.model.table[1] = {**row, "label": "short"}
            unharmed(host)
            if not sanitized():
                self.assertLess(memory_mb(host), before + KEPT_MB)

    def test_deep_nesting_in_a_notification_is_survived(self) -> None:
        with FakeHost() as host:
            host.begin()
            for depth in (ARRAYS, OBJECTS):
                for data in (notification(b"sendpay_success", depth), notification(b"no_such_topic", depth),
                             notification(b"sendpay_failure", b'{"sendpay_failure":{"code":204,"data":%s}}' % depth)):
                    before = len(host.logs())
                    write(host, data)
                    unharmed(host)
                    self.assertEqual(len(host.logs()), before + 1, host.logs()[before:])
                    self.assertIn("deeper than", host.logs("unusual")[-1])

    def test_deep_nesting_in_a_hook_request_holds_no_command(self) -> None:
        with FakeHost() as host:
            host.begin()
            for number, depth in enumerate((ARRAYS, OBJECTS)):
                for method in (b"sendpay", b"delpay", b"pay"):
                    with self.subTest(method=method, depth=depth[:1]):
                        identity = "deep#%d%s" % (number, method.decode())
                        write(host, call(identity.encode(), method, depth))
                        unharmed(host)
                        answers = [m.get("result") for m in host.messages if m.get("id") == identity]
                        self.assertEqual(answers, [CONTINUE], "lightningd waits for this answer for ever")

    def test_deep_nesting_in_an_answer_of_the_node_is_survived(self) -> None:
        for depth in (ARRAYS, OBJECTS):
            for method in ("getinfo", "wait", "listsendpays"):
                with self.subTest(method=method, depth=depth[:1]), FakeHost(rows=[pending_row(1)]) as host:
                    def spoil(params: Any, token: Any) -> bytes:
                        host.answers.clear()
                        return b'{"jsonrpc":"2.0","id":"%s","result":%s}\n\n' % (token[1]["id"].encode(), depth)

                    host.answers[method] = spoil
                    host.begin()
                    host.wait(lambda: host.published() and host.logs(), "the payment in flight, and a complaint")
                    self.assertIn("RPC socket", host.logs("unusual")[0])
                    unharmed(host)

    def test_bytes_that_are_not_utf8_are_survived_in_labels_and_messages(self) -> None:
        with Blunt() as host:
            host.begin()
            for text in NOTHING_TEXT:
                with self.subTest(text=text):
                    index = host.model.counters["created"] + 1
                    row = host.insert(pending_row(index))
                    host.wait(lambda: host.published() and host.published()[-1]["payment_hash"] == row["payment_hash"],
                              "the payment in flight")
                    body = json.dumps({**row, "label": "HERE", "description": "HERE", "status": "pending"}).encode()
                    host.raw(notification(b"sendpay_success", b'{"sendpay_success":%s}' % body.replace(b"HERE", text)))
                    host.raw(notification(b"sendpay_failure", b'{"sendpay_failure":{"code":"x","message":"%s","data":%s}}'
                                          % (text, body.replace(b"HERE", text))))
                    host.raw(notification(text, b'{"%s":1}' % text))
                    # The row has it too: with or without the listing, the end is published.
                    host.model.table[index] = {**row, "label": text.decode("utf-8", "replace"), "bolt11": "lnbcrt1\0"}
                    host.notify("sendpay_success", host.end(row, "complete"))
                    host.wait(lambda: host.published()[-1]["status"] == "SUCCEEDED", "success")
                    unharmed(host)

    def test_bytes_that_are_not_utf8_come_back_unchanged_in_ids(self) -> None:
        with Blunt() as host:
            host.begin()
            for text in NOTHING_TEXT:
                with self.subTest(text=text):
                    before = len(host.texts)
                    host.raw(call(b"id-" + text, b"sendpay", b'{"payment_hash":"%s"}' % (b"ab" * 32)))
                    host.raw(call(b"plain", b"sendpay", b'{"label":"%s"}' % text))
                    host.raw(b'{"jsonrpc":"2.0","id":"u-%s","method":"%s","params":{}}' % (text, text if text[:1] != b"\\" else b"u"))
                    host.barrier()
                    new = host.texts[before:]
                    self.assertEqual(sum(b'"id":"id-' + text + b'","result":{"result":"continue"}' in t for t in new), 1, "unchanged")
                    self.assertEqual(sum(b'"id":"plain","result":{"result":"continue"}' in t for t in new), 1)
                    self.assertEqual(sum(b'"id":"u-' + text + b'","error":' in t for t in new), 1)
                    unharmed(host)

    def test_bytes_that_are_not_utf8_are_survived_in_an_answer_of_the_node(self) -> None:
        with FakeHost() as host:
            host.begin()
            ask = host.model.call
            for text in NOTHING_TEXT:
                with self.subTest(text=text):
                    def spoil(params: Any, token: Any) -> Any:
                        answer = ask("listsendpays", params, token)
                        if "payment_hash" not in params:  # an unreadable page is requested again, a second later
                            return answer
                        host.answers.clear()
                        return json.dumps({"jsonrpc": "2.0", "id": token[1]["id"], **answer}).encode().replace(b"HERE", text) + b"\n\n"

                    host.answers["listsendpays"] = spoil
                    row = host.insert(pending_row(host.model.counters["created"] + 1, label="HERE"))
                    host.wait(lambda: host.published() and host.published()[-1]["payment_hash"] == row["payment_hash"], "the payment")
                    self.assertEqual(host.answers, {}, "the spoilt answer was given")
                    host.notify("sendpay_success", host.end(row, "complete"))
                    host.wait(lambda: host.published()[-1]["status"] == "SUCCEEDED", "success")
                    unharmed(host)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
