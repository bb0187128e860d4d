"""A payment's index moves when its first attempt is deleted and the tracker starts again: then it has another subject. A consumer that
counts by node and attempt counts it once."""

from __future__ import annotations

import unittest
from typing import Any

from nats_stage import NATS, PLUGIN, NatsStage, die_on_sigterm, wait_until  # first: it makes the others importable

import stream_judge
from client import Message
from servers import Server, one_server

AT_ONCE = ["--trackpayments-failed-after=0"]


def paid_msat(messages: list[Message]) -> int:
    """What a consumer counts that keeps each attempt's newest state."""
    newest: dict[tuple[str, str], dict[str, Any]] = {}
    for stored in stream_judge.snapshots(messages):
        for attempt in stored.body["htlcs"]:
            newest[stored.subject.split(".")[1], attempt["attempt_id"]] = attempt
    return sum(int(one["route"]["total_amt_msat"]) - int(one["route"]["total_fees_msat"])
               for one in newest.values() if one["status"] == "SUCCEEDED")


class Moved(unittest.TestCase):
    def begin(self, stage: NatsStage) -> dict[str, Any]:
        """A payment in flight whose first attempt failed, beside one that is over."""
        stage.wait_connected()
        stage.pay_now(stage.invoice(1_000_000))
        invoice = stage.pay(4_000_000, "temporary_channel_failure", "hold")
        stage.wait_attempts(invoice, "FAILED", "IN_FLIGHT")
        stage.wait_caught_up()
        return invoice

    def delete_first(self, stage: NatsStage, invoice: dict[str, Any]) -> None:
        failed = stage.wait_rows(invoice, "failed", "pending")[0]
        stage.node.call("delpay", {"payment_hash": invoice["payment_hash"], "status": "failed", "partid": failed.get("partid", 0),
                                   "groupid": failed["groupid"]})

    def finish(self, stage: NatsStage, server: Server, invoice: dict[str, Any]) -> None:
        index = stage.node.rows(payment_hash=invoice["payment_hash"])[0]["created_index"]
        moved = f"{invoice['payment_hash']}.{index}"

        def is_published() -> bool:
            stage.wait_caught_up()
            return any(one.subject.endswith(moved) for one in server.messages())

        wait_until(is_published, "the payment under its new index")
        stage.release(invoice)
        stage.wait_rows(invoice, "complete")
        wait_until(lambda: not stream_judge.ends(stage.node.rows(), server.messages()), "its end")
        messages = server.messages()
        self.assertEqual(stream_judge.complaints(messages), [])
        subjects = [one.subject for one in messages if invoice["payment_hash"] in one.subject]
        old = next(one for one in subjects if not one.endswith(moved))
        self.assertIn(old + ".deleted", subjects)
        self.assertEqual(set(subjects), {old, old + ".deleted", next(one for one in subjects if one.endswith(moved))})
        self.assertEqual(paid_msat(messages), 5_000_000)

    def test_while_both_programs_run(self) -> None:
        with one_server() as server, NatsStage(server.url, AT_ONCE) as stage:
            invoice = self.begin(stage)
            self.delete_first(stage, invoice)
            stage.wait_deletion(invoice)
            stage.wait_caught_up()
            for plugin in (NATS, PLUGIN):
                stage.node.stop_plugin(plugin)
            for plugin in (PLUGIN, NATS):
                stage.node.start_plugin(plugin)
            self.finish(stage, server, invoice)

    def test_while_neither_runs(self) -> None:
        with one_server() as server, NatsStage(server.url, AT_ONCE) as stage:
            invoice = self.begin(stage)
            for plugin in (NATS, PLUGIN):
                stage.node.stop_plugin(plugin)
            stage.unwatched.add(str(stage.node.rows(payment_hash=invoice["payment_hash"])[0]["created_index"]))
            self.delete_first(stage, invoice)
            for plugin in (PLUGIN, NATS):
                stage.node.start_plugin(plugin)
            self.finish(stage, server, invoice)

    def test_while_only_the_tracker_starts_again(self) -> None:
        with one_server() as server, NatsStage(server.url, AT_ONCE) as stage:
            invoice = self.begin(stage)
            stage.node.stop_plugin(PLUGIN)
            stage.unwatched.add(str(stage.node.rows(payment_hash=invoice["payment_hash"])[0]["created_index"]))
            self.delete_first(stage, invoice)
            stage.node.start_plugin(PLUGIN)
            self.finish(stage, server, invoice)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
