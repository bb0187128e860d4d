"""WebSockets: every REST path can be asked for by one, as in LND. The npm package `ws`, and a client by hand that sees each byte."""

from __future__ import annotations

import contextlib
import socket
import unittest
from typing import Any, Callable, Iterator

from beside import BesideStage  # first: it makes the others importable
from lnd_stage import LND, LndStage, die_on_sigterm, wait_until

import clients
import rest_client
import traffic
from test_clients import path_of
from test_resume import since
from test_slow import ScriptedStage, last_states, out_of_order
from websocket_client import BINARY, CLOSE, PING, PONG, TEXT, WebSocket, close, frame, upgrade

UNKNOWN = rest_client.TRACK_PAYMENT + "q" * 42 + "o="


def error(code: int, message: str) -> dict[str, Any]:
    return {"code": code, "message": message, "details": []}


class Base(unittest.TestCase):
    stage: LndStage

    @contextlib.contextmanager
    def client(self, **more: Any) -> Iterator[Callable[..., WebSocket]]:
        """Opens WebSockets."""
        with self.stage.rest(**more) as rest:
            def open_one(path: str, *headers: str, first: bytes = b"") -> WebSocket:
                own = [f"Grpc-Metadata-Macaroon: {rest.macaroon}"] if rest.macaroon is not None else []
                return WebSocket(rest.connect(), path, [*own, *headers], first)

            yield open_one

    def settled(self) -> dict[str, Any]:
        return self.stage.wait_status(self.stage.pay(1_000_000), "SUCCEEDED")


