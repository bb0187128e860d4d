"""contrib/README.md's loop over `since`: on an undisturbed node each final state is answered once, and none is missed in any case."""

from __future__ import annotations

import collections
import json
import unittest
from typing import Any

from fake_host import FakeHost, ended_row, failure, pending_row
from support import Stage, die_on_sigterm
from versions import needs_the_end

HASH = "cd" * 32


def brief(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(p["payment_index"], p["status"]) for p in answer["payments"]]


def leave_a_gap(host: FakeHost) -> None:
    """The next index belongs to a row that was deleted. So the notification of the change after it does not move the cursor: only a
    page can."""
    host.model.counters["updated"] += 1


class Rows:
    """Holds back the listings by these indexes until the test releases them."""

    def __init__(self, host: FakeHost):
        self.host, self.indexes, self.held = host, set[str](), list[Any]()
        host.answers["listsendpays"] = self._asked

    def _asked(self, params: Any, token: Any) -> Any:
        if params.get("index") in self.indexes:
            self.held.append(token)
            return None
        return self.host.model.call("listsendpays", params, token)

    def release(self) -> None:
        self.indexes.clear()
        for token in self.held:
            self.host.answer(*token)
        self.held.clear()


class Poller:
    """A caller that repeats the command with the cursor of the last answer."""

    def __init__(self, host: FakeHost, **params: Any):
        self.host, self.params, self.calls = host, params, 0
        self.cursor = host.request("trackpayments", {})["result"]["cursor"]
        self.identity = ""

    def call(self, timeout: int = 3600) -> None:
        self.calls += 1
        self.identity = f"poll#{self.calls}"
        self.host.send({"id": self.identity, "method": "trackpayments",
                        "params": {"since": self.cursor, "timeout": timeout, **self.params}})
        self.host.barrier()

    def answered(self) -> bool:
        return any(m.get("id") == self.identity for m in self.host.messages)

    def answer(self) -> dict[str, Any]:
        result = self.host.reply(self.identity)["result"]
        self.cursor = result["cursor"]
        return result

    def nothing_more(self, test: unittest.TestCase) -> None:
        self.call(timeout=1)
        test.assertEqual(brief(self.answer()), [])


