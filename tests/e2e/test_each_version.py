"""Published payments are right on each lightningd since v23.11. The newest has all the other tests; the two that differ most from it
are tested in every run, the others with TRACKPAYMENTS_LONG=yes."""

import json
import os
import time
import unittest
from typing import Any

from support import PLUGIN, Stage, die_on_sigterm, wait_until
from versions import ALL

NEVER = ["--trackpayments-failed-after=3600"]
NOW = ["--trackpayments-failed-after=0"]
NO_HOOK = {"TRACKPAYMENTS_NO_HOOK": "1"}
LONG = os.environ.get("TRACKPAYMENTS_LONG") == "yes"
VERSIONS = list(ALL) if LONG else ["v23.11", "v24.11"]


def payers(stage: Stage) -> list[str]:
    return ["xpay", "pay"] if stage.version.has_xpay else ["pay"]


class EachVersion(unittest.TestCase):
    def each(self, test: Any, options: list[str], **more: Any) -> None:
        for version in VERSIONS:
            with self.subTest(version=version), Stage(options, version=version, **more) as stage:
                test(stage)

    def failing(self, stage: Stage, *attempts: Any) -> dict[str, Any]:
        """A payer whose end every version reports; for xpay some do not."""
        return stage.pay(4_000_000, *attempts, by=None if stage.version.listpays_knows_xpay else "pay")

    def test_success_retry_and_parts_are_published_for_every_payer(self) -> None:
        def look(stage: Stage) -> None:
            for by in payers(stage):
                # v24.11.0 keeps no amounts of xpay's parts: the value comes from the invoice, the fee is unknown.
                fee = None if by == "xpay" and not stage.version.rows_are_whole else "known"
                one = stage.wait_status(stage.pay(5_000_000, by=by), "SUCCEEDED", parts=1)
                retried = stage.wait_status(stage.pay(4_000_000, "temporary_channel_failure", "settle", by=by), "SUCCEEDED", parts=2)
                self.assertEqual([a["status"] for a in retried["htlcs"]], ["FAILED", "SUCCEEDED"])
                many = stage.pay(9_000_000, parts=[{"amount_msat": 2_000_000}, "settle", "settle"], by=by)
                parts = stage.wait_status(many, "SUCCEEDED", parts=3)
                for payment, value in ((one, "5000000"), (retried, "4000000"), (parts, "9000000")):
                    # Without amounts in the rows, the decoded invoice may come later and correct the value.
                    stage.wait_payment(payment, lambda p: p["value_msat"] == value, f"the value, paid by {by}")
                    if fee:
                        self.assertNotEqual(payment["fee_msat"], "0")
            by_hand = stage.invoice(3_000_000)
            stage.sendpay(by_hand)
            self.assertEqual(stage.wait_status(by_hand, "SUCCEEDED")["fee_msat"], "11")
            gift = stage.node.call("keysend", {"destination": "02" + "11" * 32, "amount_msat": 7000})
            stage.wait_status(gift, "SUCCEEDED")

        self.each(look, NEVER)
        self.each(look, NEVER, environment=NO_HOOK)

    def test_failure_is_published_by_the_evidence_of_each_version(self) -> None:
        def look(stage: Stage) -> None:
            refused = stage.pay(4_000_000, "incorrect_or_unknown_payment_details", by="pay")
            self.assertEqual(stage.wait_status(refused, "FAILED")["failure_reason"], "FAILURE_REASON_INCORRECT_PAYMENT_DETAILS")
            by_hand = stage.undecided()
            if stage.version.has_xpay:
                xpay = stage.pay(4_000_000, "temporary_channel_failure", by="xpay")
                stage.wait_payment(xpay, lambda p: [a["status"] for a in p["htlcs"]] == ["FAILED"], "the failed part")
                code = "TEMPORARY_CHANNEL_FAILURE" if stage.version.has_pay_part_topics else "UNREADABLE_FAILURE"
                stage.wait_payment(xpay, lambda p: p["htlcs"][0]["failure"]["code"] == code, code)
                if stage.version.listpays_knows_xpay:
                    stage.wait_status(xpay, "FAILED")
                else:
                    stage.node.call("setconfig", {"config": "trackpayments-failed-after", "val": "0"})
                    stage.wait_status(by_hand, "FAILED")
                    stage.settle_slowly()
                    # The payer may wait for a block for a minute before it tries again (retry_for).
                    self.assertEqual(stage.statuses(xpay), ["IN_FLIGHT"])
                    return
            stage.settle_slowly()
            self.assertEqual(stage.statuses(by_hand), ["IN_FLIGHT"])

        self.each(look, NEVER)
        self.each(lambda stage: stage.wait_status(self.failing(stage, "temporary_channel_failure"), "FAILED"), NEVER, environment=NO_HOOK)

    @unittest.skipUnless(LONG, "a minute of silence: only with TRACKPAYMENTS_LONG=yes")
    def test_a_minute_of_silence_ends_a_payment_that_xpay_gave_up(self) -> None:
        def look(stage: Stage) -> None:
            if not stage.version.has_xpay or stage.version.listpays_knows_xpay:
                return
            invoice = stage.pay(4_000_000, "temporary_channel_failure", by="xpay")
            stage.wait_attempts(invoice, "FAILED")
            wait_until(lambda: stage.snapshots(invoice)[-1]["status"] == "FAILED", "the end")

        self.each(look, NOW)

    def test_delpay_answers_211_and_deletes(self) -> None:
        def look(stage: Stage) -> None:
            done = stage.pay(5_000_000, "temporary_channel_failure", "settle")
            stage.wait_status(done, "SUCCEEDED", parts=2)
            only = stage.pay(5_000_000)
            stage.wait_status(only, "SUCCEEDED")
            payment_hash = only["payment_hash"]
            self.assertEqual(stage.refused("delpay", [payment_hash, "failed"]),
                             (211, f"Payment with hash {payment_hash} has complete status but it different from the one provided failed"))
            self.assertEqual(stage.refused("delpay", ["ab" * 32, "failed"])[0], 208)
            self.assertEqual(stage.refused("delpay", [payment_hash, "pending"])[0], -32602)
            (row,) = stage.node.rows(payment_hash=payment_hash)
            params = {"payment_hash": payment_hash, "status": "complete"}
            self.assertEqual(stage.node.call("delpay", params, request_id=7), {"payments": [row]})
            self.assertEqual(stage.wait_deletion(only)["remaining"], 0)
            stage.node.call("delpay", [done["payment_hash"], "failed"])
            self.assertEqual(stage.wait_deletion(done)["remaining"], 1)
            stage.node.call("autoclean-once", ["succeededpays", 0])
            wait_until(lambda: len(stage.deletions(done)) == 2, "autoclean's deletion")

        self.each(look, NOW)

    def test_without_the_hook_the_node_serves_delpay(self) -> None:
        def look(stage: Stage) -> None:
            invoice = stage.pay(5_000_000)
            stage.wait_status(invoice, "SUCCEEDED")
            self.assertEqual(stage.refused("delpay", [invoice["payment_hash"], "failed"])[0], 208)
            stage.node.call("autoclean-once", ["succeededpays", 0])
            self.assertEqual(stage.wait_deletion(invoice)["remaining"], 0)

        self.each(look, NOW, environment=NO_HOOK)

    def test_since_gives_the_payments_after_a_cursor_and_bad_cursors_are_refused(self) -> None:
        def look(stage: Stage) -> None:
            cursor = stage.node.call("trackpayments")["cursor"]
            invoices = [stage.pay(1000 + n) for n in range(5)]
            for invoice in invoices:
                stage.wait_status(invoice, "SUCCEEDED")
            answered: dict[str, str] = {}
            while len(answered) < len(invoices) or set(answered.values()) != {"SUCCEEDED"}:
                answer = stage.node.call("trackpayments", {"since": cursor, "timeout": 60})
                answered |= {p["payment_hash"]: p["status"] for p in answer["payments"]}
                cursor = answer["cursor"]
            self.assertEqual(set(answered), {i["payment_hash"] for i in invoices})
            node, run, *position = cursor.split(".")
            for bad, fragment in (("x", "cursor"), (f"{'f' * 8}.{run}.1.1", "another node"), (f"{node}.{run}.99999.1", "ahead")):
                code, message = stage.refused("trackpayments", {"since": bad})
                self.assertEqual(code, -32602)
                self.assertIn(fragment, message)

        self.each(look, NEVER)

    def test_a_caller_with_timeout_is_sent_the_stream(self) -> None:
        def look(stage: Stage) -> None:
            held = stage.pay(2_000_000, "hold")
            stage.wait_status(held, "IN_FLIGHT")
            with stage.node.new_client() as client:
                client.call("notifications", {"enable": True})
                request = client.send("trackpayments", {"payment_hash": held["payment_hash"], "timeout": 3600})
                while not client.notifications:
                    client.read()
                stage.release(held)
                self.assertEqual([p["status"] for p in client.result(request)["payments"]], ["SUCCEEDED"])
                lines = [json.loads(n["params"]["message"]) for n in client.notifications if n["method"] == "message"]
                self.assertEqual(lines[0]["status"], "IN_FLIGHT")

        self.each(look, NEVER)

    def test_a_restart_is_survived(self) -> None:
        def look(stage: Stage) -> None:
            held, lost = stage.pay(5_000_000, "hold", by="pay"), stage.pay(5_000_000, "hold", by="pay")
            for invoice in (held, lost):
                stage.wait_status(invoice, "IN_FLIGHT")
            # Payments of the second in which the node started stay in flight: their payer may go on.
            wait_until(lambda: int(time.time()) > max(row["created_at"] for row in stage.node.rows()), "the next second")
            before = len(stage.snapshots())
            stage.allowed.append("RPC socket: connection closed")  # logged before it was killed
            stage.cut_connections()
            stage.node.kill()
            stage.node.start()
            stage.release(held)
            stage.release(lost, "fail")
            stage.wait_status(held, "SUCCEEDED")
            stage.wait_status(lost, "FAILED")
            self.assertGreater(len(stage.snapshots()), before)

        self.each(look, NEVER, gate=True, keep_rows=True)

    def test_a_restarted_plugin_publishes_the_payments_in_flight(self) -> None:
        def look(stage: Stage) -> None:
            held = stage.pay(5_000_000, "temporary_channel_failure", "hold")
            stage.wait_rows(held, "failed", "pending")
            stage.start_plugin()
            stage.wait_attempts(held, "FAILED", "IN_FLIGHT")
            before = len(stage.snapshots(held))
            stage.node.stop_plugin(PLUGIN)
            stage.start_plugin()
            stage.wait_payment(held, lambda _: len(stage.snapshots(held)) > before, "it again")
            stage.release(held)
            stage.wait_status(held, "SUCCEEDED", parts=2)

        self.each(look, NEVER, plugin=False)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
