"""What LND does not have, or not for everybody: server-sent events that resume, pages of other origins (CORS), and payments of BOLT 12
without their invoice."""

from __future__ import annotations

import contextlib
import json
import subprocess
import unittest
from typing import Any

from beside import BesideStage  # first: it makes the others importable
from lnd_stage import LndStage, die_on_sigterm, wait_until

import lnd_wire
import rest_client
from event_stream import EventReader
from grpc_client import TRACK_PAYMENT, TRACK_PAYMENTS, of_hash
from test_clients import path_of
from test_resume import since
from websocket_client import WebSocket

ALLOWED = {"access-control-allow-headers": "Content-Type, Accept, Grpc-Metadata-Macaroon", "access-control-allow-methods": "GET, POST, DELETE"}


def settled(stage: LndStage, **kind: Any) -> dict[str, Any]:
    return stage.wait_status(stage.pay(1_000_000, **kind), "SUCCEEDED")


class Events(unittest.TestCase):
    def test_curl_resumes(self) -> None:
        with BesideStage() as stage, contextlib.ExitStack() as programs:
            def read(path: str, *arguments: str, **more: Any) -> EventReader:
                return programs.enter_context(EventReader(stage, path, *arguments, **more))

            stage.wait_active()
            with stage.rest() as rest:
                begin = rest.call(rest_client.TRACK_PAYMENTS, ["Accept: text/event-stream"])
                self.assertEqual((begin.status, begin.headers["content-type"], begin.headers["cache-control"]),
                                 (200, "text/event-stream", "no-store"))
                cursor = begin.headers["trackpayments-cursor"]
            first = read(rest_client.TRACK_PAYMENTS)
            wait_until(first.blocks, "the beginning")
            self.assertEqual(first.blocks(), [f"retry: 2000\nid: {cursor}"])
            settled(stage)
            stage.barrier()
            expected = stage.snapshots()
            wait_until(lambda: len(first.events()) >= len(expected), "the payment")
            self.assertEqual(first.payments(), expected)
            self.assertEqual([event["id"] for event in first.events()], [message["cursor"] for message in stage.messages()])
            stage.put_forward(16)
            wait_until(lambda: ": keepalive" in first.blocks(), "a comment")
            position = first.last_id()
            first.process.terminate()

            missed = [settled(stage) for _ in range(2)]
            hashes = {payment["payment_hash"] for payment in missed}
            # A browser repeats the query of its first request.
            for path, version in ((rest_client.TRACK_PAYMENTS, "--http1.1"), (since(cursor), "--http2")):
                resumed = read(path, version, last=position)
                wait_until(lambda: {(p["payment_hash"], p["status"]) for p in resumed.payments()} >= {(h, "SUCCEEDED") for h in hashes}, "both")
                self.assertTrue({event["data"] for event in resumed.events()}.isdisjoint(map(json.dumps, expected)))
                self.assertNotEqual(resumed.last_id(), position)
            whole = read(since(cursor))
            wait_until(lambda: {p["payment_hash"] for p in whole.payments()} >= hashes | {expected[0]["payment_hash"]}, "all three")

            one = read(path_of(missed[0]["payment_hash"]))
            self.assertEqual(one.finish(), [{"data": one.events()[0]["data"]}])
            self.assertEqual(one.payments(), [missed[0]])
            self.assertEqual(one.blocks()[0], "retry: 2000")

            with stage.rest() as rest:
                accept = "Accept: text/event-stream"
                self.assertEqual(rest.get(path_of("ab" * 32), [accept]),
                                 (404, {"error": {"code": 5, "message": "payment isn't initiated", "details": []}}))
                self.assertEqual(rest.get(rest_client.TRACK_PAYMENTS, [accept, "Last-Event-ID: nonsense"])[0], 400)

            stage.node.stop_plugin(str(stage.server))
            whole.finish()
            self.assertEqual(whole.events()[-1], {"event": "error", "data": '{"code":2,"message":"routerrpc server shutting down","details":[]}'})