class Once(unittest.TestCase):
    def wait_status(self, host: FakeHost, payment_hash: str, status: str) -> None:
        host.wait(lambda: [p for p in host.published() if p["payment_hash"] == payment_hash][-1:] and
                  [p for p in host.published() if p["payment_hash"] == payment_hash][-1]["status"] == status, status)

    def begin(self, host: FakeHost, **params: Any) -> tuple[Rows, Poller]:
        host.begin()
        return Rows(host), Poller(host, **params)

    def test_an_end_published_before_its_row_is_read_is_answered_once(self) -> None:
        for held in ({"updated"}, {"created", "updated"}):
            for params in ({"no_inflight_updates": True}, {"no_inflight_updates": True, "payment_hash": HASH}):
                with self.subTest(held=held, **params), FakeHost(rows=[]) as host:
                    if "payment_hash" in params:  # an unknown one is refused
                        host.model.insert(pending_row(1, HASH))
                    rows, poller = self.begin(host, **params)
                    poller.call()
                    rows.indexes = set(held)
                    row = host.model.table.get(1) or host.insert(pending_row(1, HASH))
                    if "created" not in held:
                        self.wait_status(host, HASH, "IN_FLIGHT")
                    leave_a_gap(host)
                    host.notify("sendpay_success", host.end(row, "complete"))
                    self.wait_status(host, HASH, "SUCCEEDED")
                    host.barrier()
                    self.assertFalse(poller.answered(), "no cursor covers it yet")
                    rows.release()
                    self.assertEqual(brief(poller.answer()), [("1", "SUCCEEDED")])
                    poller.nothing_more(self)

    def test_a_caller_between_an_end_and_its_row_is_answered_it_once(self) -> None:
        for params in ({}, {"no_inflight_updates": True}, {"payment_hash": HASH}):
            with self.subTest(**params), FakeHost(rows=[pending_row(1, HASH)]) as host:
                rows, poller = self.begin(host, **params)
                rows.indexes = {"updated"}
                self.wait_status(host, HASH, "IN_FLIGHT")
                leave_a_gap(host)
                host.notify("sendpay_success", host.end(host.model.table[1], "complete"))
                self.wait_status(host, HASH, "SUCCEEDED")
                host.wait(lambda: rows.held, "the page")
                poller.call()
                self.assertFalse(poller.answered())
                rows.release()
                self.assertEqual(brief(poller.answer()), [("1", "SUCCEEDED")])
                poller.nothing_more(self)

    def test_every_state_is_answered_once_when_all_are_requested(self) -> None:
        with FakeHost(rows=[]) as host:
            rows, poller = self.begin(host)
            poller.call()
            row = host.insert(pending_row(1, HASH))
            self.assertEqual(brief(poller.answer()), [("1", "IN_FLIGHT")])
            poller.call()
            rows.indexes = {"updated"}
            host.notify("sendpay_success", host.end(row, "complete"))
            self.wait_status(host, HASH, "SUCCEEDED")
            rows.release()
            self.assertEqual(brief(poller.answer()), [("1", "SUCCEEDED")])
            poller.nothing_more(self)

    def test_payments_that_end_while_an_answer_waits_are_in_one_answer(self) -> None:
        with FakeHost(rows=[pending_row(n) for n in (1, 2, 3)]) as host:
            rows, poller = self.begin(host, no_inflight_updates=True)
            poller.call()
            rows.indexes = {"updated"}
            ended = [ended_row(host.model.table[n], "complete", n) for n in (1, 2, 3)]
            for row in ended:
                host.model.end(row)
                host.fire()
                host.notify("sendpay_success", row)
                self.wait_status(host, row["payment_hash"], "SUCCEEDED")
                host.barrier()
            rows.release()
            answers = collections.Counter(brief(poller.answer()))
            while len(answers) < 3:
                poller.call()
                answers.update(brief(poller.answer()))
            poller.nothing_more(self)
            self.assertEqual(answers, {(str(n), "SUCCEEDED"): 1 for n in (1, 2, 3)})

    def test_failed_parts_before_the_end_do_not_repeat_it(self) -> None:
        with FakeHost(rows=[]) as host:
            rows, poller = self.begin(host, no_inflight_updates=True)
            poller.call()
            lost = host.insert(pending_row(1, HASH, partid=1))
            self.wait_status(host, HASH, "IN_FLIGHT")
            ended = host.end(lost, "failed")
            host.notify("sendpay_failure", failure(ended))
            host.wait(lambda: host.published()[-1]["htlcs"][0]["status"] == "FAILED", "the failed part")
            won = host.insert(pending_row(2, HASH, partid=2))
            host.wait(lambda: len(host.published()[-1]["htlcs"]) == 2, "the second part")
            rows.indexes = {"updated"}
            host.notify("sendpay_success", host.end(won, "complete"))
            self.wait_status(host, HASH, "SUCCEEDED")
            rows.release()
            self.assertEqual(brief(poller.answer()), [("1", "SUCCEEDED")])
            poller.nothing_more(self)

    def test_an_end_whose_row_is_deleted_before_it_was_read_is_answered(self) -> None:
        with FakeHost(rows=[pending_row(1, HASH)]) as host:
            rows, poller = self.begin(host, no_inflight_updates=True)
            poller.call()
            rows.indexes = {"updated"}
            host.notify("sendpay_success", host.end(host.model.table[1], "complete"))
            self.wait_status(host, HASH, "SUCCEEDED")
            host.barrier()
            self.assertIn("result", host.model.call("delpay", [HASH, "complete"]))
            rows.release()
            self.assertEqual(brief(poller.answer()), [("1", "SUCCEEDED")])

    def test_missing_listings_hold_no_caller_for_ever_and_lose_nothing(self) -> None:
        with FakeHost(rows=[pending_row(1, HASH)]) as host:
            rows, poller = self.begin(host, no_inflight_updates=True)
            poller.call()
            rows.indexes = {"updated"}
            leave_a_gap(host)
            host.notify("sendpay_success", host.end(host.model.table[1], "complete"))
            self.assertEqual(brief(poller.answer()), [("1", "SUCCEEDED")])
            self.assertEqual(poller.cursor.split(".")[2:4], ["1", "0"], "the caller is answered without the row")
            poller.nothing_more(self)
            rows.release()
            poller.nothing_more(self)


