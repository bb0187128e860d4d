"""Malformed messages on the RPC socket: each is logged, usable parts are used, and the plugin goes on."""

from __future__ import annotations

import json
import unittest
from typing import Any

from fake_host import FakeHost, pending_row
from support import die_on_sigterm


def reply(token: Any, rest: bytes) -> bytes:
    """A reply whose remaining bytes come from the test."""
    return b'{"jsonrpc":"2.0","id":%s,%s}\n\n' % (json.dumps(token[1]["id"]).encode(), rest)


# Answers to the listing of a group, and parts of the complaint.
LISTINGS: list[tuple[bytes, list[str]]] = [
    (b'"result":7', ["listsendpays", "result"]),
    (b'"result":null', ["listsendpays", "result"]),
    (b'"result":{}', ["listsendpays", "result.payments"]),
    (b'"result":{"payments":{}}', ["listsendpays", "result.payments"]),
    (b'"result":{"payments":[tru]}', ["listsendpays", "byte"]),
    (b'"result":{"payments":["\xff"]}', ["listsendpays", "byte"]),
    (b'"result":{"payments":[1e999]}', ["listsendpays"]),
    (b'"result":{"payments":[{}]}', ["listsendpays", "result.payments[0].payment_hash", "missing"]),
    (b'"result":{"payments":[[]]}', ["listsendpays", "result.payments[0]", "not an object"]),
]