class OtherOrigins(unittest.TestCase):
    def ask(self, stage: LndStage, path: str, *arguments: str) -> tuple[int, dict[str, str], str]:
        address = stage.show()["restlisten"][0]
        done = subprocess.run(["curl", "--silent", "--include", "--http1.1", "--cacert", str(stage.certificate), *arguments,
                               f"https://{address}{path}"], capture_output=True, check=True, text=True)
        head, _, body = done.stdout.replace("\r\n", "\n").partition("\n\n")
        first, *rest = head.split("\n")
        return int(first.split(" ")[1]), {name.lower(): value for name, _, value in (line.partition(": ") for line in rest)}, body

    def cors(self, headers: dict[str, str]) -> dict[str, str]:
        return {name: value for name, value in headers.items() if name.startswith("access-control-")}

    def test_none_by_default(self) -> None:
        with LndStage() as stage:
            stage.wait_active()
            status, headers, body = self.ask(stage, rest_client.GET_STATE, "--request", "OPTIONS", "--header", "Origin: https://a.b")
            self.assertEqual((status, json.loads(body)["message"], self.cors(headers)), (501, "Method Not Allowed", {}))
            status, headers, _ = self.ask(stage, rest_client.GET_STATE, "--header", "Origin: https://a.b")
            self.assertEqual((status, self.cors(headers)), (200, {}))

    def test_named_origins(self) -> None:
        page = "https://page.example:8443"
        with LndStage([f"--trackpayments-lnd-restcors={page}", "--trackpayments-lnd-restcors=http://localhost:3000"]) as stage:
            stage.wait_active()
            macaroon = f"Grpc-Metadata-Macaroon: {stage.macaroon()}"
            for origin in (page, "http://localhost:3000", "https://other.example"):
                echoed = {} if "other" in origin else {"access-control-allow-origin": origin}
                asked = ["--header", f"Origin: {origin}"]
                preflight = self.ask(stage, rest_client.TRACK_PAYMENTS, "--request", "OPTIONS", *asked,
                                     "--header", "Access-Control-Request-Headers: grpc-metadata-macaroon")
                self.assertEqual((preflight[0], self.cors(preflight[1]), preflight[2]), (200, ALLOWED | echoed, ""))
                status, headers, body = self.ask(stage, rest_client.GET_INFO, *asked, "--header", macaroon)
                self.assertEqual((status, self.cors(headers)), (200, ALLOWED | echoed))
                self.assertIn("identity_pubkey", json.loads(body))
                status, headers, _ = self.ask(stage, rest_client.GET_INFO, *asked)
                self.assertEqual((status, self.cors(headers)), (500, ALLOWED | echoed), "errors too")
            for method, status in (("GET", 200), ("OPTIONS", 501)):
                self.assertEqual(self.cors(self.ask(stage, rest_client.GET_STATE, "--request", method)[1]), {})
                self.assertEqual(self.ask(stage, rest_client.GET_STATE, "--request", method)[0], status)

    def test_every_origin(self) -> None:
        with LndStage(["--trackpayments-lnd-restcors=*"]) as stage:
            stage.wait_active()
            _, headers, _ = self.ask(stage, rest_client.GET_STATE, "--header", "Origin: https://any.example")
            self.assertEqual(self.cors(headers), ALLOWED | {"access-control-allow-origin": "https://any.example"})


class Bolt12(unittest.TestCase):
    def test_invoices_are_left_out(self) -> None:
        """In every stream and lookup, and in nothing else."""
        with LndStage(["--trackpayments-lnd-omit-bolt12-invoice"]) as stage:
            stage.wait_active()
            with stage.grpc() as grpc, stage.rest() as rest, EventReader(stage, rest_client.TRACK_PAYMENTS) as events:
                stream, line_stream = grpc.stream(TRACK_PAYMENTS), rest.call(rest_client.TRACK_PAYMENTS)
                websocket = WebSocket(rest.connect(), rest_client.TRACK_PAYMENTS, [f"Grpc-Metadata-Macaroon: {rest.macaroon}"])
                wait_until(events.blocks, "the beginning")
                cursor = stream.initial_metadata()["trackpayments-cursor"]
                paid = [settled(stage, bolt12=True), settled(stage)]
                stage.barrier()
                published = stage.snapshots()
                self.assertTrue(paid[0]["payment_request"].startswith("lni1"))
                expected = [payment | ({"payment_request": ""} if payment["payment_request"].startswith("lni1") else {}) for payment in published]
                self.assertNotEqual(expected, published)
                self.assertEqual(lnd_wire.stream_complaints(stream.wait(len(expected)), expected), [])
                self.assertEqual(line_stream.wait(len(expected)), [{"result": payment} for payment in expected])
                self.assertEqual(websocket.wait(len(expected)), [{"result": payment} for payment in expected])
                wait_until(lambda: len(events.events()) >= len(expected), "the events")
                self.assertEqual(events.payments(), expected)
                one = grpc.stream(TRACK_PAYMENT, of_hash(bytes.fromhex(paid[0]["payment_hash"])))
                self.assertEqual(one.status(), (0, ""))
                self.assertEqual(lnd_wire.stream_complaints(one.messages, [paid[0] | {"payment_request": ""}]), [])
                resumed = rest.call(since(cursor))
                lines = resumed.wait(2)
                self.assertEqual({line["result"]["payment_request"] for line in lines}, {"", paid[1]["payment_request"]})


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