class Held(unittest.TestCase):
    """All parts of a payment made by hand have failed: until its outcome, no cursor passes the last of them."""

    def begin(self, host: FakeHost) -> Poller:
        host.begin(**{"trackpayments-failed-after": 3600})
        poller = Poller(host, no_inflight_updates=True)
        ended = host.end(host.insert(pending_row(1, HASH)), "failed")
        host.notify("sendpay_failure", failure(ended))
        host.wait(lambda: host.published()[-1:] and host.published()[-1]["htlcs"][0]["status"] == "FAILED", "the failed part")
        return poller

    @staticmethod
    def pay(host: FakeHost, index: int, status: str = "complete") -> None:
        ended = host.end(host.insert(pending_row(index)), status)
        if status == "complete":
            host.notify("sendpay_success", ended)
        else:
            host.notify("sendpay_failure", failure(ended))

    def wait_ended(self, host: FakeHost, *indexes: int) -> None:
        host.wait(lambda: {str(i) for i in indexes} <= {p["payment_index"] for p in host.published("trackpayments_final")}, "the ends")

    def decide(self, host: FakeHost) -> None:
        self.assertEqual(host.request("setconfig", {"config": "trackpayments-failed-after", "val": "0"})["result"], {})

    def test_an_open_outcome_repeats_no_other_end(self) -> None:
        with FakeHost(rows=[]) as host:
            poller = self.begin(host)
            answers: list[tuple[str, str]] = []
            poller.call()
            for index in range(2, 12):
                self.pay(host, index)
                answers += brief(poller.answer())
                self.assertLess(int(poller.cursor.split(".")[3]), 1, "the cursor stays")
                poller.call()
            self.decide(host)
            answers += brief(poller.answer())
            poller.nothing_more(self)
            self.assertEqual(answers, [(str(n), "SUCCEEDED") for n in range(2, 12)] + [("1", "FAILED")])
            self.assertEqual(len(poller.cursor.split(".")), 4, "the position covers everything")

    def test_an_end_between_two_calls_is_answered_at_once(self) -> None:
        with FakeHost(rows=[]) as host:
            poller = self.begin(host)
            self.pay(host, 2)
            self.wait_ended(host, 2)
            poller.call()
            self.assertEqual(brief(poller.answer()), [("2", "SUCCEEDED")])
            self.pay(host, 3)
            self.wait_ended(host, 3)
            poller.call()
            self.assertEqual(brief(poller.answer()), [("3", "SUCCEEDED")])
            poller.nothing_more(self)

    def test_payments_beyond_one_answer_come_with_the_next(self) -> None:
        with FakeHost(rows=[]) as host:
            poller = self.begin(host)
            for index in range(2, 252):
                self.pay(host, index)
            self.wait_ended(host, *range(2, 252))
            answers: list[tuple[str, str]] = []
            while len(answers) < 250:
                poller.call()
                answers += brief(poller.answer())
            poller.nothing_more(self)
            self.assertEqual(collections.Counter(answers), {(str(n), "SUCCEEDED"): 1 for n in range(2, 252)})

    def test_an_end_that_changes_afterwards_is_answered_again(self) -> None:
        with FakeHost(rows=[]) as host:
            poller = self.begin(host)
            poller.call()
            payment_hash = "ef" * 32
            lost = host.end(host.insert(pending_row(2, payment_hash)), "failed")
            host.notify("sendpay_failure", failure(lost))
            won = host.insert(pending_row(3, payment_hash, groupid=2))
            self.assertEqual(brief(poller.answer()), [("2", "FAILED")], "lightningd makes no group before the other has ended")
            poller.call()
            again = host.insert(pending_row(4, payment_hash, partid=1))
            host.notify("sendpay_success", host.end(again, "complete"))
            host.notify("sendpay_success", host.end(won, "complete"))
            answers = brief(poller.answer())
            while ("3", "SUCCEEDED") not in answers or ("2", "SUCCEEDED") not in answers:
                poller.call()
                answers += brief(poller.answer())
            poller.nothing_more(self)
            self.assertEqual(sorted(answers), [("2", "SUCCEEDED"), ("3", "SUCCEEDED")])

    def test_counters_of_another_run_or_beyond_this_one_skip_nothing(self) -> None:
        with FakeHost(rows=[]) as host:
            poller = self.begin(host)
            poller.call()
            self.pay(host, 2)
            self.assertEqual(brief(poller.answer()), [("2", "SUCCEEDED")])
            node, run, created, updated, number = poller.cursor.split(".")
            for other in (f"00000000.{created}.{updated}.{number}", f"00000000.{created}.{updated}.{2**64 - 1}",
                          f"{run}.{created}.{updated}.{2**64 - 1}", f"{run}.{created}.{updated}"):
                with self.subTest(other):
                    answer = host.request("trackpayments", {"since": f"{node}.{other}", "no_inflight_updates": True})["result"]
                    self.assertEqual(brief(answer), [("2", "SUCCEEDED")])
                    position = [int(field) for field in answer["cursor"].split(".")[2:4]]
                    self.assertGreaterEqual(position, [int(created), int(updated)], "a row may be read meanwhile")

    def resume(self, host: FakeHost, cursor: str) -> tuple[Poller, list[tuple[str, str]]]:
        """Resumes with a cursor of another run, after which 2 and 3 ended; 4 ends in this one. The poller, and its answers so far."""
        host.begin(startup=False, **{"trackpayments-failed-after": 3600})
        poller = Poller(host, no_inflight_updates=True)
        poller.cursor = cursor
        self.pay(host, 4)
        self.wait_ended(host, 4)
        answers: list[tuple[str, str]] = []
        while {index for index, _ in answers} != {"2", "3", "4"}:
            poller.call()
            answers += brief(poller.answer())
        return poller, answers

    def test_an_outcome_during_the_listing_for_an_answer_is_not_lost(self) -> None:
        with FakeHost(rows=[]) as host:
            poller = self.begin(host)
            for index in (2, 3):
                self.pay(host, index)
            rows, cursor = list(host.model.table.values()), poller.cursor
        with FakeHost(rows=rows) as host:
            poller, answers = self.resume(host, cursor)
            self.assertNotIn(("1", "FAILED"), answers)
            held: list[Any] = []

            def list_rows(params: Any, token: Any) -> Any:
                return held.append(token) if params.get("payment_hash", HASH) != HASH else host.model.call("listsendpays", params, token)

            host.answers["listsendpays"] = list_rows
            poller.call()  # 2 and 3 are of an earlier run: their rows are listed again
            host.wait(lambda: held, "a listing in progress")
            self.decide(host)
            self.wait_ended(host, 1)
            host.answers.clear()
            for token in held:
                host.answer(*token)
            while ("1", "FAILED") not in answers:
                answers += brief(poller.answer())
                poller.call()
            self.assertEqual(set(answers), {("1", "FAILED")} | {(str(n), "SUCCEEDED") for n in (2, 3, 4)})

    def test_another_run_misses_nothing_after_such_a_cursor(self) -> None:
        with FakeHost(rows=[]) as host:
            poller = self.begin(host)
            poller.call()
            self.pay(host, 2)
            self.assertEqual(brief(poller.answer()), [("2", "SUCCEEDED")])
            self.assertEqual(len(poller.cursor.split(".")), 5)
            self.pay(host, 3)
            rows, cursor = list(host.model.table.values()), poller.cursor
        with FakeHost(rows=rows) as host:
            poller, answers = self.resume(host, cursor)
            poller.call()
            self.decide(host)
            answers += brief(poller.answer())
            poller.nothing_more(self)
            self.assertEqual(set(answers), {("1", "FAILED")} | {(str(n), "SUCCEEDED") for n in (2, 3, 4)})
            for ended_in_this_run in (("1", "FAILED"), ("4", "SUCCEEDED")):
                self.assertEqual(answers.count(ended_in_this_run), 1)


