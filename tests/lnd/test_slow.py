"""Clients that stop reading: when they read on they get the last state of each payment, in order; a debt without bound ends with status
8 and a cursor; nobody else is delayed, and memory stays bounded. Figures of a minute: TRACKPAYMENTS_LONG=yes."""

from __future__ import annotations

import re
import unittest
from pathlib import Path
from typing import Any, Callable

from lnd_stage import LndStage, die_on_sigterm, wait_until  # first: it makes the others importable

import lnd_wire
import rest_client
from faults import LONG, sanitized
from grpc_client import NO_INFLIGHT_UPDATES, TRACK_PAYMENTS, GrpcStream
from scripted_stage import ScriptedStage, State
from scripted_tracker import cursor_at
from test_resume import since

SLOW = (8, "slow consumer")
PAYMENTS = 1000   # at a time
LARGE = 150       # payments: 75 MB, more than 64 and what systems and clients take without reading
LARGE_SIZE = 500_000  # above 512 KiB (src/json/simdjson_reader.hpp) JSON is read slowly: with sanitizers seconds for each
BATCH = 250       # less than a megabyte
SIZE = 1500       # of a snapshot with one or two attempts
OVERHEAD_MB = 50  # what the reader remembers (16 MB), entries, buffers of the connections


def of_grpc(stream: GrpcStream) -> list[State]:
    return list(map(lnd_wire.payment_hash_and_status, stream.messages))


def of_rest(answer: rest_client.Answer) -> list[State]:
    return [(line["result"]["payment_hash"], line["result"]["status"]) for line in answer.lines() if "result" in line]


def of_topic(stage: LndStage) -> list[State]:
    return [(payment["payment_hash"], payment["status"]) for payment in stage.snapshots()]


def last_states(states: list[State]) -> dict[str, str]:
    return dict(states)


