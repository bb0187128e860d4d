"""More callers wait than the limit: the longest waiting is answered early and misses nothing. With many callers their lines are merged,
and no last state is lost. Callers that died do not block others."""

from __future__ import annotations

import json
import unittest
from typing import Any

from fake_host import FakeHost, pending_row
from support import Stage, die_on_sigterm
from versions import needs_the_end

HASH = "cd" * 32
MOST = 200     # as in the man page
AT_ONCE = 20
PARTS = 40


def brief(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(p["payment_index"], p["status"]) for p in answer["payments"]]


class Many(unittest.TestCase):
    def call(self, host: FakeHost, identity: str, **params: Any) -> None:
        host.send({"id": identity, "method": "trackpayments", "params": {"timeout": 3600, **params}})

    def crowd(self, host: FakeHost, count: int) -> list[str]:
        names = [f"crowd#{n}" for n in range(count)]
        for name in names:
            self.call(host, name)
        host.barrier()
        return names

    def settle(self, host: FakeHost) -> None:
        """Waits until callers by hash wait: lightningd answered their listing before the one of this call."""
        host.request("trackpayments", {"payment_hash": next(iter(host.model.table.values()))["payment_hash"]})

    def answered(self, host: FakeHost, identity: str) -> bool:
        return any(m.get("id") == identity for m in host.messages)

    def lines(self, host: FakeHost, identity: str) -> list[dict[str, Any]]:
        return [json.loads(m["params"]["message"]) for m in host.messages
                if m.get("method") == "message" and m["params"]["id"] == identity]

    def succeed(self, host: FakeHost, index: int) -> None:
        row = host.model.table[index]
        host.notify("sendpay_success", host.end(row, "complete"))
        host.wait(lambda: [p["status"] for p in host.published() if p["payment_hash"] == row["payment_hash"]][-1] == "SUCCEEDED", "its end")

    def everything_after(self, host: FakeHost, cursor: str, **params: Any) -> dict[str, str]:
        answered: dict[str, str] = {}
        while True:
            answer = host.request("trackpayments", {"since": cursor, "timeout": 1, **params})["result"]
            answered |= dict(brief(answer))
            if not answer["payments"]:
                return answered
            cursor = answer["cursor"]

    def test_the_longest_waiting_is_answered_early_and_misses_nothing(self) -> None:
        with FakeHost(rows=[pending_row(n) for n in (1, 2, 3, 4)]) as host:
            host.begin()
            cursor = host.request("trackpayments", {})["result"]["cursor"]
            hash_of = {n: host.model.table[n]["payment_hash"] for n in host.model.table}
            self.call(host, "plain")
            self.call(host, "ends", no_inflight_updates=True)
            self.call(host, "by hash", payment_hash=hash_of[2])
            self.settle(host)
            self.call(host, "both", payment_hash=hash_of[2], since=cursor, no_inflight_updates=True)
            self.settle(host)
            self.call(host, "since", since=cursor, payment_hash=hash_of[4])
            self.settle(host)
            self.succeed(host, 1)
            self.crowd(host, MOST - 5)
            first = ("plain", "ends", "by hash", "both", "since")
            self.assertFalse([name for name in first if self.answered(host, name)])
            for n, name in enumerate(first):
                self.call(host, f"new#{n}")
                host.reply(name)
                self.assertFalse([later for later in first[n + 1:] if self.answered(host, later)], "one for one")
            answers = {name: host.reply(name)["result"] for name in first}
            self.assertFalse([name for name, answer in answers.items() if answer.get("more")])
            self.assertEqual({name: brief(answer) for name, answer in answers.items()}, {
                "plain": [("1", "SUCCEEDED")], "ends": [("1", "SUCCEEDED")], "by hash": [("2", "IN_FLIGHT")], "both": [], "since": []})
            for index in (2, 3, 4):
                self.succeed(host, index)
            ends = {str(n): "SUCCEEDED" for n in (2, 3, 4)}
            for name in ("plain", "ends"):
                answered = self.everything_after(host, answers[name]["cursor"])
                self.assertEqual({n: answered.get(n) for n in ends}, ends)
            for name, index in (("by hash", 2), ("both", 2), ("since", 4)):
                answered = self.everything_after(host, answers[name]["cursor"], payment_hash=hash_of[index])
                self.assertEqual(answered, {str(index): "SUCCEEDED"}, name)

    def test_callers_during_the_start_are_limited_too(self) -> None:
        with FakeHost(rows=[pending_row(1)]) as host:
            held: list[Any] = []
            host.answers["listsendpays"] = lambda params, token: held.append(token)
            host.begin(waits=False)
            names = self.crowd(host, MOST + 3)
            self.assertEqual([self.answered(host, name) for name in names], [True] * 3 + [False] * MOST)
            self.assertEqual(host.reply(names[0])["error"]["code"], -1)
            host.wait(lambda: held, "the listing")
            host.answers.clear()
            for token in held:
                host.answer(*token)
            self.call(host, "brief", timeout=0)
            self.assertEqual(brief(host.reply("brief")["result"]), [("1", "IN_FLIGHT")])

    def burst(self, host: FakeHost, *more: dict[str, Any]) -> list[dict[str, Any]]:
        """Ends all parts at once; the messages of the topic about that."""
        before = len(host.published())
        ended = [host.end(row, "complete") for row in list(host.model.table.values())]
        host.send(*({"method": "sendpay_success", "params": {"sendpay_success": row}} for row in ended), *more)
        host.wait(lambda: host.published()[-1]["status"] == "SUCCEEDED", "the end")
        return host.published()[before:]

    def parts(self) -> FakeHost:
        return FakeHost(rows=[pending_row(n, HASH, partid=n) for n in range(1, PARTS + 1)])

    def begin(self, host: FakeHost) -> None:
        host.begin()
        host.wait(host.published, "the payments in flight")

    def test_up_to_twenty_callers_are_sent_every_update(self) -> None:
        with self.parts() as host:
            self.begin(host)
            names = self.crowd(host, AT_ONCE)
            published = self.burst(host)
            self.assertGreaterEqual(len(published), PARTS)
            host.barrier()
            for name in names:
                self.assertEqual(self.lines(host, name)[1:], published)

    def test_beyond_twenty_callers_updates_are_merged_and_the_end_comes_last(self) -> None:
        with self.parts() as host:
            self.begin(host)
            self.call(host, "ends", no_inflight_updates=True)
            self.call(host, "by hash", payment_hash=HASH)
            self.settle(host)
            names = self.crowd(host, AT_ONCE - 1)
            published = self.burst(host)
            everybody = ["ends", *names]
            host.wait(lambda: all(self.lines(host, name)[-1:] == published[-1:] for name in everybody), "the end, for all")
            host.barrier()
            for name in names:
                lines = self.lines(host, name)[1:]
                self.assertLess(len(lines), len(published))
                rest = iter(published)
                self.assertTrue(all(line in rest for line in lines), "in the order of the topic")
            self.assertEqual(self.lines(host, "ends"), published[-1:])
            self.assertEqual(brief(host.reply("by hash")["result"]), [("1", "SUCCEEDED")])
            at = [n for n, m in enumerate(host.messages) if m.get("id") == "by hash" or
                  (m.get("method") == "message" and m["params"]["id"] == "by hash")]
            self.assertEqual(self.lines(host, "by hash")[-1:], published[-1:])
            self.assertEqual(host.messages[at[-1]].get("id"), "by hash", "the answer comes last")

    def test_a_hook_is_answered_before_all_lines_of_the_same_moment(self) -> None:
        for count in (AT_ONCE, MOST):
            with self.subTest(count=count), self.parts() as host:
                self.begin(host)
                self.crowd(host, count)
                call = {"jsonrpc": "2.0", "id": 1, "method": "sendpay", "params": {"payment_hash": "ab" * 32, "route": []}}
                before = len(host.messages)
                self.burst(host, {"id": "hook", "method": "rpc_command", "params": {"rpc_command": call}})
                host.wait(lambda: self.lines(host, f"crowd#{count - 1}")[-1]["status"] == "SUCCEEDED", "the end, for the last")
                news = host.messages[before:]
                hook = next(n for n, m in enumerate(news) if m.get("id") == "hook")
                self.assertEqual(news[hook]["result"], {"result": "continue"})
                lines = [n for n, m in enumerate(news) if m.get("method") == "message"]
                self.assertLess(hook, lines[-1])
                if count == MOST:
                    self.assertLess(hook, lines[0])


