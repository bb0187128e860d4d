"""Clients that may be away, of gRPC and of REST: each keeps the last cursor it handled, and connects again with it. One reads rarely."""

from __future__ import annotations

import collections
import json
import urllib.parse
from typing import Any

import lnd_wire
import rest_client
from consumer import Consumer
from grpc_client import TRACK_PAYMENTS, GrpcClient, GrpcStream
from hostile import DATA, END_STREAM, HEADERS, INITIAL_WINDOW_SIZE, RST_STREAM, WINDOW_UPDATE, Hostile, frame, request, setting
from lnd_stage import LndStage, RpcError
from rest_client import Answer, RestClient


class Resuming(Consumer):
    """Its state survives its crashes here; a real client has a database."""

    def __init__(self, stage: LndStage):
        super().__init__(stage)
        self.connections = 0
        self.refused: list[str] = []  # cursors that were not accepted
        self.history: collections.deque[str] = collections.deque(maxlen=300)  # explains a failure

    def die(self) -> None:
        self.history.append("killed")
        super().die()
        self.hang_up()

    def rise(self) -> None:
        self._alive = True

    def work(self) -> None:
        """Handles the messages so far; gives up for now if the server does not answer."""
        if self._alive and (self.is_connected() or self.try_to_connect()):
            self.receive()

    def try_to_connect(self) -> bool:
        """As a new process would: reads address, certificate and macaroon again."""
        try:
            with self.stage.node.new_client() as node:
                shown = node.call("trackpayments-lnd")
            self.connect(shown, self.stage.certificate, self.stage.macaroon())
        except (OSError, EOFError, IndexError, RpcError, json.JSONDecodeError):
            self.hang_up()
            return False
        self.connections += 1
        self.history.append(f"connected with {self.cursor}")
        return True

    def take(self, payment: dict[str, Any], cursor: str | None) -> None:
        self._handle(payment)
        self.cursor = cursor or self.cursor
        attempts = [(attempt["attempt_id"], attempt["status"]) for attempt in payment["htlcs"]]
        self.history.append(f"{payment['payment_hash'][:8]} {payment['status']} {attempts} {cursor}")

    def why(self) -> str:
        """What it misses, and what it has seen lately."""
        return "\n  ".join([f"{type(self).__name__} misses:", *self.misses(), "it has seen:", *self.history])


class ResumingGrpc(Resuming):
    client: GrpcClient | None = None
    stream: GrpcStream | None = None
    position = 0

    def is_connected(self) -> bool:
        return self.client is not None

    def connect(self, shown: dict[str, Any], certificate: Any, macaroon: str) -> None:
        self.client = GrpcClient(shown["rpclisten"][0], certificate.read_bytes(), macaroon)
        since = {"trackpayments-since": self.cursor} if self.cursor else {}
        self.stream = self.client.stream(TRACK_PAYMENTS, metadata={"trackpayments-cursors": "yes", **since})
        self.position = 0

    def hang_up(self) -> None:
        if self.client:
            self.client.channel.close()
        self.client = self.stream = None

    def receive(self) -> None:
        ended = self.stream.ended()  # before the messages are looked at, so that none is left
        self.cursor = self.cursor or self.stream.begin.get("trackpayments-cursor")
        for wire in self.stream.messages[self.position:]:
            self.position += 1
            self.take(lnd_wire.read("lnrpc.Payment", wire), lnd_wire.cursor_of(wire))
        if not ended:
            return
        code, text = self.stream.status()
        self.history.append(f"ended: {code} {text}")
        if code == 3:
            self.refused.append(text)
        self.hang_up()


