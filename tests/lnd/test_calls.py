"""Calls are answered as LND does: order, filter, ends, information, and every error to the byte."""

from __future__ import annotations

import base64
import json
import subprocess
import unittest
from typing import Any

from lnd_stage import LndStage, die_on_sigterm, wait_until  # first: it makes the others importable

import grpc_client
import lnd_wire
import rest_client
import traffic
from grpc_client import NO_INFLIGHT_UPDATES, of_hash

JSON = "Content-Type: application/json"


def track(payment_hash: str) -> str:
    return rest_client.TRACK_PAYMENT + base64.urlsafe_b64encode(bytes.fromhex(payment_hash)).decode()


class Calls(unittest.TestCase):
    """One stage for all tests; each ends the payments that it holds."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.stage = cls.enterClassContext(LndStage(traffic.OPTIONS, first=True))
        cls.shown = cls.stage.wait_active()
        cls.grpc = cls.enterClassContext(cls.stage.grpc())
        cls.rest = cls.enterClassContext(cls.stage.rest())

    def release(self, *invoices: dict[str, Any]) -> None:
        for invoice in invoices:
            self.stage.release(invoice)
            self.stage.wait_status(invoice, "SUCCEEDED")
        self.stage.barrier()

    def finished(self) -> dict[str, Any]:
        paid = self.stage.pay(1_000_000)
        return self.stage.wait_status(paid, "SUCCEEDED")

    def test_subscribers_get_payments_in_flight_by_index_then_every_change(self) -> None:
        held = traffic.hold_two(self.stage) + [self.stage.pay(6_000_000, parts=["hold", "hold"])]
        self.stage.wait_status(held[2], "IN_FLIGHT", parts=2)
        self.stage.barrier()
        expected, before = self.stage.in_flight(), len(self.stage.snapshots())
        self.assertEqual(len(expected), 3)
        grpc = self.grpc.stream(grpc_client.TRACK_PAYMENTS)
        quiet = self.grpc.stream(grpc_client.TRACK_PAYMENTS, NO_INFLIGHT_UPDATES)
        rest = self.rest.call(rest_client.TRACK_PAYMENTS)
        quiet_rest = [self.rest.call(f"{rest_client.TRACK_PAYMENTS}?{query}")
                      for query in ("no_inflight_updates=true", "noInflightUpdates=1", "no_inflight_updates=T&more=1&&x.y=2")]
        self.assertIn("trackpayments-cursor", quiet.initial_metadata())
        self.assertEqual((rest.fields[:2], rest.chunked), ([JSON, "Grpc-Metadata-Content-Type: application/grpc"], True))
        grpc.wait(3), rest.wait(3)
        self.release(*held)
        failed = self.stage.pay(1_000_000, "incorrect_or_unknown_payment_details")
        self.stage.wait_status(failed, "FAILED")
        self.stage.barrier()
        expected += self.stage.snapshots()[before:]
        self.assertEqual(lnd_wire.stream_complaints(grpc.wait(len(expected)), expected), [])
        lines = rest.wait(len(expected))
        self.assertEqual([line["result"] for line in lines], expected)
        self.assertEqual({tuple(line) for line in lines}, {("result",)})
        ends = [payment for payment in expected if payment["status"] != "IN_FLIGHT"]
        self.assertEqual(lnd_wire.stream_complaints(quiet.wait(len(ends)), ends), [])
        for answer in quiet_rest:
            self.assertEqual([line["result"] for line in answer.wait(len(ends))], ends)
        for stream in (grpc, quiet):
            stream.cancel()
        for answer in (rest, *quiet_rest):
            answer.connection.close()
        wait_until(lambda: not self.stage.show()["calls"], "their end")

    def test_each_line_is_one_chunk(self) -> None:
        held = self.stage.pay(2_000_000, "hold")
        payment = self.stage.wait_status(held, "IN_FLIGHT")
        answer = self.rest.call(rest_client.TRACK_PAYMENTS)
        answer.wait(1)
        self.assertEqual([json.loads(chunk) for chunk in answer.chunks], [{"result": payment}])
        self.assertTrue(answer.chunks[0].startswith(b'{"result":{"payment_hash":"'))
        self.assertTrue(answer.chunks[0].endswith(b"}}\n"))
        answer.connection.close()
        self.release(held)

    def test_one_payment_is_followed_to_its_end(self) -> None:
        held = self.stage.pay(3_000_000, "temporary_channel_failure", "hold")
        first = self.stage.wait_attempts(held, "FAILED", "IN_FLIGHT")
        raw = bytes.fromhex(held["payment_hash"])
        grpc = self.grpc.stream(grpc_client.TRACK_PAYMENT, of_hash(raw))
        quiet = self.grpc.stream(grpc_client.TRACK_PAYMENT, of_hash(raw, no_inflight_updates=True))
        rest = self.rest.call(track(held["payment_hash"]))
        quiet_rest = self.rest.call(track(held["payment_hash"]) + "?no_inflight_updates=true")
        self.assertEqual(lnd_wire.stream_complaints(grpc.wait(1), [first]), [])
        rest.wait(1)
        self.assertEqual(quiet.initial_metadata().get("grpc-status"), None)
        other = self.finished()  # of no interest to them
        before = len(self.stage.snapshots(held))
        self.release(held)
        updates = self.stage.snapshots(held)[before:]
        for stream, expected in ((grpc, [first, *updates]), (quiet, updates[-1:])):
            self.assertEqual(stream.status(), (0, ""))
            self.assertEqual(lnd_wire.stream_complaints(stream.messages, expected), [])
        self.assertEqual([line["result"] for line in rest.wait_end()], [first, *updates])
        self.assertEqual([line["result"] for line in quiet_rest.wait_end()], updates[-1:])
        self.assertNotEqual(other["payment_hash"], held["payment_hash"])
        # The connection stays open.
        self.assertEqual(self.rest.call(rest_client.GET_STATE, on=rest.connection).status, 200)

    def test_a_payment_that_is_over_is_one_message(self) -> None:
        payment = self.finished()
        raw = bytes.fromhex(payment["payment_hash"])
        for request in (of_hash(raw), of_hash(raw, no_inflight_updates=True)):
            stream = self.grpc.stream(grpc_client.TRACK_PAYMENT, request)
            self.assertEqual(stream.status(), (0, ""))
            self.assertEqual(lnd_wire.stream_complaints(stream.messages, [payment]), [])
        answer = self.rest.call(track(payment["payment_hash"]))
        self.assertEqual([line["result"] for line in answer.wait_end()], [payment])
        standard = base64.b64encode(raw).decode().replace("+", "%2B").replace("=", "%3D")
        if "/" not in standard:
            self.assertEqual([line["result"] for line in self.rest.call(rest_client.TRACK_PAYMENT + standard).wait_end()], [payment])

    def test_the_newest_payment_of_a_hash_is_shown(self) -> None:
        invoice = self.stage.undecided("settle")
        self.stage.wait_status(invoice, "FAILED")
        self.stage.sendpay(invoice, partid=1, groupid=2)
        newest = self.stage.wait_status(invoice, "SUCCEEDED")
        stream = self.grpc.stream(grpc_client.TRACK_PAYMENT, of_hash(bytes.fromhex(invoice["payment_hash"])))
        self.assertEqual(stream.status(), (0, ""))
        self.assertEqual(lnd_wire.stream_complaints(stream.messages, [newest]), [])

    def test_hashes_that_cannot_be_followed(self) -> None:
        self.assertEqual(self.grpc.status(grpc_client.TRACK_PAYMENT, of_hash(b"\xab" * 32)), (5, "payment isn't initiated"))
        for length in (0, 1, 31, 33, 64):
            text = f"invalid hash length of {length}, want 32"
            self.assertEqual(self.grpc.status(grpc_client.TRACK_PAYMENT, of_hash(bytes(length))), (2, text))
            self.rest_error(track("00" * length), "500 Internal Server Error", 2, text)
        self.rest_error(track("ab" * 32), "404 Not Found", 5, "payment isn't initiated")

    def rest_error(self, path: str, status: str, code: int, text: str, stream: bool = True, verb: str = "GET",
                   macaroon: bool = True) -> None:
        """An error of a call in a stream's frame, or a bare one."""
        client = self.rest if macaroon else self.enterContext(self.stage.rest(macaroon=None))
        answer = client.call(path, verb=verb)
        self.assertEqual((path, answer.status_line), (path, f"HTTP/1.1 {status}"))
        self.assertEqual(answer.fields[0], JSON)
        error = json.dumps({"code": code, "message": text, "details": []}, separators=(",", ":"), ensure_ascii=False)
        body = f'{{"error":{error}}}\n' if stream else error
        if verb == "HEAD":
            self.assertEqual(answer.headers["content-length"], str(len(body.encode())))
        else:
            self.assertEqual((path, answer.whole().decode()), (path, body))
        # The connection can be used again.
        self.assertEqual(client.call(rest_client.GET_STATE, on=answer.connection).whole(), b'{"state":"SERVER_ACTIVE"}')

    def test_paths_verbs_and_parameters_that_are_refused(self) -> None:
        payments = rest_client.TRACK_PAYMENTS
        wrong_bool = 'parsing field "no_inflight_updates": strconv.ParseBool: parsing "%s": invalid syntax'
        bad = [
            ("/v2/router/nothing", "404 Not Found", 5, "Not Found"),
            ("/index.html", "404 Not Found", 5, "Not Found"),
            ("/v1/getinfo/", "404 Not Found", 5, "Not Found"),
            ("/v2/router/track/a/b", "404 Not Found", 5, "Not Found"),
            (track("ab" * 32).rstrip("="), "400 Bad Request", 3,
             "type mismatch, parameter: payment_hash, error: illegal base64 data at input byte 40"),
            ("/v2/router/track/!", "400 Bad Request", 3,
             "type mismatch, parameter: payment_hash, error: illegal base64 data at input byte 0"),
            (f"{payments}?no_inflight_updates=yes", "400 Bad Request", 3, wrong_bool % "yes"),
            (f"{payments}?no_inflight_updates", "400 Bad Request", 3, wrong_bool % ""),
            (f"{payments}?no_inflight_updates=true&no_inflight_updates=false", "400 Bad Request", 3,
             'too many values for field "no_inflight_updates": true, false'),
            (f"{payments}?no_inflight_updates.x=1", "400 Bad Request", 3, 'invalid path: "no_inflight_updates" is not a message'),
            (f"{payments}?a=%zz", "400 Bad Request", 3, 'invalid URL escape "%zz"'),
            (f"{payments}?a;b", "400 Bad Request", 3, "invalid semicolon separator in query"),
        ]
        for path, status, code, text in bad:  # before the macaroon is looked at
            self.rest_error(path, status, code, text, stream=False, macaroon=False)
        for verb in ("POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "FOO"):
            self.rest_error(rest_client.GET_INFO, "501 Not Implemented", 12, "Method Not Allowed", stream=False, verb=verb, macaroon=False)

    def test_methods_that_are_not_served(self) -> None:
        unknown = [("/lnrpc.Lightning/Foo", "unknown method Foo for service lnrpc.Lightning"),
                   ("/lnrpc.Lightning/SendPaymentSync", "unknown method SendPaymentSync for service lnrpc.Lightning"),
                   ("/routerrpc.Router/TrackPayment", "unknown method TrackPayment for service routerrpc.Router"),
                   ("/verrpc.Nope/GetVersion", "unknown service verrpc.Nope"),
                   ("/walletrpc.WalletKit/ListUnspent", "unknown service walletrpc.WalletKit"),
                   ("/a/b/c", "unknown service a/b"),
                   ("/Foo", 'malformed method name: "/Foo"')]
        with self.stage.grpc(macaroon=None) as client:
            for path, text in unknown:
                self.assertEqual((path, *client.status(path)), (path, 12, text))

    def test_requests_that_are_not_protobuf(self) -> None:
        garbage = b"\xff\xff"
        text = "proto: cannot parse invalid wire-format data"
        code, stream = self.grpc.status(grpc_client.TRACK_PAYMENTS, garbage)
        self.assertEqual((code, stream.replace("\xa0", " ")), (13, f"grpc: failed to unmarshal the received message: {text}"))
        code, unary = self.grpc.status(grpc_client.GET_INFO, garbage)
        self.assertEqual((code, unary.replace("\xa0", " ")), (13, f"grpc: error unmarshalling request: {text}"))
        with self.stage.grpc(macaroon=None) as client:  # of a stream the macaroon is looked at first
            self.assertEqual(client.status(grpc_client.TRACK_PAYMENTS, garbage), (2, "expected 1 macaroon, got 0"))
            self.assertEqual(client.status(grpc_client.GET_INFO, garbage)[0], 13)
        unknown_field = b"\xa2\x06\x03abc"
        self.assertEqual(len(self.grpc.unary(grpc_client.GET_STATE, unknown_field)), 2)

    def test_a_deadline_ends_a_stream(self) -> None:
        stream = self.grpc.stream(grpc_client.TRACK_PAYMENTS, timeout=0.05)
        self.assertEqual(stream.status()[0], 4)
        answer = self.rest.call(rest_client.TRACK_PAYMENTS, ["Grpc-Timeout: 50m"])
        self.assertEqual(answer.wait_end()[-1], {"error": {"code": 4, "message": "context deadline exceeded", "details": []}})
        answer = self.rest.call(rest_client.TRACK_PAYMENTS, ["Grpc-Timeout: soon"])
        self.assertEqual((answer.status, answer.whole()), (400, b'{"code":3,"message":"invalid grpc-timeout: soon","details":[]}'))

    def test_information(self) -> None:
        node = self.stage.node.call("getinfo")
        info = lnd_wire.read("lnrpc.GetInfoResponse", self.grpc.unary(grpc_client.GET_INFO))
        expected = {"identity_pubkey": node["id"], "alias": node["alias"], "color": f"#{node['color']}",
                    "block_height": node["blockheight"], "num_peers": node["num_peers"], "num_active_channels": node["num_active_channels"], "synced_to_chain": True,
                    "chains": [{"chain": "bitcoin", "network": "regtest"}], "testnet": False}
        self.assertEqual({key: info[key] for key in expected}, expected)
        self.assertRegex(info["version"], r"^0\.21\.0-beta")
        answer = self.rest.call(rest_client.GET_INFO)
        self.assertEqual((answer.status, answer.fields[:2]), (200, [JSON, "Grpc-Metadata-Content-Type: application/grpc"]))
        shown = json.loads(answer.whole())
        self.assertEqual({key: shown[key] for key in expected}, expected)
        self.assertEqual({key: value for key, value in info.items() if key in shown}, {key: shown[key] for key in shown if key in info})

    def test_version(self) -> None:
        version = lnd_wire.read("verrpc.Version", self.grpc.unary(grpc_client.GET_VERSION))
        self.assertEqual((version["app_minor"], version["commit_hash"], version["build_tags"]), (21, "", []))
        self.assertTrue(version["version"].startswith("0.21.0-beta"))
        self.assertEqual(self.rest.get(rest_client.GET_VERSION), (200, version))

    def test_bytes_of_errors_in_http2(self) -> None:
        """curl shows the header of HTTP/2, which grpcio hides."""
        def curl(path: str, *arguments: str) -> list[str]:
            command = ["curl", "--silent", "--http2", "--include", "--cacert", str(self.stage.certificate), *arguments,
                       "--header", "te: trailers", f"https://{self.shown['rpclisten'][0]}{path}"]
            return subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\r\n")

        empty = ["--data-binary", "@/dev/null", "--header"]
        post = [*empty, "content-type: application/grpc"]
        self.assertEqual(curl("/lnrpc.Lightning/Foo", *post),
                         ["HTTP/2 200 ", "content-type: application/grpc", "grpc-status: 12",
                          "grpc-message: unknown method Foo for service lnrpc.Lightning", "", ""])
        self.assertEqual(curl("/lnrpc.Lightning/Foo", *empty, "content-type: application/grpc+proto")[1],
                         "content-type: application/grpc+proto")
        self.assertEqual(curl(grpc_client.GET_INFO, *empty, "content-type: application/json"),
                         ["HTTP/2 415 ", "content-type: application/grpc", "grpc-status: 3",
                          'grpc-message: invalid gRPC request content-type "application/json"', "", ""])
        self.assertEqual(curl(grpc_client.GET_INFO, *post, "--header", "grpc-timeout: 1X"),
                         ["HTTP/2 400 ", "content-type: application/grpc", "grpc-status: 13",
                          'grpc-message: malformed grpc-timeout: transport: timeout unit is not recognized: "1X"', "", ""])
        self.assertEqual(curl(grpc_client.GET_INFO, *post, "--header", "grpc-encoding: gzip")[2:4],
                         ["grpc-status: 12", 'grpc-message: grpc: Decompressor is not installed for grpc-encoding "gzip"'])
        self.assertEqual(curl(grpc_client.TRACK_PAYMENTS, *post, "--header", "macaroon: %é")[2:4],
                         ["grpc-status: 2", "grpc-message: encoding/hex: invalid byte: U+0025 '%25'"])

    def test_the_command_shows_open_calls(self) -> None:
        held = self.stage.pay(2_000_000, "hold")
        self.stage.wait_status(held, "IN_FLIGHT")
        stream = self.grpc.stream(grpc_client.TRACK_PAYMENTS)
        answer = self.rest.call(rest_client.TRACK_PAYMENTS)
        stream.wait(1), answer.wait(1)
        call = {"method": grpc_client.TRACK_PAYMENTS, "client": "127.0.0.1", "messages": 1}
        self.assertEqual(self.stage.show()["calls"], [{**call, "surface": "grpc"}, {**call, "surface": "rest"}])
        stream.cancel()
        answer.connection.close()
        wait_until(lambda: not self.stage.show()["calls"], "the end of both")
        self.release(held)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
