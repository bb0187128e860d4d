"""Clients that behave, beside those that do not: one of gRPC and one of REST, which must get every snapshot in order while payments are
made. Payments and attacks overlap by order, not by time: an attack is repeated until the payments beside it are over."""

from __future__ import annotations

import os
import shlex
import sys
import threading
from typing import Any, Callable

from lnd_stage import LND, LndStage, wait_until  # first: it makes the others importable

import lnd_wire
import rest_client
from grpc_client import TRACK_PAYMENTS

CLOCK = os.path.abspath(os.environ["CLOCK"])


class BesideStage(LndStage):
    """Its server's clock can be put forward, and calls of `checkrune` are seen. `slower`: it runs so many times slower, so that timers fire
    only when it is put forward."""

    def __init__(self, *options: Any, slower: int = 0, **more: Any):
        super().__init__(*options, hooks="checkrune", **more)
        script = self.directory / "ahead" / "trackpayments-lnd"
        script.parent.mkdir()
        self._ahead = script.with_name("clock")
        self._ahead.write_bytes(bytes(8))
        script.write_text(f'#!/bin/sh\nexec env LD_PRELOAD={shlex.quote(CLOCK)} CLOCK_AHEAD={self._ahead} CLOCK_SLOWER={slower} '
                          f'ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0" {shlex.quote(LND)} "$@"\n')
        script.chmod(0o755)
        self.server = script  # for stop_plugin()
        self.node.plugins[self.node.plugins.index(LND)] = str(script)

    def put_forward(self, seconds: float) -> None:
        """The server's loop has done all work so far. It reads the clock when it wakes up, and fires its timers in the turn after that."""
        self.show()
        self.show()
        before = int.from_bytes(self._ahead.read_bytes(), sys.byteorder)
        with open(self._ahead, "r+b") as file:
            file.write((before + int(seconds * 10**9)).to_bytes(8, sys.byteorder))
        for _ in range(2):
            self.show()

    def rune_checks(self) -> int:
        """How often the server has asked lightningd about a rune."""
        self.barrier()
        self.subscribers[0].messages()
        return sum(call["method"] == "checkrune" and call["id"].startswith("trackpayments-lnd:")
                   for call in self.subscribers[0].hooked)


class Beside:
    """Both clients, from now on."""

    def __init__(self, stage: LndStage):
        self.stage = stage
        stage.barrier()
        assert not stage.in_flight()
        self.first = len(stage.snapshots())
        self.grpc, self.rest = stage.grpc(), stage.rest()
        self.stream = self.grpc.stream(TRACK_PAYMENTS)
        self.stream.initial_metadata()
        self.answer = self.rest.call(rest_client.TRACK_PAYMENTS)
        self.payments = 0

    def __enter__(self) -> "Beside":
        return self

    def __exit__(self, *_: object) -> None:
        self.grpc.__exit__()
        self.rest.__exit__()

    def pay(self) -> None:
        """A payment, until both clients know its end. lightningd, the tracker and the server's stdin must answer for that."""
        invoice = self.stage.invoice(1_000 + self.payments)
        self.stage.pay_now(invoice)
        self.stage.wait_status(invoice, "SUCCEEDED")
        end = (invoice["payment_hash"], "SUCCEEDED")
        wait_until(lambda: end in map(lnd_wire.payment_hash_and_status, self.stream.messages[-4:]), "the end in gRPC")
        wait_until(lambda: end in ((line["result"]["payment_hash"], line["result"]["status"]) for line in self.answer.lines()[-4:]),
                   "the end in REST")
        assert len(self.stage.show()["calls"]) >= 2
        self.payments += 1

    def pay_during(self, attack: Callable[[], object], payments: int = 2) -> int:
        """Repeats the attack, beside the payments, until these are over. Returns how often."""
        over = threading.Event()
        failed: list[BaseException] = []
        rounds = 0

        def repeat() -> None:
            nonlocal rounds
            try:
                while rounds == 0 or not over.is_set():
                    attack()
                    rounds += 1
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=repeat)
        thread.start()
        try:
            for _ in range(payments):
                self.pay()
        finally:
            over.set()
            thread.join()
        if failed:
            raise failed[0]
        self.check()
        return rounds

    def check(self) -> None:
        """Both streams are complete and in order."""
        self.stage.barrier()
        published = self.stage.snapshots()[self.first:]
        complaints = lnd_wire.stream_complaints(self.stream.wait(len(published)), published)
        lines = [line.get("result") for line in self.answer.wait(len(published))]
        complaints += [f"REST: line {n} differs" for n, (line, payment) in enumerate(zip(lines, published)) if line != payment]
        if len(lines) != len(published):
            complaints.append(f"REST: {len(lines)} lines, not {len(published)}")
        if complaints:
            raise AssertionError("\n".join(complaints))
