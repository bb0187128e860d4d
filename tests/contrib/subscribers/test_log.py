"""The subscribers of contrib that log the ends of payments, in Python and C++: under the stand-in node, and with the wrappings of older
versions of lightningd."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[1] / "e2e"))

from piped import Piped  # noqa: E402
from support import Stage, die_on_sigterm, wait_until  # noqa: E402

PYTHON = HERE.parents[2] / "contrib" / "subscribers" / "trackpayments.py"
CPP = Path(os.environ["SUBSCRIBER"])

HASHES = ("11" * 32, "22" * 32, "33" * 32)


def payment(payment_hash: str, status: str, reason: str = "NONE") -> dict[str, Any]:
    """The members that the subscribers read. Two attempts, of which the first failed."""
    ends = {"SUCCEEDED": ["FAILED", "SUCCEEDED"], "FAILED": ["FAILED", "FAILED"], "IN_FLIGHT": ["FAILED", "IN_FLIGHT"]}[status]
    return {"payment_hash": payment_hash, "status": status, "value_msat": "18446744073709551615", "fee_msat": "9007199254740993",
            "failure_reason": f"FAILURE_REASON_{reason}", "htlcs": [{"status": end} for end in ends]}


def params(body: dict[str, Any], topic: str) -> str:
    return json.dumps({topic: body, "cursor": "02a7aec5.a5432394.1.0"})


class Wrappings(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def test_python_reads_both_wrappings(self) -> None:
        for old in (True, False):
            with self.subTest(old=old), Piped(PYTHON, self.directory, old) as plugin:
                self.assertEqual(plugin.manifest["subscriptions"], ["trackpayments", "trackpayments_deleted"])
                self.assertIs(plugin.manifest["dynamic"], True)
                plugin.notify("trackpayments", params(payment(HASHES[0], "IN_FLIGHT"), "trackpayments"))
                plugin.notify("trackpayments", params(payment(HASHES[0], "SUCCEEDED"), "trackpayments"))
                plugin.notify("trackpayments", params(payment(HASHES[1], "FAILED", "NO_ROUTE"), "trackpayments"))
                deleted = {"payment_hash": HASHES[2], "payment_index": "7", "attempt_ids": ["7", "9"], "remaining": 3}
                plugin.notify("trackpayments_deleted", params(deleted, "trackpayments_deleted"))
                self.assertEqual(plugin.end(), [
                    f"paid {HASHES[0]}: 18446744073709551615 msat, fee 9007199254740993 msat, 1 of 2 attempts",
                    f"failed {HASHES[1]}: FAILURE_REASON_NO_ROUTE after 2 attempts",
                    f"deleted {HASHES[2]}: attempts 7, 9, 3 remain"])

    def test_cpp_reads_both_wrappings(self) -> None:
        for old in (True, False):
            with self.subTest(old=old), Piped(CPP, self.directory, old) as plugin:
                self.assertEqual(plugin.manifest["subscriptions"], ["trackpayments_final"])
                self.assertIs(plugin.manifest["dynamic"], True)
                plugin.notify("trackpayments_final", params(payment(HASHES[0], "SUCCEEDED"), "trackpayments_final"))
                plugin.notify("trackpayments_final", params(payment(HASHES[1], "FAILED", "NO_ROUTE"), "trackpayments_final"))
                self.assertEqual(plugin.end(), [
                    f"SUCCEEDED {HASHES[0]}: 18446744073709551615 msat, fee 9007199254740993 msat",
                    f"FAILED {HASHES[1]}: FAILURE_REASON_NO_ROUTE"])

    def test_a_message_may_contain_blank_lines(self) -> None:
        pretty = params(payment(HASHES[1], "FAILED", "ERROR"), "{}").replace(",", ",\n\n  ")
        for program, topic, text in ((PYTHON, "trackpayments", f"failed {HASHES[1]}: FAILURE_REASON_ERROR after 2 attempts"),
                                      (CPP, "trackpayments_final", f"FAILED {HASHES[1]}: FAILURE_REASON_ERROR")):
            with self.subTest(program=program.name), Piped(program, self.directory) as plugin:
                plugin.notify(topic, pretty.replace("{}", topic))
                self.assertEqual(plugin.end(), [text])

    def test_python_survives_an_unreadable_message(self) -> None:
        with Piped(PYTHON, self.directory) as plugin:
            plugin.notify("trackpayments", '{"trackpayments":{"status":"FAILED"},"cursor":"x"}')
            plugin.notify("trackpayments", params(payment(HASHES[1], "FAILED", "ERROR"), "trackpayments"))
            messages = plugin.end()
            self.assertEqual([messages[0], len(messages)], ["trackpayments: KeyError('payment_hash')", 2])


class WithTheNode(unittest.TestCase):
    def test_the_end_of_each_payment_is_logged(self) -> None:
        stage = Stage(["--trackpayments-failed-after=0"])
        stage.node.plugins += [str(PYTHON), str(CPP)]
        with stage:
            paid = stage.pay(5_000_000, "temporary_channel_failure", "settle")
            stage.wait_status(paid, "SUCCEEDED", parts=2)
            failed = stage.pay(2_000_000, "incorrect_or_unknown_payment_details", by="pay")
            stage.wait_status(failed, "FAILED")
            row = next(row for row in stage.node.rows(payment_hash=paid["payment_hash"]) if row["status"] == "complete")
            fee = row["amount_sent_msat"] - row["amount_msat"]
            stage.node.call("delpay", [failed["payment_hash"], "failed"])
            wanted = [
                f"plugin-trackpayments.py: paid {paid['payment_hash']}: 5000000 msat, fee {fee} msat, 1 of 2 attempts",
                f"plugin-trackpayments.py: failed {failed['payment_hash']}: FAILURE_REASON_INCORRECT_PAYMENT_DETAILS after 1 attempts",
                f"plugin-trackpayments.py: deleted {failed['payment_hash']}: attempts 3, 0 remain",
                f"plugin-subscriber: SUCCEEDED {paid['payment_hash']}: 5000000 msat, fee {fee} msat",
                f"plugin-subscriber: FAILED {failed['payment_hash']}: FAILURE_REASON_INCORRECT_PAYMENT_DETAILS",
            ]
            for text in wanted:
                line = wait_until(lambda: next((line for line in stage.node.log().splitlines() if text in line), None), text)
                self.assertIn(" INFO ", line)

    def test_they_can_be_stopped_and_started(self) -> None:
        with Stage() as stage:
            for program in (PYTHON, CPP):
                for _ in range(2):
                    stage.node.start_plugin(program)
                    stage.node.stop_plugin(program)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
