"""Two clients that may be away, one of gRPC and one of REST: each keeps the last cursor it handled, and connects again with it."""

from __future__ import annotations

import json
import urllib.parse
from typing import Any

import lnd_wire
import rest_client
from consumer import Consumer
from grpc_client import TRACK_PAYMENTS, GrpcClient, GrpcStream
from lnd_stage import LndStage, RpcError
from rest_client import Answer, RestClient


class Resuming(Consumer):
    """Its state survives its crashes here; a real client has a database."""

    def __init__(self, stage: LndStage):
        super().__init__(stage)
        self.connections = 0
        self.refused: list[str] = []  # cursors that were not accepted

    def die(self) -> None:
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
        return True

    def take(self, payment: dict[str, Any], cursor: str | None) -> None:
        self._handle(payment)
        self.cursor = cursor or self.cursor


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
            self.hang_up()
