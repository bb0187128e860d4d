"""Clients written for LND get what the topic says, for payments of every kind: LND's documentation sample, the npm package `lightning`,
Python's grpcio, and curl with HTTP/1.1 and HTTP/2."""

from __future__ import annotations

import base64
import contextlib
import subprocess
import unittest
from typing import Any

from lnd_stage import LndStage, die_on_sigterm  # first: it makes the others importable

import clients
import lightning_events
import lnd_wire
import rest_client
import traffic
from grpc_client import GET_INFO, TRACK_PAYMENT, TRACK_PAYMENTS, of_hash


def path_of(payment_hash: str) -> str:
    return rest_client.TRACK_PAYMENT + base64.urlsafe_b64encode(bytes.fromhex(payment_hash)).decode()


class Clients(unittest.TestCase):
    """One stage, and all clients at once."""

    def check_payments(self, lines: list[Any], expected: list[dict[str, Any]]) -> None:
        self.assertEqual(len(lines), len(expected))
        for line, payment in zip(lines, expected):
            self.assertEqual(line, payment)

    def check_events(self, lines: list[Any], payments: list[dict[str, Any]]) -> None:
        expected = [event for payment in payments for event in lightning_events.events(payment)]
        self.assertEqual([line[0] for line in lines], [event[0] for event in expected])
        for line, event in zip(lines, expected):
            self.assertEqual(lightning_events.differences(line, event), [])

    def test_every_client_gets_every_payment(self) -> None:
        with LndStage(traffic.OPTIONS) as stage, contextlib.ExitStack() as programs:
            stage.wait_active()
            held = traffic.hold_two(stage)
            expected = stage.in_flight()
            self.assertEqual(len(expected), 2)
            first = len(stage.snapshots())
            events = sum(len(lightning_events.events(payment)) for payment in expected)
            grpc = programs.enter_context(stage.grpc())
            stream = grpc.stream(TRACK_PAYMENTS)
            readers = [clients.node(stage, "sample.mjs"), clients.node(stage, "lightning.mjs", "payments"),
                       clients.curl(stage, rest_client.TRACK_PAYMENTS, "--http1.1"),
                       clients.curl(stage, rest_client.TRACK_PAYMENTS, "--http2", grpc_port=True)]
            sample, lightning, http1, http2 = map(programs.enter_context, readers)
            for reader, count in ((sample, 2), (lightning, events), (http1, 2), (http2, 2)):
                reader.wait(count)
            stream.wait(2)

            hashes = traffic.every_kind(stage)
            for invoice in held:
                stage.release(invoice)
                stage.wait_status(invoice, "SUCCEEDED")
            stage.barrier()
            expected += stage.snapshots()[first:]
            hashes += [invoice["payment_hash"] for invoice in held]
            events = sum(len(lightning_events.events(payment)) for payment in expected)
            self.assertEqual({p["status"] for p in expected}, {"IN_FLIGHT", "SUCCEEDED", "FAILED"})

            self.assertEqual(lnd_wire.stream_complaints(stream.wait(len(expected)), expected), [])
            self.check_payments(sample.wait(len(expected)), expected)
            self.check_events(lightning.wait(events), expected)
            self.check_payments([line.get("result") for line in http1.wait(len(expected))], expected)
            self.check_payments([line.get("result") for line in http2.wait(len(expected))], expected)

            ends = {payment_hash: stage.snapshots(payment_hash)[-1] for payment_hash in hashes}
            self.check_lookups(stage, grpc, ends)
            self.check_past(stage, ends)
            self.check_wallet(stage)
            self.assertEqual({call["messages"] for call in stage.show()["calls"]}, {len(expected)})
            self.check_nothing_more(stage, stream, [sample, lightning, http1, http2], events, len(expected))

    def check_lookups(self, stage: LndStage, grpc: Any, ends: dict[str, dict[str, Any]]) -> None:
        """TrackPaymentV2 of a payment that is over: one message and the end."""
        for payment_hash, payment in ends.items():
            stream = grpc.stream(TRACK_PAYMENT, of_hash(bytes.fromhex(payment_hash)))
            self.assertEqual(stream.status(), (0, ""))
            self.assertEqual(lnd_wire.stream_complaints(stream.messages, [payment]), [])
        address, payment_hash = stage.show()["restlisten"][0], next(iter(ends))
        for version in ("--http1.1", "--http2"):
            with clients.curl(stage, path_of(payment_hash), version) as curl:
                self.assertEqual(curl.finish(), [{"result": ends[payment_hash]}])
        answer = subprocess.run(["curl", "--silent", "--cacert", str(stage.certificate), f"https://{address}{path_of(payment_hash)}"],
                                capture_output=True, check=True)
        self.assertEqual(answer.stdout, b'{"error":{"code":2,"message":"expected 1 macaroon, got 0","details":[]}}\n')

    def check_past(self, stage: LndStage, ends: dict[str, dict[str, Any]]) -> None:
        with clients.node(stage, "lightning.mjs", "past", *ends, "ab" * 32) as program:
            lines = program.finish()
        for payment_hash, payment in ends.items():
            (got, *past) = [line for line in lines if line[1] == payment_hash]
            [event] = lightning_events.events(payment)
            succeeded = payment["status"] == "SUCCEEDED"
            self.assertEqual((got[2]["is_confirmed"], got[2]["is_failed"], got[2]["is_pending"]), (succeeded, not succeeded, False))
            self.assertEqual(lightning_events.differences(got[2]["payment" if succeeded else "failed"], event[1]), [])
            self.assertEqual([line[2] for line in past], [event[0], "end"])
            self.assertEqual(lightning_events.differences(past[0][2:], event), [])
        self.assertEqual([line for line in lines if line[1] == "ab" * 32],
                         [["get", "ab" * 32, {"error": [404, "SentPaymentNotFound"]}],
                          ["past", "ab" * 32, "error", [404, "SentPaymentNotFound"]], ["past", "ab" * 32, "end"]])

    def check_wallet(self, stage: LndStage) -> None:
        info = stage.node.call("getinfo")
        with clients.node(stage, "lightning.mjs", "wallet") as program:
            [[wallet]] = program.finish()
        self.assertEqual((wallet["public_key"], wallet["alias"], wallet["color"]), (info["id"], info["alias"], "#" + info["color"]))
        self.assertEqual(wallet["current_block_height"], info["blockheight"])
        self.assertTrue(wallet["is_synced_to_chain"])
        with stage.grpc() as grpc:
            self.assertEqual(lnd_wire.read("lnrpc.GetInfoResponse", grpc.unary(GET_INFO))["version"], wallet["version"])

    def check_nothing_more(self, stage: LndStage, stream: Any, readers: list[Any], events: int, count: int) -> None:
        """After one more payment nothing but that has come."""
        last = stage.pay(1_000)
        stage.wait_status(last, "SUCCEEDED")
        stage.barrier()
        more = stage.snapshots(last)
        extra = sum(len(lightning_events.events(payment)) for payment in more)
        self.assertEqual(len(stream.wait(count + len(more))), count + len(more))
        for reader, already, new in zip(readers, (count, events, count, count), (len(more), extra, len(more), len(more))):
            self.assertEqual(len(reader.wait(already + new)), already + new)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