class WebSockets(Base):
    @classmethod
    def setUpClass(cls) -> None:
        cls.stage = cls.enterClassContext(BesideStage(slower=30))
        cls.stage.allowed = ["closed a connection of 127.0.0.1"]
        cls.stage.wait_active()

    def setUp(self) -> None:
        self.stage.put_forward(61)  # the log has a limit for a minute, and an address is slowed for one

    def test_every_client_gets_every_payment(self) -> None:
        stage = self.stage
        held = traffic.hold_two(stage)
        expected = stage.in_flight()
        first = len(stage.snapshots())
        shown = stage.show()
        with self.client() as open_one, contextlib.ExitStack() as programs:
            def node(address: str, *arguments: str) -> clients.Program:
                return programs.enter_context(clients.node(stage, "websocket.mjs", address, *arguments))

            by_hand = open_one(rest_client.TRACK_PAYMENTS + "?method=GET")
            readers = [node(shown["restlisten"][0], rest_client.TRACK_PAYMENTS + "?method=GET", "header"),
                       node(shown["rpclisten"][0], rest_client.TRACK_PAYMENTS, "subprotocol")]
            for reader in (by_hand, *readers):
                reader.wait(len(expected))
            for invoice in held:
                stage.release(invoice)
                stage.wait_status(invoice, "SUCCEEDED")
            self.settled()
            stage.barrier()
            expected = expected + stage.snapshots()[first:]
            self.assertEqual(by_hand.wait(len(expected)), [{"result": payment} for payment in expected])
            self.assertEqual({opcode for opcode, _ in by_hand.frames}, {TEXT})
            for reader, subprotocol in zip(readers, (None, "Grpc-Metadata-Macaroon+" + stage.macaroon())):
                lines = reader.wait(len(expected) + 1)
                self.assertEqual([line for line in lines if "pong" in line], [{"pong": "are you there?", "subprotocol": subprotocol}])
                self.assertEqual([line for line in lines if "message" in line],
                                 [{"message": {"result": payment}, "isBinary": False} for payment in expected])
            self.assertEqual([(call["surface"], call["messages"]) for call in stage.show()["calls"]], [("rest", len(expected))] * 3)
            one = path_of(expected[-1]["payment_hash"])
            for place in ("header", "subprotocol"):
                lines = node(shown["restlisten"][0], one, place).finish()
                self.assertEqual([line for line in lines if "pong" not in line],
                                 [{"message": {"result": expected[-1]}, "isBinary": False}, {"closed": 1000}])

    def test_answers_end_with_1000_and_errors_come_as_messages(self) -> None:
        with self.client() as open_one, self.client(macaroon=None) as without, self.client(macaroon="zz") as bad, self.stage.rest() as rest:
            for answer, expected in (
                    (open_one(rest_client.GET_INFO), rest.get(rest_client.GET_INFO)[1]),
                    (without(rest_client.GET_STATE), {"state": "SERVER_ACTIVE"}),
                    (without(rest_client.TRACK_PAYMENTS), {"error": error(2, "expected 1 macaroon, got 0")}),
                    (without(rest_client.GET_INFO), error(2, "expected 1 macaroon, got 0")),
                    (bad(rest_client.TRACK_PAYMENTS), {"error": error(2, "encoding/hex: invalid byte: U+007A 'z'")}),
                    (open_one(UNKNOWN), {"error": error(5, "payment isn't initiated")}),
                    (open_one("/v2/nothing"), error(5, "Not Found")),
                    (open_one(rest_client.GET_INFO + "?method=DELETE"), error(12, "Method Not Allowed")),
                    (open_one(rest_client.GET_INFO + "?method=POST", first=frame(TEXT, b"{}")), error(12, "Method Not Allowed")),
                    (open_one(rest_client.TRACK_PAYMENTS + "?no_inflight_updates=7"),
                     error(3, 'parsing field "no_inflight_updates": strconv.ParseBool: parsing "7": invalid syntax'))):
                self.assertEqual(answer.wait_close(), 1000)
                self.assertEqual(answer.lines(), [expected])

    def test_subprotocols(self) -> None:
        macaroon = "Grpc-Metadata-Macaroon+" + self.stage.macaroon()
        with self.client(macaroon=None) as open_one:
            for offered, chosen in ((macaroon, macaroon), (f"chat, {macaroon}", macaroon), ("chat, other", "chat")):
                answer = open_one(rest_client.GET_INFO, f"Sec-WebSocket-Protocol: {offered}")
                self.assertEqual(answer.subprotocol, chosen)
                self.assertEqual(answer.wait_close(), 1000)
                self.assertEqual("identity_pubkey" in answer.lines()[0], macaroon == chosen)
            self.assertIsNone(open_one(rest_client.GET_STATE).subprotocol)

    def test_refused_handshakes(self) -> None:
        good = upgrade(rest_client.TRACK_PAYMENTS, "a", [], "dGhlIHNhbXBsZSBub25jZQ==")
        with self.stage.rest() as rest:
            for request, status in ((upgrade(rest_client.TRACK_PAYMENTS, "a", [], "dGhlIHNhbXBsZSBub25jZQ==", version="8"), 426),
                                    (upgrade(rest_client.TRACK_PAYMENTS, "a", [], "short"), 400), (good.replace(b"GET", b"POST"), 405)):
                connection = rest.connect()
                connection.send(request)
                answer = rest_client.Answer(connection)
                self.assertEqual((answer.status, answer.whole()), (status, b""))
                self.assertEqual(answer.headers.get("sec-websocket-version"), "13" if status == 426 else None)
            connection = rest.connect()
            connection.send(good.replace(b"HTTP/1.1", b"HTTP/1.0"))  # which has no upgrades: an ordinary request
            self.assertEqual(rest_client.Answer(connection).status, 500)
        self.stage.wait_lnd_log("closed a connection of 127.0.0.1: malformed WebSocket handshake")

    def test_a_cursor_resumes(self) -> None:
        with self.client() as open_one, self.stage.rest() as rest:
            begin = rest.call(rest_client.TRACK_PAYMENTS).headers["trackpayments-cursor"]
            paid = self.settled()
            stream = open_one(since(begin))
            wait_until(lambda: stream.lines() and stream.lines()[-1]["result"] == paid, "the payment")
            self.assertEqual({tuple(line) for line in stream.lines()}, {("result", "cursor")})
            later = self.settled()
            again = open_one(since(stream.lines()[-1]["cursor"]))
            for one in (stream, again):
                wait_until(lambda one=one: one.lines() and one.lines()[-1]["result"] == later, "the later payment")
            refused = open_one(since("nonsense"))
            self.assertEqual(refused.wait_close(), 1000)
            self.assertEqual(refused.lines()[0]["error"]["code"], 3)

    def test_the_server_asks_every_half_minute(self) -> None:
        with self.client() as open_one:
            alive, deaf = open_one(rest_client.TRACK_PAYMENTS), open_one(rest_client.TRACK_PAYMENTS)
            for asked in (1, 2):
                self.stage.put_forward(31)
                wait_until(lambda: (PING, b"are you there?") in alive.poll()[-1:] and len(alive.frames) == asked, "a ping")
                alive.send(frame(PONG, b"are you there?") + frame(PING, b"are you?"))  # the answer shows that the pong was read
                wait_until(lambda: alive.poll()[-1] == (PONG, b"are you?"), "a pong")
                alive.frames[-1:] = []
                self.stage.put_forward(6)
                self.assertIsNone(deaf.wait_close())
            alive.send(close(1000))
            self.assertEqual(alive.wait_close(), 1000)

    def test_clients_that_break_the_rules(self) -> None:
        """Each is closed with its code, others are not disturbed, and the log has a line for each kind."""
        lines = len(self.stage.lnd_log())
        mistakes = [(frame(TEXT, b"{}", masked=False), 1002), (frame(0, b"x"), 1002), (frame(TEXT, b"a", final=False) + frame(TEXT, b"b"), 1002),
                    (frame(PING, b"x", final=False), 1002), (frame(PING, b"x" * 126), 1002), (frame(3), 1002), (b"\xf1\x80abcd", 1002),
                    (frame(CLOSE, (1006).to_bytes(2, "big")), 1002), (frame(TEXT, b"\xc3("), 1007), (frame(BINARY, bytes(65_537)), 1009),
                    (b"\x82\xff" + (1 << 40).to_bytes(8, "big") + b"abcdx", 1009)]
        floods = [frame(PING) * 5000, frame(PONG) * 5000, frame(TEXT, b"a", final=False) + frame(0, b"", final=False) * 5000,
                  frame(TEXT, b"x" * 65_000) * 100]
        with self.client() as open_one, self.client(macaroon=None) as without:
            good = open_one(rest_client.TRACK_PAYMENTS)
            for mistake, code in mistakes:
                with self.subTest(mistake[:10]):
                    self.assertEqual(open_one(rest_client.TRACK_PAYMENTS, first=mistake).wait_close(), code)
                    unasked = without("/v1/nothing?method=POST", first=mistake)
                    self.assertEqual(unasked.wait_close(), code)
                    self.assertEqual(unasked.lines(), [], "the body is not complete")
            for flood in floods:
                with self.subTest(flood[:10]):
                    stream = open_one(rest_client.TRACK_PAYMENTS)
                    with contextlib.suppress(OSError):  # it may be closed before all is sent
                        stream.send(flood)
                    self.assertIn(stream.wait_close(), (1008, None))
            paid = self.settled()
            wait_until(lambda: good.lines() and good.lines()[-1] == {"result": paid}, "the payment")

        def kinds() -> list[str]:
            logged = [line for line in self.stage.lnd_log()[lines:] if "closed a connection" in line]
            return sorted({line.split("127.0.0.1: ")[1].partition(" (")[0] for line in logged} - {"WebSocket flood of pings"})

        wait_until(lambda: kinds() == ["WebSocket flood of frames", "malformed or too long WebSocket message"], "the log lines")


