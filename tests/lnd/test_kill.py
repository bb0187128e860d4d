"""Tracker, server, node and clients are killed at random moments of a busy run, while a hostile client attacks. A client that resumes with
its last cursor misses no final state, even one that reads rarely."""

from __future__ import annotations

import os
import signal
import unittest

from lnd_stage import LND, LndStage, die_on_sigterm, wait_until  # first: it makes the others importable

import attacks
import judge
from chaos import Chaos, kill_plugin, wait_gone
from hostile import PREFACE, SETTINGS, frame
from resuming import Harmful, Resuming, ResumingGrpc, ResumingRest, SlowGrpc
from support import PLUGIN

LONG = os.environ.get("TRACKPAYMENTS_LONG") == "yes"
ROUNDS = 200 if LONG else 10
VICTIMS = (["tracker"], ["server"], ["node"], ["clients"], ["tracker", "server"], ["tracker", "clients"], ["server", "clients"],
           ["node", "clients"])
BEGUN = PREFACE + frame(SETTINGS)
ATTACKS = [BEGUN, attacks.garbage()[5], *attacks.ERRORS.values(), *(BEGUN + data[:100_000] for data, _ in attacks.FLOODS.values())]


class Kill(Chaos, unittest.TestCase):
    def setUp(self) -> None:
        self.begin()

    def strike(self, stage: LndStage, clients: list[Resuming]) -> None:
        victims = self.random.choice(VICTIMS)
        killed = self.random.sample(clients, self.random.randrange(1, 3)) if "clients" in victims else []
        for client in killed:
            client.die()
        if "tracker" in victims:
            kill_plugin(stage)
        if "server" in victims:
            os.kill(stage.lnd_pid(), signal.SIGKILL)
            wait_gone(stage, LND)
        if "node" in victims:
            self.kill_node(stage)
        elif self.random.random() < 0.5:  # payments go on meanwhile
            self.pay_something(stage)
            self.release_something(stage, 0.3)
            self.pump(lambda: self.work(clients), self.random.random() * 0.1)
        if "node" in victims:
            stage.node.start()
        back = [plugin for plugin, name in ((PLUGIN, "tracker"), (LND, "server")) if name in victims]
        for plugin in self.random.sample(back, len(back)):
            stage.node.start_plugin(plugin)
        for client in killed:
            client.rise()

    def work(self, clients: list[Resuming]) -> None:
        for client in clients:
            client.work()

    def finish(self, stage: LndStage, clients: list[Resuming]) -> None:
        """All payments end, and each client must know each end."""
        def over() -> bool:
            self.release_something(stage, 1)
            self.work(clients)
            return not stage.node.rows(status="pending")

        def known() -> bool:
            self.work(clients)
            return not any(client.misses() for client in clients)

        wait_until(over, "the end of all payments")
        try:
            wait_until(known, "every final state")
        except TimeoutError:
            raise AssertionError("\n".join(client.why() for client in clients if client.misses())) from None
        finally:
            for client in clients:
                client.hang_up()

    def test_no_final_state_is_missed(self) -> None:
        stage = LndStage(["--trackpayments-failed-after=1"], keep_rows=True)
        with stage.alone():
            stage.allowed = ["RPC socket: ", "Killing plugin", "exited", "does not answer", "topic 'trackpayments' is not a known"]
            stage.wait_active()
            clients: list[Resuming] = [ResumingGrpc(stage), ResumingRest(stage), SlowGrpc(stage)]
            harmful = Harmful(stage, ATTACKS)
            wait_until(lambda: self.work(clients) or all(client.cursor for client in clients), "their first cursors")
            for _ in range(ROUNDS):
                self.pay_something(stage)
                self.pay_again(stage)
                self.release_something(stage, 0.2)
                harmful.work()
                self.pump(lambda: self.work(clients), self.random.random() * 0.2)
                self.strike(stage, clients)
                self.pump(lambda: self.work(clients), self.random.random() * 0.1)
            harmful.stop()
            self.finish(stage, clients)
            self.assertGreater(harmful.tries, ROUNDS // 2)
            for client in clients:
                self.assertEqual(client.refused, [])
                self.assertGreater(client.connections, 1)
                self.assertGreater(len(client.last), 2 * ROUNDS)
            stage.wait_active()
            self.assertEqual(stage.stop() + judge.log(stage), [])
            print([(client.connections, len(client.last)) for client in clients])


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