class BadSocket(unittest.TestCase):
    def test_an_unreadable_listing_is_logged_and_the_payment_is_published_without_it(self) -> None:
        for text, fragments in LISTINGS:
            with self.subTest(text=text), FakeHost() as host:
                host.begin()
                ask = host.model.call
                host.answers["listsendpays"] = lambda params, token: reply(token, text) if "payment_hash" in params \
                    else ask("listsendpays", params, token)
                row = host.insert(pending_row(1))
                host.wait(host.published, "the payment, as far as it is known")
                lines = host.logs("unusual")
                self.assertEqual(len(lines), 1, lines)
                self.assertEqual([fragment for fragment in fragments if fragment not in lines[0]], [], lines[0])
                host.notify("sendpay_success", host.end(row, "complete"))
                host.wait(lambda: host.published()[-1]["status"] == "SUCCEEDED", "success")
                self.assertEqual(len(host.logs()), 1)

    def test_a_call_whose_answer_is_no_message_is_repeated(self) -> None:
        for method in ("getinfo", "wait", "listsendpays"):
            with self.subTest(method=method), FakeHost(rows=[pending_row(1)]) as host:
                def spoil(params: Any, token: Any) -> bytes:
                    host.answers.clear()
                    return b'{"jsonrpc" "2.0"}\n\n'

                host.answers[method] = spoil
                host.begin()
                host.wait(lambda: host.published() and host.logs(), "the payment, and a complaint")
                host.wait_armed()
                self.assertEqual(len(host.logs("unusual")), 1, host.logs())
                self.assertIn("RPC socket: not a JSON object", host.logs()[0])

    def test_of_two_rows_the_good_one_is_used(self) -> None:
        with FakeHost() as host:
            host.begin()
            rows = [pending_row(1, partid=1), pending_row(2, f"{1:064x}", partid=2)]
            host.model.table |= {1: rows[0] | {"status": "unheard of"}}
            host.insert(rows[1])
            host.wait(host.published, "the payment")
            host.barrier()
            self.assertEqual([a["attempt_id"] for a in host.published()[-1]["htlcs"]], ["2"])
            for line in host.logs("unusual"):
                self.assertIn("result.payments[0].status: an unknown status", line)
            self.assertTrue(host.logs("unusual"))

    def test_stray_bytes_and_messages_are_logged_and_skipped(self) -> None:
        stray = [(b"no-json-at-all\n\n", "RPC socket"), (b"}\n\n", "RPC socket"), (b"[]\n\n", "RPC socket"), (b"{}\n\n", "RPC socket"),
                 (b'{"jsonrpc":"2.0","id":"who?","result":{}}\n\n', "RPC socket"),
                 (b'{"jsonrpc":"2.0","method":"hello","params":{}}\n\n', "RPC socket"),
                 (b'{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"x"}}\n\n', "RPC socket")]
        with FakeHost() as host:
            host.begin()
            for data, fragment in stray:
                with self.subTest(data=data):
                    before = len(host.logs())
                    host.clients[0].sock.sendall(data)
                    host.wait(lambda: len(host.logs()) > before, "a complaint")
                    host.wait_armed()
                    # A later row shows that the plugin reads on.
                    row = host.insert(pending_row(host.model.counters["created"] + 1))
                    host.wait(lambda: host.published() and host.published()[-1]["payment_hash"] == row["payment_hash"], "the next payment")
                    new = host.logs("unusual")[before:]
                    self.assertEqual(len(new), 1, new)
                    self.assertIn(fragment, new[0])

    def test_errors_of_any_shape_are_survived(self) -> None:
        for error in (b'"error":{"code":-1,"message":"busy"}', b'"error":7', b'"error":{}', b'"error":{"code":"x","message":[]}',
                      b'"error":null', b'"x":1', b'"error":{"code":1e99,"message":"\xff"}'):
            with self.subTest(error=error), FakeHost() as host:
                for method in ("getinfo", "listsendpays"):
                    host.answers[method] = lambda params, token: reply(token, error)
                host.begin(startup=False)
                row = host.insert(pending_row(1))
                host.notify("sendpay_success", host.end(row, "complete"))
                host.wait(lambda: host.published() and host.published()[-1]["status"] == "SUCCEEDED", "success")
                host.barrier()
                self.assertEqual(host.stop(), 0)

    def test_an_invalid_node_id_leaves_zeros_in_the_cursor(self) -> None:
        with FakeHost() as host:
            host.answers["getinfo"] = lambda params, token: {"result": {"id": "not an id"}}
            host.begin()
            host.insert(pending_row(1))
            host.wait(host.published, "the payment")
            cursor = next(m["params"]["cursor"] for m in host.messages if m.get("method") == "trackpayments")
            self.assertTrue(cursor.startswith("00000000."), cursor)
            self.assertEqual(len(host.logs("unusual")), 1)
            self.assertIn("getinfo", host.logs("unusual")[0])

    def test_a_wait_is_repeated_after_a_bad_answer(self) -> None:
        for bad in ({"result": {"subsystem": "sendpays", "created": "one"}}, {"result": []}, {"error": {"code": -1, "message": "busy"}}):
            with self.subTest(bad=bad), FakeHost() as host:
                host.begin()
                (client, request), = [token for token, index, _ in host.model.blocked if index == "created"]
                host.model.blocked = [entry for entry in host.model.blocked if entry[1] != "created"]
                client.sock.sendall(json.dumps({"jsonrpc": "2.0", "id": request["id"], **bad}).encode() + b"\n\n")
                host.wait(lambda: host.logs("unusual"), "a complaint")
                host.wait_armed()
                host.insert(pending_row(1))
                host.wait(host.published, "a payment made afterwards")

    def test_answers_in_pieces_and_many_in_one_are_read(self) -> None:
        with FakeHost(rows=[pending_row(n) for n in range(1, 30)]) as host:
            held: list[bytes] = []
            ask = host.model.call

            def gather(params: Any, token: Any) -> Any:
                answer = ask("listsendpays", params, token)
                held.append(json.dumps({"id": token[1]["id"], **answer}, indent=1).replace("\n", "\n\n").encode())

            host.answers["listsendpays"] = gather
            host.begin()
            seen = 0
            while len(host.published()) < 29:
                host.wait(lambda: held or len(host.published()) == 29, "a call")
                data, held[:] = b"".join(reversed(held)), []
                for at in range(0, len(data), 1000):
                    host.clients[0].sock.sendall(data[at:at + 1000])
                seen += 1
            self.assertEqual(host.logs("unusual"), [])
            self.assertGreater(seen, 1)

    def test_a_counter_that_goes_back_is_logged(self) -> None:
        with FakeHost(rows=[pending_row(7)]) as host:
            host.begin()
            host.wait(host.published, "the payment")
            host.hang_up()
            host.model.counters["created"] = 3
            host.listen()
            host.wait_armed()
            host.wait(lambda: any("went back" in line for line in host.logs("unusual")), "the complaint")
            host.insert(pending_row(4))
            host.wait(lambda: host.published()[-1]["payment_index"] == "4", "a payment of the restored database")


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
