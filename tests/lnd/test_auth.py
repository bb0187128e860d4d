"""Every method refuses every wrong macaroon with LND's code and text, in gRPC and REST, and serves the right one in each spelling."""

from __future__ import annotations

import base64
import json
import unittest
from typing import NamedTuple

from beside import BesideStage  # first: it makes the others importable
from lnd_stage import die_on_sigterm

import grpc_client
import macaroon
import rest_client

PAST, FUTURE = "2020-01-01T00:00:00Z", "2200-01-01T00:00:00.5+01:00"
SIGNATURE = "verification failed: signature mismatch after caveat verification"
UNREADABLE = "cannot determine data format of binary-encoded macaroon"


class Method(NamedTuple):
    grpc: str
    request: bytes
    rest: str
    streams: bool


def methods(payment_hash: str) -> list[Method]:
    """Those that need a macaroon."""
    raw = bytes.fromhex(payment_hash)
    track = rest_client.TRACK_PAYMENT + base64.urlsafe_b64encode(raw).decode()
    return [Method(grpc_client.TRACK_PAYMENTS, b"", rest_client.TRACK_PAYMENTS, True),
            Method(grpc_client.TRACK_PAYMENT, grpc_client.of_hash(raw), track, True),
            Method(grpc_client.GET_INFO, b"", rest_client.GET_INFO, False),
            Method(grpc_client.GET_VERSION, b"", rest_client.GET_VERSION, False)]


