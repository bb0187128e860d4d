"""One call of a payer is one payment, also for renepay, which gives each attempt a new group when no part is pending, and waits in
between. And a payer that waits for a block has not given up."""

import os
import time
import unittest
from typing import Any

from support import PLUGIN, Stage, die_on_sigterm, wait_until
from versions import NEWEST

NEVER = ["--trackpayments-failed-after=3600"]
NOW = ["--trackpayments-failed-after=0"]
BUSY = "temporary_channel_failure"
NO = "incorrect_or_unknown_payment_details"
# On v23.11 a call has one group, as with pay.
LONG = os.environ.get("TRACKPAYMENTS_LONG") == "yes"
ALL = ["v23.11", "v24.11", "v24.11.2", "v25.05", "v25.12", NEWEST] if LONG else ["v23.11", "v24.11.2", "v25.12", NEWEST]
VERSIONS = [os.environ["VERSION_AS"]] if os.environ.get("VERSION_AS") else ALL


class Renepay(unittest.TestCase):
    def each(self, test: Any, options: list[str]) -> None:
        for version in VERSIONS:
            with self.subTest(version=version, options=options), Stage(options, version=version) as stage:
                test(stage)

    def renepay(self, stage: Stage, **scenario: Any) -> dict[str, Any]:
        """All its groups are one payment."""
        invoice = stage.invoice(3_300_000, **scenario)
        stage.renepaid.add(invoice["payment_hash"])
        self.paying = stage.node.rpc.send("renepay", {"invstring": invoice["bolt11"]})
        return invoice

    def expect_one(self, stage: Stage, invoice: dict[str, Any], end: str, attempts: list[str]) -> None:
        stage.node.rpc.reply(self.paying)
        ended = lambda: (shown := stage.snapshots(invoice)) and [a["status"] for a in shown[-1]["htlcs"]] == attempts  # noqa: E731
        try:
            wait_until(lambda: ended() and stage.snapshots(invoice)[-1]["status"] == end, "the end")
        except TimeoutError:
            pass  # the assertions below show a missing part
        stage.settle_slowly()
        payment = stage.snapshots(invoice)[-1]
        rows = stage.node.rows(payment_hash=invoice["payment_hash"])
        self.assertEqual([a["status"] for a in payment["htlcs"]], attempts)
        self.assertEqual([a["attempt_id"] for a in payment["htlcs"]], [str(row["created_index"]) for row in rows])
        self.assertEqual({p["payment_index"] for p in stage.snapshots(invoice)}, {str(rows[0]["created_index"])})
        self.assertEqual(stage.ends(invoice), [end])
        self.assertEqual([p["status"] for p in stage.snapshots(invoice, "trackpayments_final")], [end])
        self.assertEqual({p["value_msat"] for p in stage.snapshots(invoice)}, {"3300000"})

    def test_two_failures_and_a_success_are_one_payment(self) -> None:
        def look(stage: Stage) -> None:
            invoice = self.renepay(stage, attempts=[BUSY, BUSY, "settle"])
            self.expect_one(stage, invoice, "SUCCEEDED", ["FAILED", "FAILED", "SUCCEEDED"])
            groups = {row["groupid"] for row in stage.node.rows(payment_hash=invoice["payment_hash"])}
            self.assertEqual(groups, {1} if stage.version.name == "v23.11" else {1, 2, 3})

        self.each(look, NEVER)

    def test_a_payment_stays_in_flight_while_renepay_waits(self) -> None:
        def look(stage: Stage) -> None:
            invoice = self.renepay(stage, attempts=[BUSY, {"do": "settle", "wait_ms": 1500}])
            self.expect_one(stage, invoice, "SUCCEEDED", ["FAILED", "SUCCEEDED"])

        self.each(look, NEVER)
        self.each(look, NOW)  # renepaystatus says pending: silence is no evidence then

    def test_a_group_in_parts_follows(self) -> None:
        def look(stage: Stage) -> None:
            split = {"split": [{"amount_msat": 1_000_000}, "settle"]}
            invoice = self.renepay(stage, parts=[{"attempts": [BUSY, split]}])
            self.expect_one(stage, invoice, "SUCCEEDED", ["FAILED", "SUCCEEDED", "SUCCEEDED"])

        self.each(look, NEVER)

    def test_a_call_that_gives_up_has_failed(self) -> None:
        def look(stage: Stage) -> None:
            invoice = self.renepay(stage, attempts=[BUSY, NO])
            self.expect_one(stage, invoice, "FAILED", ["FAILED", "FAILED"])

        self.each(look, NEVER)
        self.each(look, NOW)

    def test_another_call_is_another_payment(self) -> None:
        def look(stage: Stage) -> None:
            invoice = stage.invoice(3_300_000, BUSY, NO)
            stage.renepaid.add(invoice["payment_hash"])
            self.assertEqual(stage.refused("renepay", {"invstring": invoice["bolt11"]})[0], 203)
            first = stage.wait_status(invoice, "FAILED")
            stage.node.call("scenario", {"payment_hash": invoice["payment_hash"], "attempts": ["settle"]})
            stage.node.call("renepay", {"invstring": invoice["bolt11"]})
            second = stage.wait_status(invoice, "SUCCEEDED")
            self.assertEqual((len(first["htlcs"]), len(second["htlcs"])), (2, 1))
            self.assertNotEqual(first["payment_index"], second["payment_index"])
            # The stage's check would count its two payments as one.
            stage.node.call("delpay", [invoice["payment_hash"], "failed"])
            wait_until(lambda: len(stage.node.rows()) == 1 and stage.deletions(invoice), "the deletion")

        self.each(look, NEVER)

    def test_two_calls_of_xpay_and_two_groups_by_hand_stay_two_payments(self) -> None:
        def look(stage: Stage) -> None:
            if stage.version.listpays_knows_xpay:
                invoice = stage.invoice(4_000_000, NO)
                stage.refused("xpay", {"invstring": invoice["bolt11"]})
                first = stage.wait_status(invoice, "FAILED", parts=1)
                stage.node.call("scenario", {"payment_hash": invoice["payment_hash"], "attempts": ["settle"]})
                stage.pay_now(invoice)
                second = stage.wait_payment(invoice, lambda p: p["status"] == "SUCCEEDED", "the second call")
                self.assertNotEqual(first["payment_index"], second["payment_index"])
            invoice = stage.invoice(4_000_000, outcomes=[BUSY, "settle"])
            stage.sendpay(invoice)
            stage.wait_status(invoice, "FAILED")
            stage.sendpay(invoice)
            stage.wait_status(invoice, "SUCCEEDED", parts=1)
            stage.barrier()  # the final topic comes after the other
            self.assertEqual([p["status"] for p in stage.snapshots(invoice, "trackpayments_final")], ["FAILED", "SUCCEEDED"])

        self.each(look, NOW)

    def test_a_restart_of_the_plugin_in_between_changes_no_value(self) -> None:
        # The second run does not know the caller of the first group.
        for version in VERSIONS:
            with self.subTest(version=version), Stage(NEVER, plugin=False, version=version) as stage:
                stage.start_plugin()
                invoice = self.renepay(stage, attempts=[BUSY, "hold"])
                stage.wait_payment(invoice, lambda p: p["htlcs"][-1]["status"] == "IN_FLIGHT" and len(stage.node.rows()) == 2, "the second")
                stage.node.stop_plugin(PLUGIN)
                before = len(stage.snapshots(invoice))
                stage.start_plugin()
                stage.wait_payment(invoice, lambda _: len(stage.snapshots(invoice)) > before, "it again")
                stage.release(invoice)
                stage.wait_status(invoice, "SUCCEEDED")
                stage.renepaid.clear()
                stage.barrier()
                published = stage.snapshots(invoice)[before:]
                self.assertEqual({p["value_msat"] for p in published}, {"3300000"})
                self.assertEqual([p["status"] for p in stage.snapshots(invoice, "trackpayments_final")][-1:], ["SUCCEEDED"])
                wait_until(lambda: time.time() > stage.node.rows()[0]["created_at"] + 1, "the next second")


class WaitingForABlock(unittest.TestCase):
    """Seen with pay on v23.11.2 (57 s) and with xpay since v25.12: the payee's failure has a greater height. No part is pending then."""

    def test_a_payer_that_waits_for_a_block_has_not_given_up(self) -> None:
        waiting = {"v23.11": "pay", "v25.12": "xpay", NEWEST: "xpay"}
        for version, by in waiting.items():
            if version not in VERSIONS:
                continue
            # On v26.06 listpays says pending; on the others only a minute of silence ends it.
            with self.subTest(version=version), Stage(NOW, version=version) as stage:
                invoice = stage.pay(7_000_000, NO, {"do": "settle", "wait_ms": 2000}, by=by)
                payment = stage.wait_status(invoice, "SUCCEEDED", parts=2)
                self.assertEqual([a["status"] for a in payment["htlcs"]], ["FAILED", "SUCCEEDED"])
                self.assertEqual(stage.ends(invoice), ["SUCCEEDED"])
                stage.barrier()
                self.assertEqual([p["status"] for p in stage.snapshots(invoice, "trackpayments_final")], ["SUCCEEDED"])


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