class ScriptedAndSlow(ScriptedStage, BesideStage):
    pass


class SlowReader(Base):
    def test_it_gets_the_last_state_of_each_payment(self) -> None:
        payments, at_once, size = 200, 10, 50_000  # less than a megabyte at once, more than the system takes in all
        with ScriptedAndSlow(slower=30).alone() as self.stage:
            self.stage.begin()
            with self.client() as open_one:
                stopped, beside = open_one(rest_client.TRACK_PAYMENTS), open_one(rest_client.TRACK_PAYMENTS)
                stopped.connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)  # else it may have room for all
                for status in ("IN_FLIGHT", "SUCCEEDED"):
                    for first in range(1, payments, at_once):
                        self.stage.publish(first, at_once, status, 1, size)
                        wait_until(lambda: beside.lines() and self.state(beside.lines()[-1])[1] == status, "the client beside")
                published = list(map(self.state, beside.wait(2 * payments)))
                self.assertEqual([status for _, status in published], ["IN_FLIGHT"] * payments + ["SUCCEEDED"] * payments)
                expected = last_states(published)
                wait_until(lambda: last_states(list(map(self.state, stopped.lines()))) == expected, "the last state of each payment")
                got = list(map(self.state, stopped.lines()))
                self.assertEqual(out_of_order(got, published), [])
                self.assertLess(len(got), len(published), "some were merged")

    def state(self, line: dict[str, Any]) -> tuple[str, str]:
        return line["result"]["payment_hash"], line["result"]["status"]


class Endings(Base):
    def test_the_end_of_the_server(self) -> None:
        with LndStage(["--trackpayments-lnd-no-rest-tls"]) as self.stage:
            self.stage.wait_active()
            with self.client(tls=False) as open_one:
                stream = open_one(rest_client.TRACK_PAYMENTS)
                waiting = open_one(rest_client.TRACK_PAYMENTS + "?method=PUT")
                paid = self.settled()
                wait_until(lambda: stream.lines() and stream.lines()[-1] == {"result": paid}, "the payment")
                self.stage.node.stop_plugin(LND)
                self.assertEqual(stream.wait_close(), 1001)
                self.assertEqual(stream.lines()[-1], {"error": error(2, "routerrpc server shutting down")})
                self.assertEqual(waiting.wait_close(), 1001)
                self.assertEqual(waiting.lines(), [])


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
