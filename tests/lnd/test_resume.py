"""Streams survive restarts of the tracker, end in order with the server, and can be resumed by a cursor."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import unittest
import urllib.parse
from typing import Any, Iterator

from lnd_stage import LND, LndStage, die_on_sigterm, wait_until  # first: it makes the others importable

import grpc_client
import lnd_wire
import rest_client
import test_old_rows
from beside import BesideStage
from grpc_client import TRACK_PAYMENTS, of_hash
from support import PLUGIN

AWAY = (14, "the plugin trackpayments is not running")


def since(cursor: str) -> str:
    return f"{rest_client.TRACK_PAYMENTS}?since={urllib.parse.quote(cursor)}"


@contextlib.contextmanager
def clients_of(stage: LndStage) -> Iterator[tuple[grpc_client.GrpcClient, rest_client.RestClient]]:
    stage.wait_active()
    with stage.grpc() as grpc, stage.rest() as rest:
        yield grpc, rest


@contextlib.contextmanager
def active() -> Iterator[tuple[LndStage, grpc_client.GrpcClient, rest_client.RestClient]]:
    with LndStage() as stage, clients_of(stage) as (grpc, rest):
        yield stage, grpc, rest


class Resume(unittest.TestCase):
    def settled(self, stage: LndStage, count: int = 1) -> list[dict[str, Any]]:
        invoices = [stage.pay(1_000_000) for _ in range(count)]
        return [stage.wait_status(invoice, "SUCCEEDED") for invoice in invoices]

    def ends_by_grpc(self, stream: grpc_client.GrpcStream) -> set[tuple[str, str]]:
        return set(map(lnd_wire.payment_hash_and_status, stream.messages))

    def ends_by_rest(self, answer: rest_client.Answer) -> set[tuple[str, str]]:
        return {(line["result"]["payment_hash"], line["result"]["status"]) for line in answer.lines() if "result" in line}

    def wait_ends(self, streams: list[Any], hashes: list[str]) -> None:
        wanted = {(payment_hash, "SUCCEEDED") for payment_hash in hashes}
        for stream in streams:
            ends = self.ends_by_grpc if isinstance(stream, grpc_client.GrpcStream) else self.ends_by_rest
            wait_until(lambda: wanted <= ends(stream), f"the ends of {len(wanted)} payments")

    def test_cursors(self) -> None:
        with active() as (stage, grpc, rest):
            plain = grpc.stream(TRACK_PAYMENTS)
            begin = plain.initial_metadata()["trackpayments-cursor"]
            answer = rest.call(rest_client.TRACK_PAYMENTS)
            self.assertEqual(answer.headers["trackpayments-cursor"], begin)
            with_cursors = grpc.stream(TRACK_PAYMENTS, metadata={"trackpayments-cursors": "yes"})
            with_cursors.initial_metadata()
            first, second, third = self.settled(stage, 3)
            stage.barrier()
            count = len(stage.snapshots())
            self.assertEqual(lnd_wire.stream_complaints(plain.wait(count), stage.snapshots()), [], "no cursor without asking")
            self.assertEqual({tuple(line) for line in answer.wait(count)}, {("result",)})
            cursors = [lnd_wire.cursor_of(wire) for wire in with_cursors.wait(count)]
            self.assertEqual(cursors, [message["cursor"] for message in stage.messages()])

            # From the beginning, and from between two payments.
            after_first = [m["cursor"] for m in stage.messages() if m["trackpayments"]["payment_hash"] == first["payment_hash"]][-1]
            missed = {(p["payment_hash"], "SUCCEEDED") for p in (second, third)}
            for cursor, least in ((begin, missed | {(first["payment_hash"], "SUCCEEDED")}), (after_first, missed)):
                resumed = grpc.stream(TRACK_PAYMENTS, metadata={"trackpayments-since": cursor, "trackpayments-cursors": "yes"})
                rest_resumed = rest.call(since(cursor))
                self.assertEqual(resumed.initial_metadata()["trackpayments-cursor"], cursor)
                self.assertEqual(rest_resumed.headers["trackpayments-cursor"], cursor)
                self.wait_ends([resumed, rest_resumed], [payment_hash for payment_hash, _ in least])
                lines = rest_resumed.lines()
                self.assertEqual({tuple(line) for line in lines}, {("result", "cursor")})
                self.assertNotIn(None, map(lnd_wire.cursor_of, resumed.messages))
                # After the last cursor comes what the tracker itself repeats, and what comes later.
                for last in (lines[-1]["cursor"], lnd_wire.cursor_of(resumed.messages[-1])):
                    repeated = {p["payment_hash"] for p in stage.node.call("trackpayments", {"since": last})["payments"]}
                    again = rest.call(since(last))
                    late = self.settled(stage)[0]
                    self.wait_ends([again, resumed, rest_resumed, plain], [late["payment_hash"]])
                    self.assertEqual({line["result"]["payment_hash"] for line in again.lines()}, repeated | {late["payment_hash"]})

            quiet = grpc.stream(TRACK_PAYMENTS, grpc_client.NO_INFLIGHT_UPDATES, {"trackpayments-since": begin})
            quiet_rest = rest.call(since(begin) + "&no_inflight_updates=true")
            self.wait_ends([quiet, quiet_rest], [payment["payment_hash"] for payment in (first, second, third)])
            self.assertEqual({status for _, status in self.ends_by_grpc(quiet) | self.ends_by_rest(quiet_rest)}, {"SUCCEEDED"})

    def test_cursors_that_are_refused(self) -> None:
        with active() as (stage, grpc, rest):
            for cursor in ("nonsense", "0" * 8 + ".1.2.3.4", "1.2"):
                _, text = stage.refused("trackpayments", {"since": cursor})
                self.assertEqual(grpc.status(TRACK_PAYMENTS, metadata={"trackpayments-since": cursor}), (3, text))
                answer = rest.call(since(cursor))
                error = json.dumps({"error": {"code": 3, "message": text, "details": []}}, separators=(",", ":"), ensure_ascii=False)
                self.assertEqual((answer.status_line, answer.whole().decode()), ("HTTP/1.1 400 Bad Request", error + "\n"))
                stage.secrets.add("since=" + cursor)

    def test_many_pages(self) -> None:
        """More than fits into one page, while payments go on."""
        with active() as (stage, grpc, rest):
            begin = grpc.stream(TRACK_PAYMENTS)
            cursor = begin.initial_metadata()["trackpayments-cursor"]
            stage.node.call("load", {"total": 400, "in_flight": 50, "mix": {stage.payer: 1}})
            stage.barrier()
            streams = [grpc.stream(TRACK_PAYMENTS, metadata={"trackpayments-since": cursor}), rest.call(since(cursor))]
            stage.node.call("load", {"total": 100, "in_flight": 50, "mix": {stage.payer: 1}})
            hashes = {row["payment_hash"] for row in stage.node.rows(status="complete")}
            self.assertEqual(len(hashes), 500)
            self.wait_ends([*streams, begin], list(hashes))

    def test_a_tracker_without_its_topic_is_a_problem_that_is_shown(self) -> None:
        with LndStage(["--trackpayments-topics=trackpayments_final"]).alone() as stage:
            wait_until(lambda: any("see its option trackpayments-topics" in problem for problem in stage.show()["problems"]), "the reason")

    def test_streams_survive_the_tracker(self) -> None:
        """It is stopped and started, and killed. Payments that end meanwhile are sent when it is back."""
        with LndStage().alone() as stage, clients_of(stage) as (grpc, rest):
            state = grpc.stream(grpc_client.SUBSCRIBE_STATE)
            held = [stage.pay(1_000_000 + n, "hold") for n in range(3)]
            for invoice in held:
                stage.wait_status(invoice, "IN_FLIGHT")
            streams: list[Any] = [grpc.stream(TRACK_PAYMENTS), rest.call(rest_client.TRACK_PAYMENTS)]
            one = grpc.stream(grpc_client.TRACK_PAYMENT, of_hash(bytes.fromhex(held[2]["payment_hash"])))
            for stream in (*streams, one):
                stream.wait(1)
            for number, stop in enumerate((lambda: stage.node.stop_plugin(PLUGIN), lambda: os.kill(stage.plugin_pid(), signal.SIGKILL))):
                stop()
                wait_until(lambda: stage.show()["state"] == "away", "its end")
                self.assertEqual(grpc.status(TRACK_PAYMENTS), AWAY)
                self.assertEqual(rest.get(rest_client.TRACK_PAYMENTS), (503, {"error": {"code": 14, "message": AWAY[1], "details": []}}))
                wait_until(lambda: any("does not answer" in problem for problem in stage.show()["problems"]), "the reason")
                stage.release(held[number])
                stage.wait_rows(held[number], "complete")
                missed = stage.invoice(2_000_000)
                stage.pay_now(missed)
                stage.node.start_plugin(PLUGIN)
                self.wait_ends(streams, [held[number]["payment_hash"], missed["payment_hash"]])
                wait_until(lambda: not stage.show()["problems"], "no problem")
            self.assertFalse(one.ended())
            stage.release(held[2])
            self.assertEqual(one.status(), (0, ""))
            self.wait_ends([*streams, one], [held[2]["payment_hash"]])
            waiting, active = b"\x08\xff\x01", b"\x08\x04"
            self.assertEqual(state.wait(5), [active, waiting, active, waiting, active])
            self.assertEqual(stage.stop(), [])

    def test_a_stop_of_the_tracker_that_lightningd_does_not_report(self) -> None:
        """Before v25.02 only a call shows it: the server makes one after ten seconds without a message."""
        with BesideStage(version="v24.11", slower=1_000_000) as stage:
            stage.allowed += ["trackpayments does not answer: "]
            stage.wait_active()
            stage.node.stop_plugin(PLUGIN)
            self.assertEqual(stage.show()["state"], "active")
            stage.put_forward(10.5)
            wait_until(lambda: stage.show()["state"] != "active", "another state")
            stage.start_plugin()

    def test_the_server_ends_streams_in_order(self) -> None:
        with active() as (stage, grpc, rest):
            grpc_stream, rest_stream = grpc.stream(TRACK_PAYMENTS), rest.call(rest_client.TRACK_PAYMENTS)
            state = grpc.stream(grpc_client.SUBSCRIBE_STATE)
            grpc_stream.initial_metadata(), state.wait(1)
            paid = self.settled(stage)[0]
            self.wait_ends([grpc_stream, rest_stream], [paid["payment_hash"]])
            stage.barrier()
            last = stage.messages()[-1]["cursor"]
            stage.node.stop_plugin(LND)
            self.assertEqual(grpc_stream.status(), (2, "routerrpc server shutting down"))
            self.assertEqual(grpc_stream.trailers()["trackpayments-cursor"], last)
            self.assertEqual(rest_stream.wait_end()[-1], {"error": {"code": 2, "message": "routerrpc server shutting down", "details": []}})
            self.assertNotEqual(state.status()[0], 0)
            missed = self.settled(stage)[0]
            stage.node.start_plugin(LND)
            stage.wait_active()
            with stage.grpc() as again:
                resumed = again.stream(TRACK_PAYMENTS, metadata={"trackpayments-since": last})
                self.wait_ends([resumed], [missed["payment_hash"]])

    def test_a_killed_server_does_not_disturb_the_node(self) -> None:
        with LndStage() as stage:
            stage.allowed = ["Killing plugin", "exited"]
            stage.wait_active()
            with stage.grpc() as grpc:
                stream = grpc.stream(TRACK_PAYMENTS)
                stream.initial_metadata()
                os.kill(stage.lnd_pid(), signal.SIGKILL)
                self.assertEqual(stream.status()[0], 14)
            paid = self.settled(stage)[0]
            stage.node.start_plugin(LND)
            stage.wait_active()
            with stage.grpc() as grpc:
                follow = grpc.stream(grpc_client.TRACK_PAYMENT, of_hash(bytes.fromhex(paid["payment_hash"])))
                self.assertEqual(follow.status(), (0, ""))

    def test_before_the_tracker_answers(self) -> None:
        """The state says so, and other calls are refused with LND's text for that time, whatever their macaroon."""
        with LndStage(tracker=False) as stage:
            stage.allowed = ["topic 'trackpayments' is not a known", "Unknown command 'trackpayments'"]
            shown = wait_until(lambda: stage.show() if stage.certificate.exists() else None, "the listeners")
            self.assertEqual((shown["state"], shown["calls"]), ("waiting", []))
            with stage.grpc(macaroon=None) as grpc, stage.rest(macaroon=None) as rest:
                state = grpc.stream(grpc_client.SUBSCRIBE_STATE)
                self.assertEqual(state.wait(1), [b"\x08\xff\x01"])
                self.assertEqual(rest.get(rest_client.GET_STATE), (200, {"state": "WAITING_TO_START"}))
                error = {"code": 2, "message": "waiting to start, RPC services not available", "details": []}
                for path in (TRACK_PAYMENTS, grpc_client.TRACK_PAYMENT, grpc_client.GET_INFO, grpc_client.GET_VERSION):
                    self.assertEqual(grpc.status(path, metadata={"macaroon": "zz"}), (error["code"], error["message"]))
                self.assertEqual(rest.get(rest_client.TRACK_PAYMENTS), (500, {"error": error}))
                self.assertEqual(rest.get(rest_client.GET_INFO), (500, error))
                stage.start_plugin()
                self.assertEqual(state.wait(2)[1:], [b"\x08\x04"])
            stage.wait_active()
            with stage.grpc() as grpc:
                stream = grpc.stream(TRACK_PAYMENTS)
                stream.initial_metadata()
                self.wait_ends([stream], [self.settled(stage)[0]["payment_hash"]])

    def test_while_the_tracker_searches_for_payments_in_flight(self) -> None:
        """TrackPayments waits for all of them; calls by hash or after a cursor do not."""
        rows = [test_old_rows.finished(index) for index in range(1, test_old_rows.OLD + 1)]
        lost = test_old_rows.left_behind(test_old_rows.LOST)
        rows[test_old_rows.LOST - 1] = lost
        with LndStage(tracker=False) as stage:
            stage.allowed = ["topic 'trackpayments' is not a known", "Unknown command 'trackpayments'"]
            stage.node.call("standin-rows", {"rows": [*rows, test_old_rows.left_behind(test_old_rows.OLD + test_old_rows.NEWEST)]})
            stage.fault("hang", "listsendpays", after=5)
            stage.start_plugin()
            stage.wait_active()
            with stage.grpc() as grpc:
                held = grpc.stream(TRACK_PAYMENTS)
                cursor = stage.node.call("trackpayments")["cursor"]
                resumed = grpc.stream(TRACK_PAYMENTS, metadata={"trackpayments-since": cursor})
                self.assertEqual(resumed.initial_metadata()["trackpayments-cursor"], cursor)
                self.assertEqual(held.messages, [])
                self.assertIs(stage.node.call("trackpayments")["complete"], False)
                stage.fault("unhang", "listsendpays")
                expected = [(lost["payment_hash"], "IN_FLIGHT"), (test_old_rows.payment_hash(test_old_rows.OLD + test_old_rows.NEWEST), "IN_FLIGHT")]
                self.assertEqual([lnd_wire.payment_hash_and_status(wire) for wire in held.wait(2)], expected)
                self.assertEqual([lnd_wire.payment_hash_and_status(wire) for wire in resumed.wait(1)], expected[:1])
                self.wait_ends([held], [self.settled(stage)[0]["payment_hash"]])


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
