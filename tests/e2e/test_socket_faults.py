"""Faults of the RPC socket: it refuses, hangs, sends a byte at a time, is cut in the middle of an answer, answers with unknown ids, or
twice. Waits are armed again, missed rows are fetched, unchanged payments are not published twice. (Lost between answers: test_reconnect;
malformed answers: test_bad_socket.)"""

from __future__ import annotations

import json
import os
import socket
import unittest
from typing import Any

from faults import ATTEMPT, CONTINUE, hook_answered, lies, unharmed
from fake_host import FakeHost, pending_row
from support import die_on_sigterm

DELPAY = {"id": 1, "method": "delpay", "params": ["ab" * 32, "complete"]}


def answer_to(host: FakeHost, token: Any) -> bytes:
    """The model's answer, as bytes."""
    request = token[1]
    answer = host.model.call(request["method"], request["params"], token)
    return json.dumps({"jsonrpc": "2.0", "id": request["id"], **answer}).encode() + b"\n\n"


class SocketFaults(unittest.TestCase):
    def nothing_twice(self, host: FakeHost) -> None:
        newest: dict[str, Any] = {}
        for payment in host.published():
            self.assertNotEqual(newest.get(payment["payment_hash"]), payment, "published twice though nothing changed")
            newest[payment["payment_hash"]] = payment
        self.assertEqual(lies(host), [])

    def test_a_refused_connection(self) -> None:
        with FakeHost(rows=[pending_row(1)]) as host:
            path = os.path.join(host.directory, "lightning-rpc")
            host.begin()
            host.wait(host.published, "the payment in flight")
            for _ in range(2):  # and again after it came back
                host.hang_up()
                with socket.socket(socket.AF_UNIX) as nobody:
                    nobody.bind(path)  # and does not listen
                host.wait(lambda: host.logs("unusual"), "the complaint")
                hook_answered(host)
                host.hook("h", DELPAY)
                self.assertEqual(host.reply("h")["result"], CONTINUE)
                missed = pending_row(host.model.counters["created"] + 1)
                host.model.insert(missed)
                os.unlink(path)
                host.listen()
                host.wait(lambda: host.published()[-1]["payment_hash"] == missed["payment_hash"], "the row of the outage")
                host.wait_armed()
            self.assertEqual(len(host.logs("unusual")), 2, "one complaint for each outage")
            unharmed(host)
            self.nothing_twice(host)

    def test_a_socket_that_accepts_and_never_answers(self) -> None:
        for silent in ("getinfo", "wait", "listsendpays"):
            with self.subTest(silent=silent), FakeHost(rows=[pending_row(n) for n in (1, 2)]) as host:
                asked: list[Any] = []
                host.answers[silent] = lambda params, token: asked.append(params)
                host.begin(waits=False)
                host.wait(lambda: asked, "the call")
                # Meanwhile it does everything that does not need that answer.
                for _ in range(5):
                    hook_answered(host)
                host.notify("sendpay_success", host.end(host.model.table[1], "complete"))
                host.barrier()
                self.assertEqual(host.logs("unusual"), [])
                host.answers.clear()
                host.hang_up()
                host.listen()
                host.wait_armed()
                host.wait(lambda: any(p["payment_index"] == "2" for p in host.published()), "the other")
                unharmed(host)
                self.nothing_twice(host)

    def test_a_socket_whose_queue_of_connections_is_full(self) -> None:
        with FakeHost() as host:
            host.begin()
            host.hang_up()
            path = os.path.join(host.directory, "lightning-rpc")
            with socket.socket(socket.AF_UNIX) as full, socket.socket(socket.AF_UNIX) as first, socket.socket(socket.AF_UNIX) as second:
                full.bind(path)
                full.listen(0)
                for one in (first, second):
                    one.setblocking(False)
                    one.connect_ex(path)  # takes the only place
                host.wait(lambda: host.logs("unusual"), "the complaint")
                for _ in range(20):
                    hook_answered(host)
            os.unlink(path)
            host.listen()
            host.wait_armed()
            self.assertLessEqual(len(host.logs("unusual")), 2, host.logs())
            unharmed(host)

    def test_answers_that_are_cut(self) -> None:
        # At many places: in the envelope, in a name, in a number, before the last brace.
        places = (1, 9, 40, 0.5, -4, -3)
        for method in ("getinfo", "wait", "listsendpays"):
            with self.subTest(method=method), FakeHost(rows=[pending_row(n) for n in (1, 2, 3)]) as host:
                cuts = list(places)
                ask = host.model.call

                def cut(params: Any, token: Any) -> Any:
                    if not cuts:
                        return ask(method, params, token)
                    answer = ask(method, params, token)
                    if answer is None:
                        return None
                    text = json.dumps({"jsonrpc": "2.0", "id": token[1]["id"], **answer}).encode() + b"\n\n"
                    place = int(len(text) * cuts[0]) if isinstance(cuts[0], float) else cuts[0]
                    try:
                        token[0].sock.sendall(text[:place])
                        token[0].sock.shutdown(socket.SHUT_RDWR)
                        cuts.pop(0)
                    except BrokenPipeError:
                        pass  # called before the last cut was noticed
                    return None

                host.answers[method] = cut
                host.begin(waits=False)
                host.wait(lambda: not cuts and len(host.published()) >= 3, "all payments, after all cuts")
                host.answers.clear()
                host.wait_armed()
                host.barrier()
                complaints = host.logs("unusual")
                self.assertTrue(all("RPC socket: " in line for line in complaints), complaints)
                self.assertLessEqual(len(complaints), 2 * len(places), complaints)
                self.assertEqual(sorted(p["payment_index"] for p in host.published()), ["1", "2", "3"], "each once")
                unharmed(host)
                self.nothing_twice(host)

    def test_an_answer_to_the_end_of_a_payment_that_is_cut(self) -> None:
        rows = [pending_row(n) for n in (1, 2, 3)]
        with FakeHost(rows=rows) as host:
            host.begin()
            host.wait(lambda: len(host.published()) == 3, "the payments in flight")
            for row in rows:
                # There is no notification: only the page that follows the wait shows the end, and that is cut.
                def cut(params: Any, token: Any) -> Any:
                    host.answers.clear()
                    text = answer_to(host, token)
                    token[0].sock.sendall(text[:len(text) - 20])
                    token[0].sock.shutdown(socket.SHUT_RDWR)

                host.answers["listsendpays"] = cut
                host.end(row, "complete")
                host.wait(lambda: host.published()[-1]["status"] == "SUCCEEDED", "success")
                self.assertEqual(host.published()[-1]["payment_hash"], row["payment_hash"])
                host.wait_armed()
                if row is not rows[-1]:
                    host.insert(pending_row(row["created_index"] + 10))
                    host.wait(lambda: host.published()[-1]["status"] == "IN_FLIGHT", "another begins")
            self.assertEqual(len(host.published()), 8)
            unharmed(host)
            self.nothing_twice(host)

    def test_answers_with_unknown_ids(self) -> None:
        with FakeHost(rows=[pending_row(1)]) as host:
            host.begin()
            host.wait(host.published, "the payment in flight")
            lie = {**pending_row(1), "status": "complete", "updated_index": 9, "payment_preimage": "11" * 32}
            result = json.dumps({"payments": [lie]}).encode()
            identities = [b'"trackpayments:listsendpays#99999"', b'"trackpayments:listsendpays#1"', b'"trackpayments:getinfo#0"',
                          b'"trackpayments:wait#-1"', b'""', b"1", b"null", b"true", b'"x\\u0000"', b'"' + b"y" * 100_000 + b'"',
                          b'{"a":1}', b"[]"]
            for identity in identities:
                with self.subTest(identity=identity[:40]):
                    before, waits = len(host.logs()), sum(method == "wait" for method, _ in host.calls)
                    host.clients[0].sock.sendall(b'{"jsonrpc":"2.0","id":%s,"result":%s}\n\n' % (identity, result))
                    host.wait(lambda: len(host.logs()) > before, "a complaint")
                    host.wait_armed()
                    host.barrier()
                    if identity[:1] not in b"{[":  # then the end of the message is not certain either, and the plugin reconnects
                        self.assertEqual(len(host.logs()), before + 1, "no call of ours is answered by it")
                        self.assertEqual(sum(method == "wait" for method, _ in host.calls), waits, "and none is repeated")
                    self.assertEqual([p["status"] for p in host.published()], ["IN_FLIGHT"])
            unharmed(host)
            self.nothing_twice(host)

    def test_answers_that_come_twice_or_to_the_wrong_call(self) -> None:
        with FakeHost(rows=[pending_row(1)]) as host:
            ask = host.model.call
            spoilt: list[str] = []

            def twice(params: Any, token: Any) -> Any:
                text = answer_to(host, token)
                spoilt.append("twice")
                return text + text

            host.answers["listsendpays"] = twice
            host.begin()
            host.wait(host.published, "the payment in flight")
            host.insert(pending_row(2))
            host.wait(lambda: len(host.published()) == 2, "the next")
            host.answers.clear()
            host.barrier()
            self.assertGreaterEqual(len(host.logs("unusual")), 2, "each second answer is logged")

            # A listing is answered with a wait's result, and a wait with a listing.
            def crossed(params: Any, token: Any) -> Any:
                del host.answers["listsendpays"]
                return {"result": {"subsystem": "sendpays", "created": 3}}

            host.answers["listsendpays"] = crossed
            host.insert(pending_row(3))
            host.wait(lambda: len(host.published()) == 3, "the payment all the same")

            def listing(params: Any, token: Any) -> Any:
                del host.answers["wait"]
                return ask("listsendpays", {}, token)

            host.answers["wait"] = listing
            host.insert(pending_row(4))
            host.wait(lambda: len(host.published()) == 4, "the payment all the same")
            host.wait_armed()
            unharmed(host)
            self.nothing_twice(host)

    def test_a_socket_that_sends_a_byte_at_a_time(self) -> None:
        with FakeHost(rows=[pending_row(n) for n in (1, 2)]) as host:
            def dribble(params: Any, token: Any) -> None:
                for byte in answer_to(host, token):
                    token[0].sock.sendall(bytes([byte]))
                token[0].sock.sendall(b" \n" * 50_000)

            host.answers["getinfo"] = host.answers["listsendpays"] = dribble
            host.begin()
            host.wait(lambda: len(host.published()) == 2, "the payments in flight")
            self.assertEqual(host.logs(), [])
            unharmed(host)
            self.nothing_twice(host)

    def test_a_half_closed_connection(self) -> None:
        for way in (socket.SHUT_WR, socket.SHUT_RD, socket.SHUT_RDWR):
            with self.subTest(way=way), FakeHost(rows=[pending_row(1)]) as host:
                host.begin()
                host.wait(host.published, "the payment in flight")
                host.clients[0].sock.shutdown(way)
                # The next write shows it: an error without a reader, end of file without a writer.
                row = pending_row(2)
                host.model.insert(row)
                host.model.fired.clear()
                host.notify("sendpay_success", {**row, "status": "pending"})
                host.wait(lambda: len(host.clients) > 1 or host.logs("unusual"), "a new connection")
                host.wait_armed()
                host.wait(lambda: any(p["payment_index"] == "2" for p in host.published()), "the missed row")
                unharmed(host)
                self.nothing_twice(host)

    def test_a_socket_that_closes_again_and_again(self) -> None:
        with FakeHost(rows=[pending_row(n) for n in range(1, 11)]) as host:
            host.begin(**{"trackpayments-failed-after": 3600})
            host.wait(lambda: len(host.published()) == 10, "the payments in flight")
            for number in range(1, 11):
                host.end(host.model.table[number], "complete" if number % 2 else "failed")
                host.insert(pending_row(10 + number))
                for client in list(host.clients):
                    client.sock.shutdown(socket.SHUT_RDWR)
                if number % 3 == 0:
                    host.wait_armed()
                hook_answered(host)
            host.wait_armed()

            def missing() -> list[tuple[str, str]]:
                newest = {a["attempt_id"]: a["status"] for p in host.published() for a in p["htlcs"]}
                return [(i, row["status"]) for i, row in host.model.table.items() if newest.get(str(i)) != ATTEMPT[row["status"]]]

            host.wait(lambda: not missing(), "all ends")
            unharmed(host)
            self.nothing_twice(host)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
