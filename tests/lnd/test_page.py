"""The live page: its files and their headers, the link that opens it, and streams that end with their rune."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import time
import unittest
from pathlib import Path
from typing import Any

from lnd_stage import BOUND, LndStage, RpcError, die_on_sigterm  # first: it makes the others importable

import grpc_client
import rest_client

WEB = Path(__file__).resolve().parents[2] / "src" / "lndapi" / "web"
FILES = {"/": ("index.html", "text/html; charset=utf-8"), "/page.css": ("page.css", "text/css; charset=utf-8"),
         "/page.js": ("page.js", "text/javascript; charset=utf-8")}
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
                               "form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
LINK = re.compile(r"(https?)://localhost:(\d+)/#rune=([A-Za-z0-9_=-]+)")
DENIED = {"code": 2, "message": "permission denied", "details": []}


def restrictions(rune: str) -> list[str]:
    return base64.urlsafe_b64decode(rune)[32:].decode().split("&")


def in_seconds(count: int) -> int:
    return int(time.time()) + count


class Page(unittest.TestCase):
    """One stage for all tests."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.stage = cls.enterClassContext(LndStage())
        cls.stage.wait_active()

    def setUp(self) -> None:
        self.rest = self.enterContext(self.stage.rest(macaroon=None))

    def link(self, *minutes: Any) -> tuple[dict[str, Any], str]:
        """The answer, and the rune in it."""
        answer = self.stage.node.call("trackpayments-lnd", ["link", *minutes])
        rune = LINK.fullmatch(answer["link"])[3]
        self.stage.secrets |= {rune, rune.encode().hex()}  # the log must not have them
        return answer, rune

    def rune(self, *restrictions: list[str]) -> str:
        rune = self.stage.node.call("createrune", {"restrictions": list(restrictions)})["rune"]
        self.stage.secrets.add(rune)
        return rune

    def permits(self, rune: str, method: str, params: Any = None) -> bool:
        try:
            return self.stage.node.call("checkrune", {"rune": rune, "method": method, "params": params or {}})["valid"]
        except RpcError as error:
            self.assertEqual(error.code, 1502)
            return False

    def assert_headers(self, answer: rest_client.Answer) -> None:
        self.assertEqual({name: answer.headers.get(name) for name in HEADERS}, HEADERS)

    def test_the_files_are_served_without_a_rune(self) -> None:
        for path, (name, kind) in FILES.items():
            for query in ("", "?x=%00&rune", "?"):
                answer = self.rest.call(path + query)
                self.assertEqual((answer.status, answer.headers["content-type"]), (200, kind))
                self.assertEqual(answer.whole(), (WEB / name).read_bytes())
                self.assert_headers(answer)

    def test_head_has_no_body_and_other_methods_are_refused(self) -> None:
        connection = self.rest.connect()
        for path, (name, _) in FILES.items():
            head = self.rest.call(path, verb="HEAD", on=connection)
            self.assertEqual((head.status, head.headers["content-length"]), (200, str((WEB / name).stat().st_size)))
            for verb in ("DELETE", "PUT", "OPTIONS", "FOO"):
                answer = self.rest.call(path, verb=verb, on=connection)  # the next answer: HEAD had no body
                self.assertEqual((answer.status, answer.headers["allow"]), (405, "GET, HEAD"))
                answer.whole()
                self.assert_headers(answer)
        icon = self.rest.call("/favicon.ico", on=connection)
        self.assertEqual(icon.status, 204)
        self.assert_headers(icon)
        self.assertEqual(self.rest.call("/page.css", on=connection).whole(), (WEB / "page.css").read_bytes())

    def test_both_listeners_serve_the_page_to_browsers_with_http2(self) -> None:
        shown = self.stage.show()
        for address in (shown["restlisten"][0], shown["rpclisten"][0]):
            curl = ["curl", "--silent", "--show-error", "--http2", "--cacert", str(self.stage.certificate), f"https://{address}/page.js",
                    "--write-out", "%{http_version} %{http_code}"]
            self.assertEqual(subprocess.check_output([*curl, "--output", "/dev/null", "--head"], timeout=BOUND), b"2 200")
            self.assertEqual(subprocess.check_output(curl, timeout=BOUND), (WEB / "page.js").read_bytes() + b"2 200")
            self.assertEqual(subprocess.check_output([*curl, "--output", "/dev/null", "--request", "POST"], timeout=BOUND), b"2 405")

    def test_answers_of_rest_are_not_kept(self) -> None:
        rune = self.link()[1]
        for path in (rest_client.GET_INFO, "/v1/payments", rest_client.GET_STATE, "/v1/nothing", rest_client.TRACK_PAYMENTS):
            answer = self.rest.call(path, [f"Grpc-Metadata-Macaroon: {rune}"])
            self.assertEqual((answer.headers["cache-control"], answer.headers["x-content-type-options"]), ("no-store", "nosniff"), path)

    def test_a_link_permits_to_read_payments_for_a_time_and_nothing_else(self) -> None:
        for given, minutes in (((), 60), ((1,), 1), ((1440,), 1440)):
            before = int(time.time())
            answer, rune = self.link(*given)
            self.assertTrue(before <= answer["expires_at"] - 60 * minutes <= time.time())
            scheme, port, _ = LINK.fullmatch(answer["link"]).groups()
            shown = self.stage.show()
            self.assertEqual((scheme, f"127.0.0.1:{port}"), ("https", shown["restlisten"][0]))
            self.assertEqual(answer["tls_fingerprint"], shown["tls_fingerprint"])
            self.assertEqual(restrictions(rune), [f"={answer['unique_id']}", "method=trackpayments|method=getinfo",
                                                  f"time<{answer['expires_at']}"])
        self.assertTrue(self.permits(rune, "getinfo") and self.permits(rune, "trackpayments", {"index_offset": 0}))
        for method in ("delpay", "trackpayments-status", "trackpayments-lnd", "pay", "xpay", "createrune", "listsendpays"):
            self.assertFalse(self.permits(rune, method), method)
        good = [f"Grpc-Metadata-Macaroon: {rune}"]
        self.assertEqual([self.rest.get(path, good)[0] for path in (rest_client.GET_INFO, "/v1/payments")], [200, 200])
        payment_hash = base64.urlsafe_b64encode(bytes(32)).decode()
        refused = self.rest.call(f"/v1/payment?payment_hash={payment_hash}", good, verb="DELETE")
        self.assertEqual(json.loads(refused.whole()), DENIED)
        self.assertEqual(self.rest.call("/metrics", good).status, 403)
        past = self.rune(["method=trackpayments", "method=getinfo"], [f"time<{in_seconds(0)}"])
        self.assertFalse(self.permits(past, "getinfo") or self.permits(past, "trackpayments"))

    def test_what_makes_no_link(self) -> None:
        for params, text in ((["links"], "action: should be 'link'"), (["link", 0], "minutes: should be 1 to 1440"),
                             (["link", 1441], "minutes: should be 1 to 1440"), (["link", "soon"], "minutes: should be an unsigned"),
                             ({"minutes": 5}, "minutes: only with action"), ({"link": 5}, "unknown parameter"), (["link", 5, 5], "too many")):
            named = params if isinstance(params, dict) else None
            check = {"command_to_check": "trackpayments-lnd", **named} if named else ["trackpayments-lnd", *params]
            for method, given in (("trackpayments-lnd", params), ("check", check)):
                code, message = self.stage.refused(method, given)
                self.assertEqual((code, message[:len(text)]), (-32602, text))
        before = self.stage.node.call("createrune")["unique_id"]
        for params in ([], {}):
            self.assertIn("restlisten", self.stage.node.call("trackpayments-lnd", params))
            self.stage.node.call("check", {"command_to_check": "trackpayments-lnd", "action": "link"})
        self.assertEqual(int(self.stage.node.call("createrune")["unique_id"]), int(before) + 1)  # none was made between

    def test_a_stream_ends_with_its_rune(self) -> None:
        end = in_seconds(3)
        runes = [self.rune(["method=trackpayments"], [f"time<{end}"]),
                 self.rune([f"time<{end + 3600}"], ["method=trackpayments"], [f"time<{end}"])]
        stays = self.rune(["method=trackpayments"], [f"time<{end}", "method=trackpayments"])
        streams = [self.rest.call(rest_client.TRACK_PAYMENTS, [f"Grpc-Metadata-Macaroon: {rune}"]) for rune in [*runes, stays]]
        events = self.rest.call(rest_client.TRACK_PAYMENTS, ["Accept: text/event-stream", f"Grpc-Metadata-Macaroon: {runes[0]}"])
        with self.stage.grpc(runes[0]) as grpc:
            stream = grpc.stream(grpc_client.TRACK_PAYMENTS)
            stream.initial_metadata()
            self.assertEqual(stream.status(), (2, "permission denied"))
            self.assertGreaterEqual(time.time(), end)
        for ended in streams[:2]:
            self.assertEqual(ended.wait_end(), [{"error": DENIED}])
        self.assertIn(b"event: error\ndata: " + json.dumps(DENIED, separators=(",", ":")).encode(), events.whole())
        answer = self.rest.call(rest_client.TRACK_PAYMENTS, [f"Grpc-Metadata-Macaroon: {runes[0]}"])
        self.assertEqual((answer.status, json.loads(answer.whole())), (500, {"error": DENIED}))
        self.assertIn("time", answer.headers["trackpayments-reason"])
        self.stage.wait_status(self.stage.pay(1_000), "SUCCEEDED")
        self.assertNotIn({"error": DENIED}, streams[2].wait(1))


