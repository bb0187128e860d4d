"""Junk instead of macaroons: it does not cost lightningd a call each, the connection is closed after some, and good macaroons of the same
address go on to be served."""

from __future__ import annotations

import base64
import contextlib
import os
import unittest

from hostile_case import HostileCase  # first: it makes the others importable
from lnd_stage import die_on_sigterm

import macaroon
from attacks import CANCEL, HOST
from grpc_client import GET_INFO, TRACK_PAYMENTS
from hostile import HEADERS, RST_STREAM, Hostile, frame, request

REFUSALS = 5   # of a connection
AT_ONCE = 8    # questions to lightningd
GUESSING = "bad credentials again and again"


def rune() -> bytes:
    """In the form of a rune, so that only lightningd knows that it is none."""
    return base64.urlsafe_b64encode(os.urandom(32) + b"=7").hex().encode()  # authcode and restriction


class HostileMacaroons(HostileCase):
    def junk(self, values: list[bytes], resets: bool = False, connections: int = 1) -> None:
        """A call each, on each of the connections."""
        out = b""
        for n, value in enumerate(values):
            stream = 2 * n + 1
            out += request(stream, GET_INFO, [("macaroon", value)]) + (frame(RST_STREAM, 0, stream, CANCEL) if resets else b"")
        with contextlib.ExitStack() as stack:
            opened = [stack.enter_context(self.connect()).begin() for _ in range(connections)]
            for hostile in opened:
                hostile.send(out)
            for hostile in opened:
                hostile.wait_closed()

    def test_runes(self) -> None:
        self.beside_each([("junk runes", None)], lambda *_: self.junk([rune() for _ in range(100)]))
        self.assertLessEqual(self.new_checks(), (REFUSALS + AT_ONCE) * self.tried["junk runes"])
        self.expect_logged(self.closed(GUESSING))

    def test_runes_of_many_connections(self) -> None:
        """From the second connection on the address is slowed."""
        def junk(*_: object) -> None:
            self.junk([rune() for _ in range(50)], connections=10)

        self.beside_each([("500 junk runes", None)], junk)
        self.assertLessEqual(self.new_checks(), 90 * self.tried["500 junk runes"])
        self.expect_logged(self.closed(GUESSING))

    def test_runes_and_resets(self) -> None:
        """Nobody waits for the answers."""
        self.beside_each([("junk runes and resets", None)], lambda *_: self.junk([rune() for _ in range(1000)], resets=True))
        self.assertLessEqual(self.new_checks(), (REFUSALS + AT_ONCE) * self.tried["junk runes and resets"])

    def test_runes_in_http1(self) -> None:
        def junk(*_: object) -> None:
            with Hostile(self.rest_address, alpn="http/1.1") as hostile:
                hostile.send(b"".join(b"GET /v1/getinfo HTTP/1.1\r\n" + HOST + b"Grpc-Metadata-Macaroon: " + rune() + b"\r\n\r\n"
                                      for _ in range(100)))
                self.assertEqual(hostile.wait_closed().count(b"HTTP/1.1 500 "), REFUSALS)

        self.beside_each([("junk runes in HTTP/1.1", None)], junk)
        self.assertLessEqual(self.new_checks(), REFUSALS * self.tried["junk runes in HTTP/1.1"])
        self.expect_logged(self.closed(GUESSING))

    def test_other_junk(self) -> None:
        """What cannot be a rune costs lightningd nothing."""
        forms = {"no hex": b"zz", "random bytes": os.urandom(20).hex().encode(), "9 kB": b"ab" * 4500, "empty": b"",
                 "another node's": macaroon.macaroon(macaroon.macaroon_id(b"0")).encode(),
                 "an unknown caveat": macaroon.of_rune(self.stage.rune(), "any other").encode()}
        self.beside_all([(f"junk: {form}", value) for form, value in forms.items()], lambda _, value: self.junk([value] * 10))
        self.assertEqual(self.new_checks(), 0)
        self.expect_logged(self.closed(GUESSING))

    def test_a_good_macaroon_of_a_slowed_address(self) -> None:
        with self.connect() as good:
            own = [("macaroon", self.stage.macaroon().encode())]
            good.begin().send(request(1, TRACK_PAYMENTS, own))
            good.until(lambda: good.count(HEADERS) == 1, "a stream")
            self.junk([rune() for _ in range(20)])
            good.send(request(3, TRACK_PAYMENTS, own))
            good.until(lambda: good.count(HEADERS) == 2, "a second stream")
            with self.connect() as later:
                later.begin().send(request(1, TRACK_PAYMENTS, own))
                later.until(lambda: later.count(HEADERS) == 1, "a stream of another connection")
                self.assertEqual(len(self.stage.show()["calls"]), 2 + 3)
        self.count("junk runes beside good ones", 1)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