class Auth(unittest.TestCase):
    """One stage for all tests."""

    refusals = 0  # so far

    @classmethod
    def setUpClass(cls) -> None:
        cls.stage = cls.enterClassContext(BesideStage())
        cls.stage.wait_active()
        paid = cls.stage.pay(1_000)
        cls.payment_hash = paid["payment_hash"]
        cls.stage.wait_status(paid, "SUCCEEDED")
        cls.stage.barrier()
        cls.rest = cls.enterClassContext(cls.stage.rest(macaroon=None))

    def setUp(self) -> None:
        self.grpc = self.enterContext(self.stage.grpc(macaroon=None))

    def rune(self, *restrictions: list[str]) -> str:
        rune = self.stage.node.call("createrune", {"restrictions": list(restrictions)} if restrictions else {})["rune"]
        self.stage.secrets.add(rune)
        return rune

    def checks(self) -> int:
        """How often the server has asked lightningd about a rune."""
        self.stage.barrier()
        self.stage.subscribers[0].messages()
        return sum(call["method"] == "checkrune" and call["id"].startswith("trackpayments-lnd:")
                   for call in self.stage.subscribers[0].hooked)

    def forgive(self) -> None:
        """Bad macaroons would end the connection after a while, and slow the address; a minute and a new connection begin anew."""
        type(self).refusals += 2
        if self.refusals % 4 != 0:
            return
        self.stage.put_forward(61)
        self.grpc = self.enterContext(self.stage.grpc(macaroon=None))

    def refused(self, method: Method, values: list[str], text: str) -> dict[str, str]:
        """Checks both surfaces. Returns gRPC's trailers."""
        self.forgive()
        stream = self.grpc.stream(method.grpc, method.request, [("macaroon", value) for value in values])
        self.assertEqual((method.grpc, stream.messages, stream.status()), (method.grpc, [], (2, text)))
        answer = self.rest.call(method.rest, [f"grpc-metadata-MACAROON: {value}" for value in values])
        error = json.dumps({"code": 2, "message": text, "details": []}, separators=(",", ":"), ensure_ascii=False)
        body = f'{{"error":{error}}}\n' if method.streams else error
        self.assertEqual((method.rest, answer.status_line, answer.whole().decode()),
                         (method.rest, "HTTP/1.1 500 Internal Server Error", body))
        return stream.trailers()

    def served(self, method: Method, value: str) -> None:
        stream = self.grpc.stream(method.grpc, method.request, {"macaroon": value})
        if method.grpc == grpc_client.TRACK_PAYMENTS:
            self.assertIn("trackpayments-cursor", stream.initial_metadata())
            stream.cancel()
        else:
            self.assertEqual((method.grpc, stream.status(), len(stream.messages)), (method.grpc, (0, ""), 1))
        answer = self.rest.call(method.rest, [f"Grpc-Metadata-Macaroon: {value}"])
        self.assertEqual((method.rest, answer.status_line), (method.rest, "HTTP/1.1 200 OK"))
        answer.connection.close()

    def test_table(self) -> None:
        good = self.stage.macaroon()
        rune = self.stage.rune()
        foreign = base64.urlsafe_b64encode(bytes(range(32)) + b"=1&method=trackpayments").decode()
        malformed: list[tuple[list[str], str]] = [
            ([], "expected 1 macaroon, got 0"),
            ([good, good], "expected 1 macaroon, got 2"),
            (["zz"], "encoding/hex: invalid byte: U+007A 'z'"),
            (["020"], "encoding/hex: odd length hex string"),
            ([""], "empty macaroon data"),
            (["ffff"], UNREADABLE),
            (["{}".encode().hex()], UNREADABLE),
            ([macaroon.macaroon(b"\x02abc")], "invalid ID"),
            ([macaroon.macaroon(macaroon.macaroon_id(b"0"))], SIGNATURE),
            ([macaroon.of_rune(rune, f"time-before {PAST}")], f'caveat "time-before {PAST}" not satisfied: macaroon has expired'),
            ([macaroon.of_rune(rune, "ipaddr 10.1.2.3")],
             'caveat "ipaddr 10.1.2.3" not satisfied: macaroon locked to different IP address'),
            ([macaroon.of_rune(rune, "iprange 10.0.0.0/8")],
             'caveat "iprange 10.0.0.0/8" not satisfied: macaroon locked to different IP range'),
            ([macaroon.of_rune(rune, f"time-before {FUTURE}", "foo bar")], 'caveat "foo bar" not satisfied: caveat not recognized'),
        ]
        blacklisted = self.rune(["method=trackpayments"])
        self.stage.blacklist(blacklisted)
        denied = [
            (foreign, SIGNATURE),
            (blacklisted, SIGNATURE),
            (self.rune(["method=listpeers"]), "permission denied"),
            (self.rune(["method=trackpayments", "method=getinfo"], ["time<1"]), "permission denied"),
        ]
        table = methods(self.payment_hash)
        before = self.checks()
        for values, text in malformed:
            for method in table:
                self.assertNotIn("trackpayments-reason", self.refused(method, values, text))
        self.assertEqual(self.checks(), before, "lightningd is not asked about these")
        for value, text in denied:
            for method in table:
                reason = self.refused(method, [value], text)["trackpayments-reason"]
                self.assertTrue(reason)
                self.assertNotIn(value, reason)
        self.assertEqual(self.checks(), before + 2 * len(denied) * len(table), "once a call")
        raw = base64.urlsafe_b64decode(rune)
        spellings = [good, good.upper(), self.stage.macaroon("admin"), rune.encode().hex(), (rune + "\n").encode().hex(), raw.hex(), rune,
                     macaroon.of_rune(rune, f"time-before {FUTURE}", "ipaddr 127.0.0.1", "iprange 127.0.0.0/8")]
        for value in spellings:
            for method in table:
                self.served(method, value)
        self.stage.secrets |= {raw.hex(), rune.encode().hex(), foreign}

    def test_one_method_of_two(self) -> None:
        """A rune's permission is that of the command behind the method."""
        track, lookup, info, version = methods(self.payment_hash)
        for permitted, others, name in (([track, lookup], [info, version], "trackpayments"), ([info, version], [track, lookup], "getinfo")):
            rune = self.rune([f"method={name}"])
            for method in permitted:
                self.served(method, rune)
            for method in others:
                self.refused(method, [rune], "permission denied")

    def test_a_rune_may_restrict_parameters(self) -> None:
        track, lookup, *_ = methods(self.payment_hash)
        rune = self.rune(["method=trackpayments"], [f"pnamepaymenthash={self.payment_hash}"])
        self.served(lookup, rune)
        self.refused(track, [rune], "permission denied")
        self.refused(methods("ab" * 32)[1], [rune], "permission denied")

    def test_the_state_needs_no_macaroon(self) -> None:
        active = b"\x08\x04"
        for values in ([], ["zz"], ["a", "b"]):
            metadata = [("macaroon", value) for value in values]
            self.assertEqual(self.grpc.unary(grpc_client.GET_STATE, metadata=metadata), active)
            stream = self.grpc.stream(grpc_client.SUBSCRIBE_STATE, metadata=metadata)
            self.assertEqual(stream.wait(1), [active])
            stream.cancel()
            headers = [f"Grpc-Metadata-Macaroon: {value}" for value in values]
            self.assertEqual(self.rest.call(rest_client.GET_STATE, headers).whole(), b'{"state":"SERVER_ACTIVE"}')
            answer = self.rest.call(rest_client.SUBSCRIBE_STATE, headers)
            self.assertEqual(answer.wait(1), [{"result": {"state": "SERVER_ACTIVE"}}])

    def test_only_the_header_of_lnd_counts(self) -> None:
        good = self.stage.macaroon()
        for header in ("Macaroon", "Authorization", "Grpc-Metadata-Macaroons"):
            answer = self.rest.call(rest_client.GET_INFO, [f"{header}: {good}"])
            self.assertEqual(answer.whole(), b'{"code":2,"message":"expected 1 macaroon, got 0","details":[]}')

    def test_nothing_is_sent_before_the_check(self) -> None:
        invoice = self.stage.pay(1_000_000, "hold")
        self.stage.wait_status(invoice, "IN_FLIGHT")
        good = self.stage.macaroon()
        self.stage.fault("hang", "checkrune")
        table = methods(self.payment_hash)
        streams = [self.grpc.stream(method.grpc, method.request, {"macaroon": good}) for method in table]
        connections = [self.rest.send(method.rest, [f"Grpc-Metadata-Macaroon: {good}"]) for method in table]
        self.stage.release(invoice)
        self.stage.wait_status(invoice, "SUCCEEDED")
        self.stage.barrier()
        # Answers on the same connections and the same listener: the others would have come first.
        self.assertEqual(self.grpc.unary(grpc_client.GET_STATE), b"\x08\x04")
        self.assertEqual(self.rest.get(rest_client.GET_STATE), (200, {"state": "SERVER_ACTIVE"}))
        for stream in streams:
            self.assertEqual((stream.messages, stream.ended()), ([], False))
        for connection in connections:
            connection.poll()
            self.assertEqual((bytes(connection.data), connection.closed), (b"", False))
        self.stage.fault("unhang", "checkrune")
        for stream in streams[1:]:
            self.assertEqual((stream.status(), len(stream.messages)), ((0, ""), 1))
        streams[0].cancel()

    def test_another_connection_is_checked_again(self) -> None:
        """A rune that is blacklisted meanwhile opens nothing more; a stream that is open goes on, as with LND."""
        rune = self.rune(["method=trackpayments"])
        stream = self.grpc.stream(grpc_client.TRACK_PAYMENTS, metadata={"macaroon": rune})
        stream.initial_metadata()
        self.stage.blacklist(rune)
        self.refused(methods(self.payment_hash)[0], [rune], SIGNATURE)
        self.stage.wait_status(self.stage.pay(1_000), "SUCCEEDED")
        stream.wait(1)
        stream.cancel()


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
