"""Malformed messages on stdin: each gives one line in the log with the error and its place, changes nothing, and ends nothing."""

from __future__ import annotations

import json
import unittest
from typing import Any

from fake_host import FakeHost, failure, pending_row
from support import die_on_sigterm

ROW = pending_row(1, "ab" * 32)
SUCCESS = {**ROW, "status": "complete", "updated_index": 1, "completed_at": ROW["created_at"], "payment_preimage": "11" * 32}


def notification(topic: str, params: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "method": topic, "params": params}).encode()


def success(**changes: Any) -> bytes:
    row = {name: value for name, value in (SUCCESS | changes).items() if value is not ...}
    return notification("sendpay_success", {"sendpay_success": row})


def failed(within: dict[str, Any] | None = None, **changes: Any) -> bytes:
    """`within`: changes of its data."""
    body = failure(ROW)
    body["data"] |= within or {}
    return notification("sendpay_failure", {"sendpay_failure": {n: v for n, v in (body | changes).items() if v is not ...}})


def spelt(name: str, number: str) -> bytes:
    """A number in a form that Python would not write."""
    return success(**{name: 987654321987}).replace(b"987654321987", number.encode())


# Input, and parts of the log line it must cause.
CASES: list[tuple[bytes, list[str]]] = [
    (b"nonsense", ["stdin"]),
    (b"[1,2,3]", ["stdin"]),
    (b'"a string"', ["stdin"]),
    (b"42", ["stdin"]),
    (b"}", ["stdin"]),
    (b"\xff\xfe\x00", ["stdin"]),
    (b"{}", ["stdin", "neither method nor id"]),
    (b'{"jsonrpc":"2.0"}', ["stdin", "neither method nor id"]),
    (b'{"jsonrpc":"2.0","method":7,"params":{}}', ["stdin", "method"]),
    (b'{"jsonrpc":"2.0","method":"","params":{}}', ["stdin", "method"]),
    (b'{"jsonrpc":"2.0" "method":"sendpay_success"}', ["stdin", "not a JSON object"]),
    (b'{"a":' + b"[" * 200 + b"]" * 200 + b"}", ["stdin", "128"]),
    (b'{"jsonrpc":"2.0","id":"no-such-call","result":{}}', ["stdin", "reply"]),
    (b'{"jsonrpc":"2.0","method":"sendpay_success"}', ["sendpay_success", "params"]),
    (b'{"jsonrpc":"2.0","method":"sendpay_success","params":{"sendpay_success":tru}}', ["sendpay_success", "params", "byte"]),
    (b'{"jsonrpc":"2.0","method":"pay_part_start","params":{"pay_part_start":{"x":"\xff"}}}', ["pay_part_start", "params", "byte"]),
    (notification("sendpay_success", 7), ["sendpay_success", "params", "not an object"]),
    (notification("sendpay_success", None), ["sendpay_success", "params", "not an object"]),
    (notification("sendpay_success", []), ["sendpay_success", "params", "not an object"]),
    (notification("sendpay_success", {}), ["params.sendpay_success", "missing"]),
    (notification("sendpay_success", {"sendpay_success": "x"}), ["params.sendpay_success", "not an object"]),
    (notification("sendpay_success", {"payload": {"sendpay_success": 1}}), ["params.payload.sendpay_success", "not an object"]),
    (success(payment_hash=...), ["params.sendpay_success.payment_hash", "missing"]),
    (success(payment_hash=12), ["params.sendpay_success.payment_hash", "not a string"]),
    (success(payment_hash="ab" * 31), ["params.sendpay_success.payment_hash", "32 byte"]),
    (success(payment_hash="zz" * 32), ["params.sendpay_success.payment_hash", "32 byte"]),
    (success(status="paid"), ["params.sendpay_success.status", "unknown status"]),
    (success(status=...), ["params.sendpay_success.status", "missing"]),
    (success(created_index=..., id=...), ["params.sendpay_success.id", "missing"]),
    (success(created_index=-1), ["params.sendpay_success.created_index", "unsigned"]),
    (success(created_index="1"), ["params.sendpay_success.created_index", "unsigned"]),
    (success(created_index=1.5), ["params.sendpay_success.created_index", "unsigned"]),
    (success(created_index=True), ["params.sendpay_success.created_index", "unsigned"]),
    (spelt("created_index", "18446744073709551616"), ["params.sendpay_success.created_index", "unsigned"]),
    (spelt("groupid", "1e400"), ["sendpay_success", "params"]),
    (success(groupid=-5), ["params.sendpay_success.groupid", "unsigned"]),
    (success(partid={}), ["params.sendpay_success.partid", "unsigned"]),
    (success(updated_index=[]), ["params.sendpay_success.updated_index", "unsigned"]),
    (success(amount_msat=-1), ["params.sendpay_success.amount_msat", "msat"]),
    (success(amount_sent_msat="12 sat"), ["params.sendpay_success.amount_sent_msat", "msat"]),
    (success(created_at="yesterday"), ["params.sendpay_success.created_at", "time"]),
    (success(completed_at=-3), ["params.sendpay_success.completed_at", "time"]),
    (success(payment_preimage="11"), ["params.sendpay_success.payment_preimage", "32 byte"]),
    (success(bolt11=5), ["params.sendpay_success.bolt11", "not a string"]),
    (failed(code="204"), ["params.sendpay_failure.code", "unsigned"]),
    (failed(code=...), ["params.sendpay_failure.code", "missing"]),
    (failed(message=3), ["params.sendpay_failure.message", "not a string"]),
    (failed(data=...), ["params.sendpay_failure.data", "missing"]),
    (failed({"failcode": 70000}), ["params.sendpay_failure.data.failcode"]),
    (failed({"failcode": "WIRE"}), ["params.sendpay_failure.data.failcode", "unsigned"]),
    (failed({"erring_index": -1}), ["params.sendpay_failure.data.erring_index", "unsigned"]),
    (failed({"erring_index": 2**40}), ["params.sendpay_failure.data.erring_index"]),
    (failed({"payment_hash": None}), ["params.sendpay_failure.data.payment_hash", "missing"]),
    (notification("pay_failure", {"pay_failure": {"payment_hash": 1}}), ["params.pay_failure.payment_hash", "not a string"]),
    (notification("pay_failure", {"pay_failure": {}}), ["params.pay_failure.payment_hash", "missing"]),
    (notification("pay_part_start", {"pay_part_start": {"payment_hash": "ab" * 32}}), ["params.pay_part_start.groupid", "missing"]),
    (notification("pay_part_start", {"pay_part_start": {"payment_hash": "ab" * 32, "groupid": 1, "partid": "x"}}),
     ["params.pay_part_start.partid", "unsigned"]),
]


