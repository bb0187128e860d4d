"""Thousands of payments of all kinds at once: in the end the last snapshots agree with the node's rows."""

import unittest

from support import Stage, die_on_sigterm
from versions import needs_listpays

MIX = {"xpay": 5, "pay": 2, "keysend": 1, "sendpay": 2}


class Load(unittest.TestCase):
    @needs_listpays
    def test_all_payments_of_a_busy_node_are_published(self) -> None:
        with Stage(["--trackpayments-failed-after=0"]) as stage:
            done = stage.node.call("load", {"total": 2000, "in_flight": 100, "fail_percent": 10, "mix": MIX})
            self.assertEqual(done["started"], 2000, "each went on, so each of its hooks was answered")
            stage.settle()
            rows = stage.node.rows()
            self.assertGreaterEqual(len(rows), 2000)
            failed = {row["payment_hash"] for row in rows if row["status"] == "failed"}
            self.assertGreater(len(failed), 50)
            for payment_hash in failed:
                stage.wait_payment(payment_hash, lambda p: p["status"] in ("FAILED", "SUCCEEDED"), "an outcome")

    def test_all_payments_of_a_burst_of_parts_are_published(self) -> None:
        with Stage(["--trackpayments-failed-after=0"]) as stage:
            stage.node.call("load", {"total": 60, "in_flight": 20, "parts": 20, "fail_percent": 10, "mix": {stage.payer: 1}})
            stage.settle()

    def test_all_payments_are_published_without_our_hook(self) -> None:
        with Stage(["--trackpayments-failed-after=0"], environment={"TRACKPAYMENTS_NO_HOOK": "1"}) as stage:
            stage.node.call("load", {"total": 500, "in_flight": 50, "fail_percent": 10, "mix": MIX})
            stage.settle()


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