class Alone(unittest.TestCase):
    def test_a_link_needs_no_tracker_and_no_tls(self) -> None:
        with LndStage(["--trackpayments-lnd-no-rest-tls=true"], tracker=False) as stage:
            stage.allowed += ["topic 'trackpayments' is not a known", "trackpayments does not answer: Unknown command"]
            answer = stage.node.call("trackpayments-lnd", ["link"])  # at once, before the plugin has connected
            scheme, port, rune = LINK.fullmatch(answer["link"]).groups()
            stage.secrets.add(rune)
            self.assertEqual((scheme, "tls_fingerprint" in answer), ("http", False))
            with stage.rest(macaroon=None, tls=False) as rest:
                self.assertEqual(rest.address, f"127.0.0.1:{port}")
                self.assertEqual(rest.call("/").whole(), (WEB / "index.html").read_bytes())
            stage.start_plugin()

    def test_without_rest_there_is_no_link(self) -> None:
        with LndStage(ports=["--trackpayments-lnd-rpclisten=127.0.0.1:0", "--trackpayments-lnd-restlisten=off"]) as stage:
            code, message = stage.refused("trackpayments-lnd", ["link"])
            self.assertEqual((code, message[:23]), (-1, "REST does not listen: s"))
            stage.wait_active()
            self.assertEqual(stage.node.call("createrune")["unique_id"], "1")  # 0 is the rune of the macaroon files


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