class BadStdin(unittest.TestCase):
    def test_each_malformed_message_is_one_log_line_and_changes_nothing(self) -> None:
        with FakeHost() as host:
            host.begin()
            host.insert(ROW)
            host.wait(host.published, "the payment in flight")
            for sent, fragments in CASES:
                with self.subTest(sent=sent[:200]):
                    lines, published = len(host.logs()), len(host.published())
                    host.raw(sent + b"\n\n")
                    host.barrier()
                    new = host.logs("unusual")[lines:]
                    self.assertEqual(len(new), 1, new)
                    self.assertEqual([fragment for fragment in fragments if fragment not in new[0]], [], new[0])
                    self.assertEqual(len(host.logs()), len(host.logs("unusual")))
                    self.assertEqual(len(host.published()), published, "no state changed")
                    self.assertNotIn("11" * 32, new[0])
            host.raw(success() + b"\n\n")
            host.wait(lambda: host.published()[-1]["status"] == "SUCCEEDED", "success after all that")
            self.assertEqual(host.stop(), 0)

    def test_unknown_members_and_topics_are_ignored(self) -> None:
        with FakeHost() as host:
            host.begin()
            host.insert(ROW)
            host.wait(host.published, "the payment in flight")
            host.raw(notification("block_added", {"block_added": {"height": 1}}))
            host.raw(notification("made_up", []))
            host.raw(success(whatever=[{"a": None}], status="complete") + b'{"jsonrpc":"2.0","more":[1,{}],"method":"pay_failure","params":'
                     b'{"pay_failure":{"payment_hash":"' + b"cd" * 32 + b'","x":1e300}},"trailing":null}')
            host.wait(lambda: host.published()[-1]["status"] == "SUCCEEDED", "success")
            host.barrier()
            self.assertEqual(host.logs(), [])

    def test_an_unknown_name_is_not_logged(self) -> None:
        name = "5e" * 200
        with FakeHost() as host:
            host.begin()
            host.raw(b'{"method":"%s","params":{"a":tru}}\n\n{"id":1,"method":"%s","params":{"a":tru}}\n\n' % ((name.encode(),) * 2))
            host.barrier()
            self.assertEqual(len([line for line in host.logs() if "(a long text) refused: params" in line]), 1, "of the request")
            self.assertEqual([line for line in host.logs() if name in line], [])

    def test_blank_lines_and_line_breaks_are_allowed_anywhere(self) -> None:
        with FakeHost() as host:
            host.begin()
            host.insert(ROW)
            host.wait(host.published, "the payment in flight")
            text = json.dumps(json.loads(success()), indent=2).replace("\n", "\n\n \r\n\t").encode()
            for at in range(0, len(text), 7):
                host.raw(text[at:at + 7])
            host.wait(lambda: host.published()[-1]["status"] == "SUCCEEDED", "success")
            self.assertEqual(host.logs(), [])

    def test_a_message_without_an_end_is_dropped_at_the_end_of_the_stream(self) -> None:
        with FakeHost() as host:
            host.begin()
            host.raw(b'{"jsonrpc":"2.0","method":"sendpay_success","params":{"sendpay_success":{')
            self.assertEqual(host.stop(), 0)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
