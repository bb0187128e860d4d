"""Consumer, plugin and node are killed at random moments of a busy run. No wrong state is ever published, and a consumer that resumes
with its last cursor misses no final state."""

import os
import signal
import unittest
from typing import Any

from support import PLUGIN, TOPICS, Stage, die_on_sigterm, wait_until  # first: it makes the others importable

import judge
from chaos import Chaos, kill_plugin, wait_gone
from consumer import Consumer
from fake_host import FakeHost, ended_row, pending_row

LONG = os.environ.get("TRACKPAYMENTS_LONG") == "yes"
ROUNDS = (100 if "VERSION_AS" in os.environ else 500) if LONG else 20  # kills of plugin or node
ROWS = "sendpay_success,sendpay_failure"


class Caller(Consumer):
    """Also keeps its answers."""

    def __init__(self, stage: Stage):
        super().__init__(stage)
        self.answers: list[dict[str, Any]] = []
        self._calling = False

    def _catch_up(self) -> bool:
        self._calling = True
        try:
            return super()._catch_up()
        finally:
            self._calling = False

    def _handle(self, payment: dict[str, Any]) -> None:
        super()._handle(payment)
        if self._calling:
            self.answers.append(payment)


class Observer:
    """Runs the consumer and checks all messages and answers meanwhile."""

    def __init__(self, stage: Stage, consumer: Caller):
        self.stage, self.consumer = stage, consumer
        self.ends = judge.Ends()
        self.wrong: list[str] = []
        self._journal = judge.JournalFile(stage.directory / "rows")
        self._position = 0

    def work(self) -> None:
        self.consumer.work()
        heard = self.stage.subscribers[1].messages()
        news = heard[self._position:]
        self._position = len(heard)
        self.ends.journal(self._journal.news())  # only after its notification
        for payment in self.consumer.answers:
            self.wrong += self.ends.state(payment, live=False)
        self.consumer.answers.clear()
        self.ends.published(news)
        self.wrong += self.ends.check()
        for message in news:
            if "trackpayments" in message["params"]:
                self.wrong += judge.payment(message["params"]["trackpayments"])

    def mark(self) -> None:
        """After the barrier the plugin has published everything about the rows so far."""
        self.stage.barrier()
        self.work()
        self.ends.mark()