class Busy(unittest.TestCase):
    @needs_the_end
    def test_on_a_busy_node_each_end_is_answered_once(self) -> None:
        loads: list[dict[str, Any]] = [{"total": 300, "in_flight": 50}, {"total": 150, "in_flight": 5, "parts": 3}]
        for load in loads:
            for only_final in (True, False):
                with self.subTest(only_final=only_final, **load), Stage() as stage:
                    payer, poller = stage.node.new_client(), stage.node.new_client()
                    self.addCleanup(payer.close)
                    self.addCleanup(poller.close)
                    cursor = poller.call("trackpayments", {})["cursor"]
                    request = payer.send("load", {**load, "mix": {stage.payer: 1}})
                    answers: collections.Counter[str] = collections.Counter()
                    walked = False  # with more than one answer, which may end between two parts of a payment
                    while True:
                        over = payer.has_reply(request)  # read first: its payments are in an answer after that
                        answer = poller.call("trackpayments", {"since": cursor, "timeout": 1, "no_inflight_updates": only_final})
                        answers.update(json.dumps([p["payment_index"], p["status"]]) for p in answer["payments"]
                                    if p["status"] != "IN_FLIGHT")
                        cursor = answer["cursor"]
                        walked |= "more" in answer
                        if over and not answer["payments"]:
                            break
                    if not walked or "parts" not in load:
                        self.assertEqual({state: n for state, n in answers.items() if n > 1}, {})
                    first = {(row["payment_hash"], row["groupid"]): row["created_index"] for row in reversed(stage.node.rows())}
                    self.assertEqual(sorted(map(json.loads, answers)), sorted([str(index), "SUCCEEDED"] for index in first.values()))


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
