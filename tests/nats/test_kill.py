"""Server, sink, tracker and node are killed at random moments of a busy run. In the end each payment's last message is its final state in
lightningd: none is missing, none is twice, none goes back."""

from __future__ import annotations

import os
import signal
import unittest
from collections import Counter

from nats_stage import NATS, PLUGIN, NatsStage, die_on_sigterm, wait_until  # first: it makes the others importable

import judge
import stream_judge
from chaos import Chaos, kill_plugin, wait_gone
from servers import STREAM, Server, one_server

LONG = os.environ.get("TRACKPAYMENTS_LONG") == "yes"
ROUNDS = 200 if LONG else 10
VICTIMS = (["server"], ["sink"], ["tracker"], ["node"], ["server", "sink"], ["server", "tracker"], ["sink", "tracker"], ["server", "node"])
OPTIONS = ["--trackpayments-failed-after=1"]
COMPLAINTS = ["RPC socket: ", "Killing plugin", "exited", "does not answer", "topic 'trackpayments", "not publishing: ", "publishing again",
              "the stream "]


class Kill(Chaos, unittest.TestCase):
    def setUp(self) -> None:
        self.begin()
        self.killed: Counter[str] = Counter()

    def strike(self, stage: NatsStage, server: Server, victims: list[str]) -> None:
        self.killed.update(victims)
        if "server" in victims:
            server.kill()
        if "sink" in victims:
            os.kill(stage.sink_pid(), signal.SIGKILL)
            wait_gone(stage, NATS)
        if "tracker" in victims:
            kill_plugin(stage)
        if "node" in victims:
            self.kill_node(stage)
        elif self.random.random() < 0.7:  # payments go on meanwhile
            self.pay_something(stage)
            self.release_something(stage, 0.3)
            self.pump(lambda: None, self.random.random() * 0.1)
        if "node" in victims:
            stage.node.start()
        back = [plugin for plugin, name in ((PLUGIN, "tracker"), (NATS, "sink")) if name in victims]
        for plugin in self.random.sample(back, len(back)):
            stage.node.start_plugin(plugin)
        if "server" in victims:
            server.start()

    def finish(self, stage: NatsStage, server: Server) -> None:
        """All payments end, and the stream must have each end."""
        def over() -> bool:
            self.release_something(stage, 1)
            return not stage.node.rows(status="pending")

        wait_until(over, "the end of all payments")
        stage.wait_caught_up()
        try:
            wait_until(lambda: not stream_judge.ends(stage.node.rows(), server.messages()), "every final state", bound=30)
        except TimeoutError:
            raise AssertionError("\n".join([*stream_judge.ends(stage.node.rows(), server.messages()), *stage.nats_log()[-20:]])) from None
        self.assertEqual(stream_judge.complaints(server.messages()), [])

    def test_every_final_state_comes_into_the_stream(self) -> None:
        # A short window, so that it is not the server's memory of ids that keeps messages from being stored twice.
        stream = {"name": STREAM, "subjects": ["lightning.*.payment.>"], "num_replicas": 1, "duplicate_window": 100_000_000}
        with one_server() as server:
            server.client.api(f"STREAM.CREATE.{STREAM}", stream)
            stage = NatsStage(server.url, OPTIONS, keep_rows=True)
            with stage.alone():
                stage.allowed = COMPLAINTS
                stage.wait_connected()
                # Each way to strike comes, in a random order.
                order = [victims for _ in range(-(-ROUNDS // len(VICTIMS))) for victims in self.random.sample(VICTIMS, len(VICTIMS))]
                for victims in order[:ROUNDS]:
                    for _ in range(2):
                        self.pay_something(stage)
                    self.pay_again(stage)
                    self.release_something(stage, 0.2)
                    self.pump(lambda: None, self.random.random() * 0.2)
                    self.strike(stage, server, victims)
                    self.pump(lambda: None, self.random.random() * 0.1)
                self.finish(stage, server)
                stored = stream_judge.snapshots(server.messages())
                self.assertGreater(len({one.subject for one in stored}), 3 * ROUNDS)
                self.assertEqual(stage.stop() + judge.log(stage), [])
                print(self.killed, len(stored), len({one.subject for one in stored}))


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