class ResumingRest(Resuming):
    """Each line has its cursor only with `since`: the first time it asks again with the cursor in the header."""

    client: RestClient | None = None
    answer: Answer | None = None
    position = 0

    def is_connected(self) -> bool:
        return self.client is not None

    def connect(self, shown: dict[str, Any], certificate: Any, macaroon: str) -> None:
        self.client = RestClient(shown["restlisten"][0], certificate, macaroon)
        if not self.cursor:
            self.cursor = self.client.call(rest_client.TRACK_PAYMENTS).headers.get("trackpayments-cursor")
        self.answer = self.client.call(f"{rest_client.TRACK_PAYMENTS}?since={urllib.parse.quote(self.cursor or '')}")
        self.position = 0
        if self.answer.status == 400:
            self.refused.append(self.cursor or "none")

    def hang_up(self) -> None:
        if self.client:
            self.client.__exit__()
        self.client = self.answer = None

    def receive(self) -> None:
        lines = self.answer.lines()
        for line in lines[self.position:]:
            self.position += 1
            if "result" in line:
                self.take(line["result"], line.get("cursor"))
        if self.answer.ended or self.answer.connection.closed or self.answer.status != 200:
            self.history.append(f"ended: status {self.answer.status}, {lines[-1:] if self.answer.ended else 'inside'}")
            self.hang_up()


class SlowGrpc(Resuming):
    """Its windows are small, and it reads rarely: mostly the server owes it something."""

    WINDOW = 16_384
    PAUSES = 10  # calls of work() for one that reads
    connection: Hostile | None = None
    calls = 0
    body = b""

    def is_connected(self) -> bool:
        return self.connection is not None

    def connect(self, shown: dict[str, Any], certificate: Any, macaroon: str) -> None:
        if not self.cursor:
            with self.stage.node.new_client() as node:
                self.cursor = node.call("trackpayments")["cursor"]
        own = {"macaroon": macaroon, "trackpayments-cursors": "yes", "trackpayments-since": self.cursor}
        self.connection = Hostile(shown["rpclisten"][0], source="127.0.0.1").begin(setting(INITIAL_WINDOW_SIZE, self.WINDOW))
        self.connection.send(request(1, TRACK_PAYMENTS, [(name, value.encode()) for name, value in own.items()]), read=False)
        self.body = b""

    def hang_up(self) -> None:
        if self.connection:
            self.connection.__exit__()
        self.connection = None

    def receive(self) -> None:
        self.calls += 1
        if self.calls % self.PAUSES:
            return
        self.connection.poll()
        ended = self.connection.closed
        for each in self.connection.take_frames():
            ended = ended or each.kind == RST_STREAM or (each.kind in (DATA, HEADERS) and each.flags & END_STREAM != 0)
            if each.kind == DATA and each.payload:
                self.body += each.payload
                more = len(each.payload).to_bytes(4, "big")
                self.connection.send(frame(WINDOW_UPDATE, 0, 0, more) + frame(WINDOW_UPDATE, 0, 1, more), read=False)
        while len(self.body) >= 5 and len(self.body) >= (end := 5 + int.from_bytes(self.body[1:5], "big")):
            wire, self.body = self.body[5:end], self.body[end:]
            self.take(lnd_wire.read("lnrpc.Payment", wire), lnd_wire.cursor_of(wire))
        if ended:
            self.history.append("ended")
            self.hang_up()


class Harmful:
    """Attacks whatever listens, one kind after the other, and leaves some connections open."""

    def __init__(self, stage: LndStage, attacks: list[bytes]):
        self.stage, self.attacks = stage, attacks
        self.tries = 0
        self._open: list[Hostile] = []

    def work(self) -> None:
        try:
            with self.stage.node.new_client() as node:
                address = node.call("trackpayments-lnd")["rpclisten"][0]
            plain = self.tries % 3 == 2  # then it is garbage instead of TLS
            self._open.append(Hostile(address, alpn=None if plain else "h2"))
            self._open[-1].send(self.attacks[self.tries % len(self.attacks)])
            self.tries += 1
        except (OSError, EOFError, IndexError, RpcError, json.JSONDecodeError):
            pass  # it is being killed

        if len(self._open) > 20:
            self._open.pop(0).__exit__()

    def stop(self) -> None:
        while self._open:
            self._open.pop().__exit__()
