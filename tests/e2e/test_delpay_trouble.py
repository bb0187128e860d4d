"""`delpay` under bad conditions: many at once, a lost socket, a killed plugin; and calls that the plugin continues."""

import os
import signal
import unittest

from support import PLUGIN, RpcError, Stage, die_on_sigterm, wait_until
from versions import needs_the_end

DEFAULT = ["--trackpayments-failed-after=0"]


def paid(stage: Stage, count: int = 1) -> list[dict]:
    invoices = [stage.pay(1_000_000 + n) for n in range(count)]
    for invoice in invoices:
        stage.wait_status(invoice, "SUCCEEDED")
    return invoices


class DelpayTrouble(unittest.TestCase):
    def test_many_calls_at_once_are_all_answered(self) -> None:
        with Stage(DEFAULT) as stage:
            invoices = paid(stage, 60)
            asked = {invoice["payment_hash"]: stage.node.rpc.send("delpay", [invoice["payment_hash"], "complete"])
                     for invoice in invoices}
            for payment_hash, identity in asked.items():
                self.assertEqual([row["payment_hash"] for row in stage.node.rpc.result(identity)["payments"]], [payment_hash])
            for invoice in invoices:
                stage.wait_deletion(invoice)
            self.assertEqual(len(stage.deletions()), 60)

    def test_of_two_calls_for_one_payment_one_deletes_it(self) -> None:
        with Stage(DEFAULT) as stage:
            payment_hash = paid(stage)[0]["payment_hash"]
            clients = [stage.node.new_client() for _ in range(4)]
            asked = [client.send("delpay", [payment_hash, "complete"]) for client in clients]
            replies = [client.reply(identity) for client, identity in zip(clients, asked)]
            self.assertEqual(sum("result" in reply for reply in replies), 1)
            # The others may have listed the row before its deletion: it never had another status.
            self.assertEqual({(reply["error"]["code"], reply["error"]["message"]) for reply in replies if "error" in reply},
                             {(208, f"Unknown payment with payment_hash: {payment_hash}")})
            stage.wait_deletion(payment_hash)
            stage.settle()
            self.assertEqual(len(stage.deletions(payment_hash)), 1, "published once")
            for client in clients:
                client.close()

    @needs_the_end
    def test_autoclean_is_not_held_up(self) -> None:
        with Stage(DEFAULT) as stage:
            failed = [stage.pay(1_000_000 + n, "incorrect_or_unknown_payment_details") for n in range(20)]
            retried = stage.pay(3_000_000, "temporary_channel_failure", "settle")
            for invoice in failed:
                stage.wait_status(invoice, "FAILED")
            stage.wait_status(retried, "SUCCEEDED")
            cleaned = stage.node.call("autoclean-once", {"subsystem": "failedpays", "age": 0})
            self.assertEqual(cleaned["autoclean"]["failedpays"], {"cleaned": 21, "uncleaned": 0})
            for invoice in [*failed, retried]:
                stage.wait_deletion(invoice)
            stage.node.call("autoclean-once", {"subsystem": "succeededpays", "age": 0})
            stage.wait_payment(retried, lambda _: len(stage.deletions(retried)) == 2, "the deletion of its last part")
            stage.settle()
            published = [attempt for one in stage.deletions() for attempt in one["attempt_ids"]]
            self.assertEqual(sorted(published, key=int), sorted(set(published), key=int), "the deletion of each attempt is published once")
            self.assertEqual(len(published), 22)

    def test_a_deletion_survives_a_lost_socket(self) -> None:
        for method in ("listsendpays", "delpay"):
            with self.subTest(lost_in=method), Stage(DEFAULT) as stage:
                stage.allowed.append("RPC socket: ")
                payment_hash = paid(stage)[0]["payment_hash"]
                stage.node.call("standin-fault", {"fault": "hang", "method": method})
                asked = stage.node.rpc.send("delpay", [payment_hash, "complete"])
                stage.node.call("getinfo")
                self.assertFalse(stage.node.rpc.has_reply(asked))
                stage.cut_connections()
                stage.node.call("standin-fault", {"fault": "unhang", "method": method})
                wait_until(lambda: not stage.node.rows(payment_hash=payment_hash), "the deletion")
                stage.wait_deletion(payment_hash)
                stage.settle()
                self.assertEqual(len(stage.deletions(payment_hash)), 1)

    def test_the_node_serves_a_call_when_the_plugin_is_killed_meanwhile(self) -> None:
        with Stage(DEFAULT) as stage:
            payment_hash = paid(stage)[0]["payment_hash"]
            stage.barrier()
            stage.node.call("standin-fault", {"fault": "hang", "method": "listsendpays"})
            asked = stage.node.rpc.send("delpay", [payment_hash, "complete"])
            stage.barrier()  # by now the plugin has it
            self.assertFalse(stage.node.rpc.has_reply(asked))
            stage.unwatched |= {attempt["attempt_id"] for attempt in stage.snapshots(payment_hash)[-1]["htlcs"]}
            os.kill(stage.plugin_pid(), signal.SIGKILL)
            self.assertEqual(len(stage.node.rpc.result(asked)["payments"]), 1)
            stage.node.call("standin-fault", {"fault": "unhang", "method": "listsendpays"})
            with self.assertRaises(RpcError) as refused:
                stage.node.call("delpay", [payment_hash, "complete"])
            self.assertEqual(refused.exception.code, 208)
            wait_until(lambda: PLUGIN not in str(stage.node.call("plugin", ["list"])), "the plugin to be gone")
            stage.start_plugin()
            stage.settle()

    def test_check_is_answered_by_the_node(self) -> None:
        with Stage(DEFAULT) as stage:
            payment_hash = paid(stage)[0]["payment_hash"]
            checked = stage.node.call("check", {"command_to_check": "delpay", "payment_hash": payment_hash, "status": "complete"})
            self.assertEqual(checked, {"command_to_check": "delpay"})
            stage.settle()
            self.assertEqual(stage.deletions(), [])

    def test_a_payment_goes_on_after_its_failed_parts_are_deleted(self) -> None:
        with Stage(DEFAULT) as stage:
            invoice = stage.invoice(3_000_000, outcomes=["temporary_channel_failure"] * 5 + ["settle"])
            for partid in range(1, 6):
                stage.sendpay(invoice, partid=partid, groupid=1)
                stage.wait_rows(invoice, "failed")
                stage.node.call("delpay", {"payment_hash": invoice["payment_hash"], "status": "failed", "partid": partid, "groupid": 1})
                stage.wait_payment(invoice, lambda _: len(stage.deletions(invoice)) == partid, "the deletion")
            stage.sendpay(invoice, partid=6, groupid=1)
            stage.wait_status(invoice, "SUCCEEDED", parts=1)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
