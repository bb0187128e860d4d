"""A message that the server refuses, or whose acknowledgement is lost, comes again: nothing is missing, nothing is twice, and the position
in the stream stays before it."""

from __future__ import annotations

import os
import signal
import time
import unittest
from typing import Any

from nats_stage import NATS, NatsStage, die_on_sigterm, wait_until  # first: it makes the others importable

import expected
import stream_judge
from chaos import wait_gone
from proxy import Proxy, Publish
from servers import STREAM, Server, one_server

AT_ONCE = ["--trackpayments-failed-after=0"]
UNAVAILABLE = {"code": 503, "err_code": 10008, "description": "JetStream system temporarily unavailable"}
CONFLICT = {"code": 400, "err_code": 10071, "description": "wrong last sequence: 77"}
WINDOW = 20  # payments


class Refused(unittest.TestCase):
    def window(self, stage: NatsStage, proxy: Proxy) -> list[dict[str, Any]]:
        """So many payments are in flight, and the sink has sent a message of each, which is held."""
        stage.wait_connected()
        stage.pay_now(stage.invoice(1_000_000))
        stage.wait_caught_up()
        proxy.hold()
        before = len(proxy.published)
        made = [stage.pay(2_000_000 + number, "hold") for number in range(WINDOW)]
        hashes = {invoice["payment_hash"] for invoice in made}
        wait_until(lambda: hashes == {one.subject.split(".")[3] for one in proxy.published[before:]}, "a message of each")
        return made

    def stored(self, server: Server) -> set[str]:
        return {one.payment_hash for one in stream_judge.snapshots(server.messages())}

    def check(self, stage: NatsStage, server: Server) -> None:
        stage.wait_published()
        messages = server.messages()
        self.assertEqual(expected.complaints(messages, stage) + stream_judge.ends(stage.node.rows(), messages), [])

    def check_positions(self, stage: NatsStage, server: Server, refused: str) -> None:
        """No position in the stream covers the row of that payment. A cursor ends with the last row made and the last row changed."""
        row = stage.node.rows(payment_hash=refused)[0]["created_index"]
        cursors = [one.message.header("Trackpayments-Cursor") for one in stream_judge.snapshots(server.messages())]
        self.assertEqual([cursor for cursor in cursors if int(cursor.split(".")[2]) >= row], [])
        self.assertGreaterEqual(len(cursors), WINDOW)

    def test_in_the_middle_of_a_window(self) -> None:
        """The refused one alone is missing for a while. The sink is killed then: another one begins before it."""
        with one_server() as server, Proxy(server.port) as proxy, NatsStage(proxy.url, AT_ONCE) as stage:
            stage.allowed = ["Killing plugin", "exited", "not publishing"]
            made = self.window(stage, proxy)
            refused = made[WINDOW // 2]["payment_hash"]
            proxy.refuse = lambda one: UNAVAILABLE if refused in one.subject else None
            proxy.release()
            others = {invoice["payment_hash"] for invoice in made} - {refused}
            wait_until(lambda: others <= self.stored(server) and len(proxy.refused) > 1, "the others, and it again")
            for invoice in made:
                stage.release(invoice)
            stage.barrier()
            os.kill(stage.sink_pid(), signal.SIGKILL)
            wait_gone(stage, NATS)
            self.check_positions(stage, server, refused)
            self.assertNotIn(refused, self.stored(server))
            proxy.refuse = lambda one: None
            stage.start_sink()
            stage.wait_connected()
            self.check(stage, server)

    def test_for_a_conflict_that_is_none(self) -> None:
        """The server says that the subject has a message; then it has none, and the message comes again at once."""
        with one_server() as server, Proxy(server.port) as proxy, NatsStage(proxy.url, AT_ONCE) as stage:
            made = self.window(stage, proxy)
            refused = made[WINDOW // 2]["payment_hash"]
            once: list[Publish] = []

            def refuse(one: Publish) -> dict[str, Any] | None:
                if refused not in one.subject or once:
                    return None
                once.append(one)
                return CONFLICT

            proxy.refuse = refuse
            proxy.release()
            for invoice in made:
                stage.release(invoice)
            self.check(stage, server)
            self.assertEqual((len(once), proxy.connections), (1, 1))


class Lost(unittest.TestCase):
    def test_an_acknowledgement_later_than_the_duplicate_window(self) -> None:
        """The server has forgotten the ids when the messages come again."""
        with one_server() as server, Proxy(server.port) as proxy:
            server.client.api(f"STREAM.CREATE.{STREAM}", {"name": STREAM, "subjects": ["lightning.*.payment.>"], "num_replicas": 1,
                                                          "duplicate_window": 100_000_000})
            with NatsStage(proxy.url, AT_ONCE) as stage:
                stage.allowed = ["not publishing", "the stream LIGHTNING"]
                stage.wait_connected()
                stage.pay_now(stage.invoice(1_000_000))
                stage.wait_caught_up()
                proxy.lose_acks = True
                made = [stage.pay(2_000_000 + number, "temporary_channel_failure", "hold") for number in range(5)]
                wait_until(lambda: len({one.subject for one in server.messages()}) == 1 + len(made), "a message of each")
                for invoice in made[:3]:
                    stage.release(invoice)
                    stage.wait_status(invoice, "SUCCEEDED")
                stage.barrier()
                self.assertFalse(stage.show()["caught_up"])
                time.sleep(0.2)  # longer than the window
                proxy.lose_acks = False
                proxy.cut()
                stage.wait_caught_up()
                self.assertGreaterEqual(stage.show()["already_stored"], 2)
                self.assertGreaterEqual(proxy.lost, len(made))
                for invoice in made[3:]:
                    stage.release(invoice)
                    stage.wait_status(invoice, "SUCCEEDED")
                stage.wait_published()
                messages = server.messages()
                self.assertEqual(expected.complaints(messages, stage) + stream_judge.ends(stage.node.rows(), messages), [])


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
