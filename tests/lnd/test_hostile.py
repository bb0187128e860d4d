"""Hostile clients: each kind of abuse is survived, ends where it must, is logged, and costs lightningd next to nothing, while clients that
behave get every snapshot in order and payments go on."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import unittest

from hostile_case import HostileCase  # first: it makes the others importable
from lnd_stage import die_on_sigterm, wait_until

import attacks
import rest_client
from grpc_client import GET_INFO, TRACK_PAYMENTS
from hostile import (DATA, END_HEADERS, HEADERS, INITIAL_WINDOW_SIZE, PING, PREFACE, RST_STREAM, SETTINGS, Hostile, fields, frame, request,
                     setting)


class HostileClients(HostileCase):
    # HTTP/2

    def flood(self, _: str, data: bytes) -> None:
        with self.connect() as hostile:
            hostile.begin().send(data)
            hostile.wait_closed()

    def test_floods(self) -> None:
        """They end the connection."""
        self.beside_each([(kind, data) for kind, (data, _) in attacks.FLOODS.items()], self.flood)
        self.expect_logged(*(self.closed(reason) for _, reason in attacks.FLOODS.values()))
        self.assertEqual(self.new_checks(), 0)

    def test_more_floods(self) -> None:
        self.beside_each(attacks.MORE_FLOODS.items(), self.flood)
        self.assertEqual(self.new_checks(), 0)

    def test_floods_whose_answers_are_not_read(self) -> None:
        def flood(_: str, data: bytes) -> None:
            with self.connect() as hostile:
                hostile.begin()
                for _ in range(20):
                    if not hostile.send(data, read=False):
                        break
                hostile.wait_closed()

        self.beside_each(attacks.ASKING.items(), flood)
        self.expect_logged(self.closed("HTTP/2 flood of SETTINGS"), self.closed("HTTP/2 flood of PING"))

    def test_errors_of_the_connection(self) -> None:
        def err(_: str, data: bytes) -> None:
            with self.connect() as hostile:
                hostile.send(data)
                hostile.wait_closed()

        self.beside_all(attacks.ERRORS.items(), err)
        self.expect_logged(self.closed("HTTP/2 protocol error"), self.closed("HTTP/2 expected"))

    def test_header_bombs(self) -> None:
        def bomb(kind: str, data: bytes) -> None:
            with self.connect() as hostile:
                hostile.begin().send(data)
                hostile.until(lambda: hostile.closed or hostile.count(HEADERS) + hostile.count(RST_STREAM) > 0, "refusal")

        self.beside_all(list(attacks.header_bombs()), bomb)
        self.expect_logged(self.closed("HTTP/2 header bomb"))
        self.assertEqual(self.new_checks(), 0)

    def test_more_streams_than_allowed(self) -> None:
        def open_many(*_: object) -> None:
            with self.connect() as hostile:
                hostile.begin().send(b"".join(frame(HEADERS, END_HEADERS, stream, fields(TRACK_PAYMENTS)) for stream in range(1, 601, 2)))
                hostile.until(lambda: hostile.count(RST_STREAM) == 200, "200 refused streams")

        self.beside_each([("300 streams", None)], open_many)

    def test_windows_of_zero(self) -> None:
        """Streams whose answers cannot leave: the debt is bounded, and gone with the connection."""
        own = [("macaroon", self.stage.macaroon().encode())]
        calls = b"".join(request(stream, TRACK_PAYMENTS, own) for stream in range(1, 101, 2))
        with self.connect() as hostile, self.connect() as narrow:
            hostile.begin(setting(INITIAL_WINDOW_SIZE, 0)).send(calls)
            narrow.begin(setting(INITIAL_WINDOW_SIZE, 1)).send(calls)
            for each in (hostile, narrow):
                each.until(lambda each=each: each.count(HEADERS) == 50, "50 streams that have begun")
            for _ in range(5):
                self.beside.pay()
            self.assertEqual(hostile.count(DATA), 0)
            narrow.until(lambda: sum(len(each.payload) for each in narrow.frames() if each.kind == DATA) == 50, "one byte a stream")
        self.count("windows of zero and one", 2)
        wait_until(lambda: len(self.stage.show()["calls"]) == 2, "the end of their calls")

    # Slow clients

    def test_slow_beginnings(self) -> None:
        """A connection has ten seconds for its first request, however it spends them."""
        def trickle(hostile: Hostile, data: bytes) -> Hostile:
            for n in range(len(data)):
                hostile.send(data[n:n + 1])
            return hostile

        head = fields(GET_INFO)
        with contextlib.ExitStack() as stack:
            slow = [Hostile(self.grpc_address, alpn=None), Hostile(self.rest_address, alpn=None),  # half open
                    trickle(self.connect(alpn=None), attacks.hello(200)[:60]), self.connect(), self.connect(alpn="http/1.1"),
                    trickle(self.connect(), PREFACE[:20]), self.connect().begin(),
                    trickle(self.connect(), PREFACE + frame(SETTINGS) + frame(HEADERS, 0, 1, head)),
                    trickle(self.connect(), PREFACE + frame(SETTINGS) + frame(HEADERS, END_HEADERS, 1, head)),
                    trickle(self.connect(), PREFACE + frame(SETTINGS) + frame(HEADERS, END_HEADERS, 1, head) + frame(DATA, 0, 1, b"x")),
                    trickle(self.connect(alpn="http/1.1"), b"GET /v1/state HTTP/1.1\r\nHost: loc"),
                    trickle(self.connect(alpn="http/1.1"), b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx"),
                    trickle(self.connect(alpn="http/1.1"), b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nx")]
            for each in slow:
                stack.enter_context(each)
            self.beside.pay()
            self.assertEqual([n for n, each in enumerate(slow) if each.is_closed()], [], "not before that")
            self.stage.put_forward(11)
            for each in slow:
                each.wait_closed()
        self.count("slow beginnings", len(slow))
        self.expect_logged(self.closed("no request in time"))

    def test_slow_continuations(self) -> None:
        """After the first request a connection has ten seconds for each, up to twice that, and a minute until the next begins."""
        state = b"GET /v1/state HTTP/1.1\r\nHost: a\r\n\r\n"
        with contextlib.ExitStack() as stack:
            half, idle, lengthy = (stack.enter_context(self.connect(alpn="http/1.1")) for _ in range(3))
            frames, headers, body = (stack.enter_context(self.connect()) for _ in range(3))
            for each in (half, idle, lengthy):
                each.send(state)
                each.until(lambda each=each: each.data.endswith(b"}"), "answer")
            for each in (frames, headers, body):
                each.begin().send(request(1, GET_INFO))
                each.until(lambda each=each: each.count(HEADERS) == 1, "answer")
            half.send(b"GET /v1/sta")
            lengthy.send(b"POST /v1/state HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx")
            headers.send(frame(HEADERS, 0, 3, fields(GET_INFO)))
            body.send(frame(HEADERS, END_HEADERS, 3, fields(GET_INFO)) + frame(DATA, 0, 3, b"x"))
            self.stage.put_forward(8)
            self.beside.pay()
            self.assertFalse(any(each.is_closed() for each in (half, idle, lengthy, frames, headers, body)), "not before that")
            self.stage.put_forward(11)
            self.stage.put_forward(11)
            for each in (body, headers):
                each.until(lambda each=each: each.count(RST_STREAM) == 1, "reset")
            for each in (half, lengthy):
                each.wait_closed()
            self.assertFalse(any(each.is_closed() for each in (idle, frames, body, headers)), "not before a minute")
            self.stage.put_forward(61)
            self.stage.put_forward(2)  # for the last bytes
            for each in (idle, frames, body, headers):
                each.wait_closed()
        self.count("slow continuations", 6)

    def test_a_client_that_does_not_answer_a_ping(self) -> None:
        with self.connect() as hostile:
            hostile.begin(setting(INITIAL_WINDOW_SIZE, 0)).send(request(1, TRACK_PAYMENTS, [("macaroon", self.stage.macaroon().encode())]))
            hostile.until(lambda: hostile.count(HEADERS) == 1, "stream")
            self.stage.put_forward(61)
            hostile.until(lambda: hostile.count(PING) == 1, "PING")
            self.beside.pay()
            self.assertFalse(hostile.is_closed())
            self.stage.put_forward(21)
            hostile.wait_closed()
        self.count("no answer to PING", 1)

    # TLS

    def test_garbage_instead_of_tls(self) -> None:
        def send(_: str, data: bytes) -> None:
            for address in (self.grpc_address, self.rest_address):
                with Hostile(address, alpn=None) as hostile:
                    hostile.send(data)
                    with contextlib.suppress(OSError):
                        hostile.socket.shutdown(socket.SHUT_WR)  # those that are cut short
                    hostile.wait_closed()

        self.beside_all([(f"garbage {n}", data) for n, data in enumerate(attacks.garbage())], send)
        self.assertEqual(sum(self.closed("TLS: ") in line for line in self.new_lines()), 1)

    def test_garbage_inside_tls(self) -> None:
        def send(_: str, data: bytes) -> None:
            with self.connect() as hostile:
                hostile.begin()
                os.write(hostile.socket.fileno(), data)
                hostile.wait_closed()

        self.beside_all([("garbage after the handshake", os.urandom(3000)), ("a record that is not encrypted right",
                                                                             b"\x17\x03\x03\x01\0" + os.urandom(256))], send)

    # HTTP/1.1

    def test_smuggling(self) -> None:
        def smuggle(_: str, data: bytes) -> None:
            with Hostile(self.rest_address, alpn="http/1.1") as hostile:
                hostile.send(data)
                answer = hostile.wait_closed()
                self.assertEqual(answer.count(b"HTTP/1.1 "), 1, "one answer")
                self.assertIn(int(answer.split(b" ")[1]), (400, 413, 431, 501, 505))

        self.beside_all(attacks.SMUGGLING.items(), smuggle)
        self.expect_logged(self.closed("malformed or too long HTTP/1.1 request"))

    def test_requests_without_end(self) -> None:
        """Sent behind a stream, they wait, up to a limit."""
        own = f"Grpc-Metadata-Macaroon: {self.stage.macaroon()}\r\n".encode()
        with Hostile(self.rest_address, alpn="http/1.1") as hostile:
            hostile.send(b"GET /v2/router/payments HTTP/1.1\r\n" + attacks.HOST + own + b"\r\n")
            hostile.until(lambda: b"\r\n\r\n" in hostile.data, "answer")
            while hostile.send(attacks.SECOND * 1000):
                pass
            self.assertFalse(hostile.closed)
            self.beside.pay()
            self.assertEqual(hostile.data.count(b"HTTP/1.1 "), 1)
            self.stage.put_forward(61)
            with contextlib.suppress(TimeoutError):
                hostile.wait_closed()
        self.count("requests without end", 1)
        self.expect_logged(self.closed("too many requests at once"))

    # Numbers

    def test_many_connections(self) -> None:
        """A thousand are served. Those beyond take the places of the oldest that have done nothing."""
        with contextlib.ExitStack() as stack:
            many = [stack.enter_context(Hostile(self.rest_address, alpn=None)) for _ in range(1100)]
            wait_until(lambda: sum(each.is_closed() for each in many) == 102, "the end of the oldest")
            self.assertEqual([each.closed for each in many], [True] * 102 + [False] * 998)
            self.assertEqual(self.stage.show()["connections"], 1000)
            self.beside.pay()
            with self.stage.rest() as rest:
                self.assertEqual(rest.get(rest_client.GET_STATE)[0], 200)
        self.count("1100 connections", 1100)
        self.expect_logged(self.closed("another connection needed its place"))

    def test_no_file_descriptors(self) -> None:
        """New connections wait, and those that were there before go on."""
        before = resource.prlimit(self.pid, resource.RLIMIT_NOFILE)
        used = max(map(int, os.listdir(f"/proc/{self.pid}/fd"))) + 1
        resource.prlimit(self.pid, resource.RLIMIT_NOFILE, (used, before[1]))
        try:
            with contextlib.ExitStack() as stack:
                for _ in range(60):
                    stack.enter_context(Hostile(self.rest_address, alpn=None))
                for _ in range(3):
                    self.beside.pay()
        finally:
            resource.prlimit(self.pid, resource.RLIMIT_NOFILE, before)
        self.stage.put_forward(5)
        with self.stage.rest() as rest:
            self.assertEqual(rest.get(rest_client.GET_STATE)[0], 200)
        self.count("no file descriptors", 60)
        self.assertEqual(sum("new connections wait: too many open files" in line for line in self.new_lines()), 1)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
