"""The plugin knows the caller by the id of a request, and any client may use any id. The answer never depends on it, and no deletion is
missed or invented."""

from __future__ import annotations

import unittest
from typing import Any

from fake_host import FakeHost, ended_row, pending_row
from support import die_on_sigterm

HASH = "cd" * 32
CONTINUE = {"result": "continue"}
# Ids like ours, of an earlier run, in a path, as a number; and ids of payers, which may delete too.
CLIENTS = ["cleanup:delpay#1", "trackpayments:delpay#1", "trackpayments:delpay#7-0123456789abcdef", "trackpayments:listsendpays#3",
           "trackpayments-0123456789abcdef:delpay#7", "x/trackpayments:delpay#7", "trackpayments:delpay#7/y", "trackpayments", "",
           "autoclean", "pay:delpay#1", "cln-xpay:delpay#1", "keysend:delpay#2", "cln:rpc_command#1", "a:b:autoclean#1", 7, -1]
CLEANERS = ["autoclean:delpay#1", "cln:autoclean-once#9/autoclean:delpay#3", "cli:x#1/autoclean:y"]


def failed_row(index: int = 1, **more: Any) -> dict[str, Any]:
    return ended_row(pending_row(index, HASH, groupid=7, partid=index, **more), "failed", index)


class Callers(unittest.TestCase):
    def asked(self, host: FakeHost, identity: Any, params: list[Any]) -> Any:
        name = f"hook#{len(host.messages)}"
        host.hook(name, {"id": identity, "method": "delpay", "params": params})
        return host.reply(name)["result"]

    def test_clients_with_ids_like_ours_are_answered_as_any_other(self) -> None:
        for identity in CLIENTS:
            with self.subTest(identity=identity), FakeHost(rows=[failed_row()]) as host:
                host.begin()
                refused = self.asked(host, identity, [HASH, "complete"])
                self.assertEqual(refused["return"]["error"]["code"], 211)
                deleted = self.asked(host, identity, [HASH, "failed"])
                self.assertEqual([row["created_index"] for row in deleted["return"]["result"]["payments"]], [1])
                host.wait(lambda: host.published("trackpayments_deleted"), "the deletion")
                self.assertEqual(host.published("trackpayments_deleted")[0]["attempt_ids"], ["1"])

    def test_a_client_with_the_id_of_our_own_call_is_answered_as_any_other(self) -> None:
        with FakeHost(rows=[failed_row(), failed_row(2)]) as host:
            inner: list[dict[str, Any]] = []
            answer = host.model.call

            def note(params: Any, token: Any) -> Any:
                inner.append(token[1])
                return answer("delpay", params, token)

            host.answers["delpay"] = note
            host.begin()
            self.assertIn("return", self.asked(host, "cli:delpay#1", [HASH, "failed", 1, 7]))
            self.assertRegex(inner[0]["id"], r"\Atrackpayments:delpay#\d+-[0-9a-f]{16,}\Z")
            self.assertIn("return", self.asked(host, inner[0]["id"], [HASH, "failed", 2, 7]), "it was answered already")
            self.assertEqual(inner[0]["id"].split("-")[1], inner[1]["id"].split("-")[1])
            host.wait(lambda: len(host.published("trackpayments_deleted")) == 2, "both deletions")

    def test_our_own_call_is_continued(self) -> None:
        with FakeHost(rows=[failed_row()]) as host:
            def through_the_hook(params: Any, token: Any) -> None:
                held.append(token)
                host.hook("inner", {"id": token[1]["id"], "method": "delpay", "params": params})

            held: list[Any] = []
            host.answers["delpay"] = through_the_hook
            host.begin()
            host.hook("outer", {"id": "cli:delpay#1", "method": "delpay", "params": [HASH, "failed"]})
            self.assertEqual(host.reply("inner")["result"], CONTINUE)
            host.answers.clear()
            host.answer(*held[0])
            self.assertIn("return", host.reply("outer")["result"])
            host.wait(lambda: host.published("trackpayments_deleted"), "the deletion")

    def test_two_runs_do_not_share_their_ids(self) -> None:
        tags = set()
        for _ in range(2):
            with FakeHost() as host:
                host.answers["getinfo"] = lambda params, token: tags.add(token[1]["id"]) or host.model.call("getinfo", params, token)
                host.begin()
        self.assertEqual(len(tags), 2)

    def test_autoclean_is_continued_and_its_deletion_is_published_only_when_the_row_is_gone(self) -> None:
        for identity in CLEANERS:
            for deletes in (True, False):
                with self.subTest(identity=identity, deletes=deletes), FakeHost(rows=[pending_row(1, HASH, groupid=7)]) as host:
                    host.begin()
                    host.wait(host.published, "the payment in flight")
                    host.notify("sendpay_success", host.end(host.model.table[1], "complete"))
                    host.wait(lambda: host.published()[-1]["status"] == "SUCCEEDED", "success")
                    self.assertEqual(self.asked(host, identity, [HASH, "complete"]), CONTINUE)
                    if deletes:
                        host.model.call("delpay", [HASH, "complete"])
                        host.wait(lambda: host.published("trackpayments_deleted"), "the deletion, found by listing")
                    else:
                        before = len(host.calls)
                        host.wait(lambda: ("listsendpays", {"payment_hash": HASH}) in host.calls[before:], "the listing")
                        host.barrier()
                        self.assertEqual(host.published("trackpayments_deleted"), [])
                    self.assertNotIn("delpay", [method for method, _ in host.calls])


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