class Kill(Chaos, unittest.TestCase):
    def setUp(self) -> None:
        self.begin()

    def strike(self, stage: Stage, observer: Observer) -> int:
        """Kills at random. Returns how many processes were killed, without the consumer."""
        consumer = observer.consumer
        victims = self.random.choice((["consumer"], ["plugin"], ["node"], ["plugin", "consumer"], ["node", "consumer"]))
        if "consumer" in victims:
            consumer.die()
        if "plugin" in victims:
            kill_plugin(stage)
        if "node" in victims:
            self.kill_node(stage)
        if victims == ["consumer"] or self.random.random() < 0.5:  # payments go on meanwhile
            if "node" not in victims:
                self.pay_something(stage)
                self.release_something(stage, 0.3)
                self.pump(observer.work, self.random.random() * 0.1)
        if "node" in victims:
            stage.node.start()
        elif "plugin" in victims:
            stage.node.start_plugin(PLUGIN)
        consumer.rise() if "consumer" in victims else None
        return 0 if victims == ["consumer"] else 1

    def finish(self, stage: Stage, consumer: Consumer) -> None:
        """All payments end, and the consumer must know each end. It needs one more message to see a new run id."""
        stage.pay(1_000_000, "settle")
        def over() -> bool:
            self.release_something(stage, 1)
            consumer.work()
            return not stage.node.rows(status="pending")

        wait_until(over, "the end of all payments")

        def known() -> bool:
            consumer.work()
            return not consumer.misses()

        try:
            wait_until(known, "every final state")  # on some nodes xpay's payments end only after a minute of silence
        except TimeoutError:
            consumer.die()
            consumer.rise()  # is the state only missing on the topic, or also in the answer?
            consumer.work()
            raise AssertionError(f"missed: {consumer.misses()}") from None
        self.assertEqual(stage.stop(), [])
        self.assertEqual(judge.log(stage), [])

    def test_no_final_state_is_missed(self) -> None:
        stage = Stage(["--trackpayments-failed-after=1"], keep_rows=True,
                      subscribers={"first": TOPICS, "second": f"{TOPICS},{ROWS}"})
        with stage.alone() as stage:
            stage.allowed = ["RPC socket: ", "plugin-trackpayments: Killing plugin", "exited"]
            consumer = Caller(stage)
            observer = Observer(stage, consumer)
            deaths = 0
            while deaths < ROUNDS:
                observer.mark()
                self.pay_something(stage)
                self.pay_again(stage)
                self.release_something(stage, 0.2)
                self.pump(observer.work, self.random.random() * 0.2)
                deaths += self.strike(stage, observer)
                self.pump(observer.work, self.random.random() * 0.1)
                self.assertEqual(observer.wrong, [], f"after {deaths} deaths")
            self.finish(stage, consumer)
            observer.work()
            self.assertEqual(observer.wrong, [])
            self.assertGreater(consumer.asked, ROUNDS // 2)
            self.assertGreater(self.deleted, ROUNDS // 20)
            self.assertGreater(min(observer.ends.judged.get(status, 0) for status in ("IN_FLIGHT", "SUCCEEDED", "FAILED")), ROUNDS)
            print(f"{deaths} deaths, {consumer.asked} answers, {self.deleted} deletions, judged {observer.ends.judged}")

    def test_only_success_is_published_after_a_success_of_an_earlier_run(self) -> None:
        """Nothing is published about an older group of its hash that failed within failed-after, though a new run lists it again."""
        stage = Stage()
        with stage.alone() as stage:
            stage.allowed = ["plugin-trackpayments: Killing plugin", "exited"]
            invoice = stage.undecided("settle")
            stage.sendpay(invoice, partid=1, groupid=2)
            stage.wait_status(invoice, "SUCCEEDED")
            other = stage.undecided()
            before = len(stage.snapshots())
            kill_plugin(stage)
            stage.node.start_plugin(PLUGIN)
            wait_until(lambda: other["payment_hash"] in [p["payment_hash"] for p in stage.snapshots()[before:]], "the older payment")
            stage.settle()
            self.assertEqual([p["status"] for p in stage.snapshots()[before:] if p["payment_hash"] == invoice["payment_hash"]], [])
            self.assertEqual(stage.stop() + judge.log(stage), [])

    def test_an_answer_includes_everything_published_before_it(self) -> None:
        """Else a consumer that resumes between a notification and the page with its row would miss it, and later cursors are past it.
        The change before this one is unread, so its index does not move the cursor."""
        with FakeHost() as host:
            host.begin()
            row = host.insert(pending_row(1))
            host.wait(host.published, "the payment in flight")
            host.insert(pending_row(2))
            host.wait(lambda: len(host.published()) == 2, "another")
            cursors = [m["params"]["cursor"].split(".") for m in host.messages if m.get("method") == "trackpayments"]
            cursor = ".".join([*cursors[-1][:2], "2", "0"])  # covers everything so far
            host.notify("sendpay_success", ended_row(row, "complete", 2))  # and nothing yet on the socket
            host.wait(lambda: host.published("trackpayments_final"), "its end")
            answer = host.request("trackpayments", {"since": cursor})["result"]
            self.assertEqual([p["status"] for p in answer["payments"]], ["SUCCEEDED"])
            self.assertEqual(answer["cursor"].split(".")[:4], cursor.split("."), "its row is not read yet")

    def test_snapshots_queued_in_a_killed_plugin_are_not_lost(self) -> None:
        """Also where snapshots were merged: their cursor was never published."""
        stage = Stage(["--trackpayments-failed-after=1"], keep_rows=True, environment={"TRACKPAYMENTS_NO_HOOK": "1"})
        with stage.alone() as stage:
            stage.allowed = ["RPC socket: ", "were merged", "plugin-trackpayments: Killing plugin", "exited"]
            consumer = Consumer(stage)
            consumer.work()
            stage.wait_status(stage.pay(1_000_000, "settle"), "SUCCEEDED")
            consumer.work()
            stage.node.call("standin-fault", {"fault": "stop-reading", "plugin": "trackpayments", "ms": 3_600_000})
            stage.node.call("load", {"total": 4000, "in_flight": 100, "fail_percent": 10, "mix": {stage.payer: 1}})
            self.assertGreater(len(consumer.misses()), 1000, "it was blocked indeed")
            os.kill(stage.plugin_pid(), signal.SIGKILL)
            stage.node.call("standin-fault", {"fault": "resume-reading", "plugin": "trackpayments"})  # else its end is not noticed
            wait_gone(stage)
            stage.node.start_plugin(PLUGIN)
            self.finish(stage, consumer)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