def by_payment(states: list[State]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for payment_hash, status in states:
        found.setdefault(payment_hash, []).append(status)
    return found


def out_of_order(got: list[State], published: list[State]) -> list[str]:
    """Payments whose states came in another order. Of those that came once, all earlier states were merged into the last one, at the
    place of the first."""
    of_one, all_of_one = by_payment(got), by_payment(published)
    out = []
    for payment_hash, statuses in of_one.items():
        rest = iter(all_of_one[payment_hash])
        if not all(status in rest for status in statuses):
            out.append(payment_hash)
    places = {payment_hash: place for place, payment_hash in enumerate(all_of_one)}
    once = [payment_hash for payment_hash, statuses in of_one.items() if len(statuses) == 1]
    return out + [after for before, after in zip(once, once[1:]) if places[before] > places[after]]


def count_large(answer: rest_client.Answer) -> int:
    """Lines so far, without reading them. Each is larger than a chunk."""
    answer.poll()
    return sum(chunk.endswith(b"\n") for chunk in answer.chunks)


def peak_mb(stage: LndStage) -> float:
    return int(re.search(r"^VmHWM:\s+(\d+) kB", Path(f"/proc/{stage.lnd_pid()}/status").read_text(), re.MULTILINE)[1]) / 1024


class Slow(unittest.TestCase):
    def wait_states(self, states: Callable[[], list[State]], expected: dict[str, str]) -> list[State]:
        try:
            wait_until(lambda: last_states(states()).items() >= expected.items(), "the last state of each payment")
        except TimeoutError:
            raise AssertionError(f"missing: {expected.items() - last_states(states()).items()}") from None
        return states()

    def read_all(self, stage: LndStage, beside: GrpcStream) -> None:
        """Else the client beside would be a slow one, too."""
        beside.wait(len(stage.messages()))

    def check_log(self, stage: LndStage) -> None:
        self.assertEqual(stage.stop(), [])
        lines = [line for line in stage.lnd_log() if " UNUSUAL " in line or " BROKEN " in line]
        self.assertEqual([line for line in lines if not any(text in line for text in stage.allowed)], [])

    def test_a_burst_of_real_payments(self) -> None:
        """They are in flight, and then settle part by part, while three clients do not read."""
        with LndStage(["--trackpayments-failed-after=0"]) as stage:
            stage.wait_active()
            with stage.grpc() as grpc, stage.grpc() as other, stage.rest() as rest:
                beside = grpc.stream(TRACK_PAYMENTS)
                stopped = other.stream(TRACK_PAYMENTS, read=False)
                ends_only = other.stream(TRACK_PAYMENTS, NO_INFLIGHT_UPDATES, read=False)
                for stream in (beside, stopped, ends_only):
                    stream.initial_metadata()
                line = rest.call(rest_client.TRACK_PAYMENTS)
                for count in (40, 40):
                    held = []
                    for n in range(count):
                        held.append(stage.pay(20_000_000 + n, parts=["hold"] * 12))
                        stage.wait_status(held[-1], "IN_FLIGHT", parts=12)
                        self.read_all(stage, beside)
                    for invoice in held:
                        stage.release(invoice)
                        stage.wait_status(invoice, "SUCCEEDED")
                        self.read_all(stage, beside)
                stage.barrier()
                published = of_topic(stage)
                expected = last_states(published)
                self.assertEqual(len(expected), 80)
                # Nobody has read yet but the client beside and the subscriber, and both have everything.
                self.assertEqual(lnd_wire.stream_complaints(beside.wait(len(published)), stage.snapshots()), [])
                stopped.read_on()
                got = self.wait_states(lambda: of_grpc(stopped), expected)
                print(f"{len(published)} published, {len(got)} by gRPC, {len(of_rest(line))} by REST")
                self.assertEqual(out_of_order(got, published), [])
                ends_only.read_on()
                self.assertEqual(list(last_states(self.wait_states(lambda: of_grpc(ends_only), expected))), list(expected))
                by_rest = self.wait_states(lambda: of_rest(line), expected)
                self.assertLess(len(by_rest), len(published), "some were merged")  # grpcio may have room for all

    def test_a_debt_without_bound(self) -> None:
        """Each of the payments has half a megabyte: two streams end, and their clients resume."""
        with ScriptedStage().alone() as stage:
            stage.begin()
            stage.allowed += ["does not read, and 64 MB wait for it"]
            with stage.grpc() as grpc, stage.grpc() as other, stage.rest() as rest:
                beside = grpc.stream(TRACK_PAYMENTS)
                stopped = other.stream(TRACK_PAYMENTS, metadata={"trackpayments-cursors": "yes"}, read=False)
                beside.initial_metadata(), stopped.initial_metadata()
                line = rest.call(since(cursor_at(0)))
                for number in range(LARGE):
                    stage.publish(number + 1, 1, "SUCCEEDED", 1, LARGE_SIZE)
                    beside.wait(number + 1)
                published = stage.wait_subscriber(LARGE)
                self.assertEqual(len(stage.show()["calls"]), 3, "the ends wait for their readers")
                stopped.read_on()
                self.assertEqual(stopped.status(), SLOW)
                wait_until(lambda: count_large(line) and line.ended, "the end of the answer")
                lines = line.lines()
                self.assertEqual(lines[-1], {"error": {"code": SLOW[0], "message": SLOW[1], "details": []}})
                self.assertEqual(sum("64 MB wait for it" in one for one in stage.lnd_log()), 2)

                cursor = stopped.trailers()["trackpayments-cursor"]
                self.assertEqual(lnd_wire.cursor_of(stopped.messages[-1]), cursor)
                resumed = grpc.stream(TRACK_PAYMENTS, metadata={"trackpayments-since": cursor})
                again = rest.call(since(lines[-2]["cursor"]))
                resumed.wait(LARGE - len(stopped.messages))
                wait_until(lambda: count_large(again) >= LARGE - len(lines) + 1, "the rest by REST")
                before = [(one["result"]["payment_hash"], one["result"]["status"]) for one in lines[:-1]]
                self.assertEqual(of_grpc(stopped) + of_grpc(resumed), published)
                self.assertEqual(before + of_rest(again), published)
            self.check_log(stage)

    def test_a_reader_that_stops_and_reads_on(self) -> None:
        """Thousands of updates, each payment in flight and then ended; a minute of 1 000 a second with TRACKPAYMENTS_LONG."""
        rounds, a_second = (20, 1000) if LONG else (3, 0)
        with ScriptedStage().alone() as stage:
            stage.begin()
            with stage.grpc() as grpc, stage.grpc() as other, stage.rest() as rest:
                beside = grpc.stream(TRACK_PAYMENTS)
                stopped = other.stream(TRACK_PAYMENTS, metadata={"trackpayments-cursors": "yes"}, read=False)
                ends_only = other.stream(TRACK_PAYMENTS, NO_INFLIGHT_UPDATES, read=False)
                for stream in (beside, stopped, ends_only):
                    stream.initial_metadata()
                line = rest.call(rest_client.TRACK_PAYMENTS)
                before, seconds, updates = peak_mb(stage), 0.0, 0
                for number in range(rounds):
                    for status, attempts in (("IN_FLIGHT", 1), ("IN_FLIGHT", 2), ("SUCCEEDED", 2)):
                        for first in range(number * PAYMENTS + 1, (number + 1) * PAYMENTS, BATCH):
                            last = stage.publish(first, BATCH, status, attempts, SIZE, a_second)
                            seconds += stage.seconds
                            updates += BATCH
                            beside.wait(updates)  # else it would be a slow one, too
                published = stage.wait_subscriber(updates)
                self.assertEqual(of_grpc(beside), published)
                expected = last_states(published)
                self.assertEqual(len(expected), rounds * PAYMENTS)
                memory = peak_mb(stage)
                if not sanitized():
                    self.assertLess(memory, before + OVERHEAD_MB + len(expected) * SIZE / 1e6)
                for stream in (stopped, ends_only):
                    stream.read_on()
                for name, states in (("gRPC", lambda: of_grpc(stopped)), ("gRPC, ends only", lambda: of_grpc(ends_only)),
                                     ("REST", lambda: of_rest(line))):
                    got = self.wait_states(states, expected)
                    print(f"{name}: {len(got)} states of {updates} in {seconds:.0f} s; peak {before:.1f} to {memory:.1f} MB")
                    self.assertEqual(out_of_order(got, published), [])
                    self.assertLess(len(got), updates)
                    self.assertGreaterEqual(len(got), len(expected))
                self.assertEqual(lnd_wire.cursor_of(stopped.messages[-1]), last)
            self.check_log(stage)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
