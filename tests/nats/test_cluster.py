"""Three servers, each with the whole stream. One at a time is killed while payments run; the next only when the stream has a leader and
every server is current."""

from __future__ import annotations

import os
import unittest

from nats_stage import NatsStage, die_on_sigterm, option, wait_until  # first: it makes the others importable

import stream_judge
from chaos import Chaos
from servers import Cluster, three_servers

LONG = os.environ.get("TRACKPAYMENTS_LONG") == "yes"
ROUNDS = 30 if LONG else 2
OPTIONS = ["--trackpayments-failed-after=1", option("replicas", 3)]


class ClusterTest(Chaos, unittest.TestCase):
    def setUp(self) -> None:
        self.begin()

    def victim(self, cluster: Cluster, stage: NatsStage, number: int) -> int:
        """In turn the leader of the stream, the server that the sink is connected to, and any."""
        leader = cluster.wait_current()["leader"]
        names = [server.name for server in cluster.servers]
        connected = [server.url for server in cluster.servers].index(stage.show()["server"])
        return (names.index(leader), connected, self.random.randrange(len(names)))[number % 3]

    def test_nothing_is_lost(self) -> None:
        with three_servers() as cluster, NatsStage(cluster.urls, OPTIONS).alone() as stage:
            stage.wait_connected()
            self.assertEqual(cluster.info()["config"]["num_replicas"], 3)
            for number in range(ROUNDS):
                self.pay_something(stage)
                server = cluster.servers[self.victim(cluster, stage, number)]
                server.kill()
                for _ in range(3):
                    self.pay_something(stage)
                    self.release_something(stage, 0.3)
                    self.pump(lambda: None, self.random.random() * 0.1)
                stage.barrier()
                stage.wait_connected()  # two servers are enough
                server.start()
                cluster.wait_current()

            def over() -> bool:
                self.release_something(stage, 1)
                return not stage.node.rows(status="pending")

            wait_until(over, "the end of all payments")
            stage.wait_caught_up()
            cluster.wait_current()
            read = lambda: cluster.ask(lambda client: client.read_stream("LIGHTNING")) or []  # noqa: E731
            wait_until(lambda: not stream_judge.ends(stage.node.rows(), read()), "every final state", bound=30)
            # The end of a payment may still be enriched by the failures of its parts.
            wait_until(lambda: (messages := read()) and all(server.messages() == messages for server in cluster.servers), "equal servers", bound=30)
            messages = read()
            self.assertEqual(stream_judge.complaints(messages), [])
            print(len(messages), len({one.subject for one in messages}))


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
