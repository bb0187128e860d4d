"""Consumer, plugin and node are killed at random moments of a busy run. No wrong state is ever published, and a consumer that resumes
with its last cursor misses no final state."""

import os
import random
import signal
import time
import unittest
from pathlib import Path
from typing import Any

from support import PLUGIN, TOPICS, RpcError, Stage, die_on_sigterm, wait_until  # first: it makes the others importable

import judge
from consumer import Consumer
from fake_host import FakeHost, ended_row, pending_row

LONG = os.environ.get("TRACKPAYMENTS_LONG") == "yes"
ROUNDS = 500 if LONG else 20  # kills of plugin or node
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


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_gone(stage: Stage) -> None:
    wait_until(lambda: PLUGIN not in [p["name"] for p in stage.node.call("plugin", {"subcommand": "list"})["plugins"]], "its end")


def kill_plugin(stage: Stage) -> None:
    os.kill(stage.plugin_pid(), signal.SIGKILL)
    wait_gone(stage)


class Kill(unittest.TestCase):
    def setUp(self) -> None:
        seed = int(os.environ.get("SEED", random.SystemRandom().randrange(2**32)))
        print(f"SEED={seed}")
        self.random = random.Random(seed)
        self.invoices: list[dict[str, Any]] = []
        self.deleted = 0

    def pay_something(self, stage: Stage) -> None:
        """Payments of every kind: some stay in flight, some by hand have failed, and only silence ends those."""
        ends = ["settle", "settle", "incorrect_or_unknown_payment_details", "temporary_channel_failure", "hold"]
        for _ in range(self.random.randrange(1, 6)):
            kind = self.random.choice(("xpay", "xpay", "pay", "by hand", "parts"))
            if kind == "by hand":
                invoice = stage.invoice(4_000_000, outcomes=[self.random.choice(ends)])
                stage.sendpay(invoice)
            elif kind == "parts":
                self.invoices.append(stage.pay(9_000_000, parts=[self.random.choice(ends) for _ in range(self.random.randrange(2, 5))]))
            else:
                attempts = ["temporary_channel_failure"] * self.random.randrange(3) + [self.random.choice(ends)]
                self.invoices.append(stage.pay(4_000_000, *attempts, by=kind, think_ms=self.random.choice((0, 0, 30))))

    def pay_again(self, stage: Stage) -> None:
        """Pays an invoice again: its payment may be over, or in flight. Sometimes the rows are deleted first."""
        if not self.invoices:
            return
        recent = self.random.sample(self.invoices[-30:], len(self.invoices[-30:]))
        delete = self.random.random() < 0.5
        invoice = next(filter(lambda one: self.delete(stage, one), recent), recent[0]) if delete else recent[0]
        stage.node.call("scenario", {"payment_hash": invoice["payment_hash"],
                                     "attempts": [self.random.choice(("settle", "temporary_channel_failure", "hold"))]})
        stage.again(invoice)

    def delete(self, stage: Stage, invoice: dict[str, Any]) -> bool:
        """Its rows, if it was paid and nothing of it is in flight."""
        statuses = {row["status"] for row in stage.node.rows(payment_hash=invoice["payment_hash"])}
        if "complete" not in statuses or "pending" in statuses:
            return False
        before = self.deleted
        for status in sorted(statuses):
            try:
                stage.node.call("delpay", [invoice["payment_hash"], status])
                self.deleted += 1
            except RpcError:
                pass  # the payer had not finished
        return self.deleted > before

    def release_something(self, stage: Stage, share: float) -> None:
        for row in stage.node.rows(status="pending"):
            if self.random.random() < share:
                try:
                    stage.node.call("release", {"payment_hash": row["payment_hash"], "outcome": self.random.choice(("settle", "fail"))})
                except RpcError:
                    pass  # it ended by itself

    def pump(self, observer: Observer, seconds: float) -> None:
        end = time.monotonic() + seconds
        while True:
            observer.work()
            if time.monotonic() > end:
                return
            time.sleep(0.002)

    def kill_node(self, stage: Stage) -> None:
        """Kills the node and waits until its plugins have ended: the next subscribers write to the same files."""
        node = stage.node.process.pid
        pids = [int(pid) for pid in Path(f"/proc/{node}/task/{node}/children").read_text().split()]
        stage.node.kill()
        wait_until(lambda: not any(map(is_alive, pids)), "the end of its plugins")

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
                self.pump(observer, self.random.random() * 0.1)
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
                self.pump(observer, self.random.random() * 0.2)
                deaths += self.strike(stage, observer)
                self.pump(observer, self.random.random() * 0.1)
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
        """Else a consumer that resumes between a notification and the page with its row would miss it, and later cursors are past it."""
        with FakeHost() as host:
            host.begin()
            row = host.insert(pending_row(1))
            host.wait(host.published, "the payment in flight")
            host.insert(pending_row(2))
            host.wait(lambda: len(host.published()) == 2, "another")
            cursors = [m["params"]["cursor"].split(".") for m in host.messages if m.get("method") == "trackpayments"]
            cursor = ".".join([*cursors[-1][:2], "2", "0"])  # covers everything so far
            host.notify("sendpay_success", ended_row(row, "complete", 1))  # and nothing yet on the socket
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