class Gone(unittest.TestCase):
    @needs_the_end
    def test_callers_that_died_do_not_block_others(self) -> None:
        with Stage() as stage:
            held = stage.pay(2_000_000, "hold")
            stage.wait_status(held, "IN_FLIGHT")
            cursor = stage.node.call("trackpayments", {})["cursor"]
            kinds: list[dict[str, Any]] = [{}, {"since": cursor, "no_inflight_updates": True}, {"payment_hash": held["payment_hash"]}]
            for n in range(20):
                client = stage.node.new_client()
                for _ in range(50):
                    client.send("trackpayments", {"timeout": 3600, **kinds[n % 3]})
                client.close()
            fresh = stage.node.new_client()
            self.addCleanup(fresh.close)
            request = fresh.send("trackpayments", {"timeout": 3600, "payment_hash": held["payment_hash"]})
            stage.barrier()
            self.assertFalse(fresh.has_reply(request))
            other = stage.pay(9_000_000, parts=["settle"] * 30)
            stage.wait_status(other, "SUCCEEDED", 30)
            stage.release(held)
            self.assertEqual([p["status"] for p in fresh.result(request)["payments"]], ["SUCCEEDED"])
            self.assertEqual(brief(stage.node.call("trackpayments", {"timeout": 1})), [])


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
