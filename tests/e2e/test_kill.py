"""Consumer, plugin and node die at random moments of a busy run; a consumer that asks with its last cursor misses no final state."""

import os
import random
import signal
import time
import unittest

from support import PLUGIN, RpcError, Stage, die_on_sigterm, wait_until  # first: it knows where the others are

import judge
from consumer import Consumer

LONG = os.environ.get("TRACKPAYMENTS_LONG") == "yes"
ROUNDS = 200 if LONG else 20


class Kill(unittest.TestCase):
    def setUp(self) -> None:
        seed = int(os.environ.get("SEED", random.SystemRandom().randrange(2**32)))
        print(f"SEED={seed}")
        self.random = random.Random(seed)

    def pay_something(self, stage: Stage) -> None:
        """Of every kind, some left in flight, some failed by hand, where only the linger says that they are over."""
        ends = ["settle", "settle", "incorrect_or_unknown_payment_details", "temporary_channel_failure", "hold"]
        for _ in range(self.random.randrange(1, 6)):
            kind = self.random.choice(("xpay", "xpay", "pay", "by hand", "parts"))
            if kind == "by hand":
                invoice = stage.invoice(4_000_000, outcomes=[self.random.choice(ends)])
                stage.sendpay(invoice)
            elif kind == "parts":
                stage.pay(9_000_000, parts=[self.random.choice(ends) for _ in range(self.random.randrange(2, 5))])
            else:
                attempts = ["temporary_channel_failure"] * self.random.randrange(3) + [self.random.choice(ends)]
                stage.pay(4_000_000, *attempts, by=kind, think_ms=self.random.choice((0, 0, 30)))

    def release_something(self, stage: Stage, share: float) -> None:
        for row in stage.node.rows(status="pending"):
            if self.random.random() < share:
                try:
                    stage.node.call("release", {"payment_hash": row["payment_hash"], "outcome": self.random.choice(("settle", "fail"))})
                except RpcError:
                    pass  # it ended by itself

    def pump(self, consumer: Consumer, seconds: float) -> None:
        end = time.monotonic() + seconds
        while True:
            consumer.work()
            if time.monotonic() > end:
                return
            time.sleep(0.002)

    def strike(self, stage: Stage, consumer: Consumer) -> None:
        victims = self.random.choice((["consumer"], ["plugin"], ["node"], ["plugin", "consumer"], ["node", "consumer"]))
        if "consumer" in victims:
            consumer.die()
        if "plugin" in victims:
            os.kill(stage.plugin_pid(), signal.SIGKILL)
            wait_until(lambda: PLUGIN not in [p["name"] for p in stage.node.call("plugin", {"subcommand": "list"})["plugins"]], "its end")
        if "node" in victims:
            stage.node.kill()
        if victims == ["consumer"] or self.random.random() < 0.5:  # things go on while it is away
            if "node" not in victims:
                self.pay_something(stage)
                self.release_something(stage, 0.3)
                self.pump(consumer, self.random.random() * 0.1)
        if "node" in victims:
            stage.node.start()
        elif "plugin" in victims:
            stage.node.start_plugin(PLUGIN)
        consumer.rise() if "consumer" in victims else None

    def finish(self, stage: Stage, consumer: Consumer) -> None:
        """Everything ends, and the consumer knows how. Something has to be told once more, or a new run id is not seen."""
        stage.pay(1_000_000, "settle")
        def over() -> bool:
            self.release_something(stage, 1)
            consumer.work()
            return not stage.node.rows(status="pending")

        wait_until(over, "the end of all payments", 120)

        def known() -> bool:
            consumer.work()
            return not consumer.misses()

        try:
            wait_until(known, "every final state", 60)
        except TimeoutError:
            consumer.die()
            consumer.rise()  # is it only the topic that has not told, or is it lost?
            consumer.work()
            raise AssertionError(f"missed: {consumer.misses()}") from None
        self.assertEqual(stage.stop(), [])
        self.assertEqual(judge.log(stage), [])

    def test_no_final_state_is_missed(self) -> None:
        stage = Stage(["--trackpayments-linger=1"], keep_rows=True)
        with stage.alone() as stage:
            stage.allowed = ["RPC socket: ", "plugin-trackpayments: Killing plugin", "exited"]
            consumer = Consumer(stage)
            consumer.work()
            for _ in range(ROUNDS):
                self.pay_something(stage)
                self.release_something(stage, 0.2)
                self.pump(consumer, self.random.random() * 0.2)
                self.strike(stage, consumer)
                self.pump(consumer, self.random.random() * 0.1)
            self.finish(stage, consumer)
            self.assertGreater(consumer.asked, ROUNDS // 2)

    def test_what_waited_in_a_blocked_plugin_is_not_lost_with_it(self) -> None:
        """Also where snapshots were merged: their cursor was never told."""
        stage = Stage(["--trackpayments-linger=1"], keep_rows=True, environment={"TRACKPAYMENTS_NO_HOOK": "1"})
        with stage.alone() as stage:
            stage.allowed = ["RPC socket: ", "were merged", "plugin-trackpayments: Killing plugin", "exited"]
            consumer = Consumer(stage)
            consumer.work()
            stage.wait_status(stage.pay(1_000_000, "settle"), "SUCCEEDED")
            consumer.work()
            stage.node.call("standin-fault", {"fault": "stop-reading", "plugin": "trackpayments", "ms": 60_000})
            stage.node.call("load", {"total": 4000, "in_flight": 100, "fail_percent": 10, "mix": {"xpay": 1}})
            self.assertGreater(len(consumer.misses()), 1000, "it was blocked indeed")
            os.kill(stage.plugin_pid(), signal.SIGKILL)
            stage.node.call("standin-fault", {"fault": "resume-reading", "plugin": "trackpayments"})  # or its end is not noticed
            wait_until(lambda: PLUGIN not in [p["name"] for p in stage.node.call("plugin", {"subcommand": "list"})["plugins"]], "its end")
            stage.node.start_plugin(PLUGIN)
            self.finish(stage, consumer)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
