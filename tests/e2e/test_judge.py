"""What judges all other tests of this folder complains about a message that is not so."""

import copy
import os
import unittest
from typing import Any, Callable

from fake_host import FakeHost, ended_row, failure, pending_row
from support import die_on_sigterm
import judge
import protos
import strict_json


class Judge(unittest.TestCase):
    messages: list[dict[str, Any]] = []

    @classmethod
    def setUpClass(cls) -> None:
        with FakeHost() as host:
            host.begin(**{"trackpayments-linger": 0})
            failed, settled = host.insert(pending_row(1)), host.insert(pending_row(2))
            host.wait(lambda: len(host.told()) == 2, "both payments")
            host.notify("sendpay_failure", failure(failed))
            host.notify("sendpay_success", ended_row(settled, "complete", 2))
            host.end(failed, "failed")
            host.end(settled, "complete")
            host.wait(lambda: len(host.told("trackpayments_final")) == 2, "their ends")
            cls.messages = [m for m in host.messages if m.get("method") in protos.TOPICS]

    def changed(self, status: str, change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """A message of that status made untrue."""
        message = copy.deepcopy(next(m for m in self.messages if m["params"][m["method"]]["status"] == status))
        change(message["params"][message["method"]])
        return message

    def refused(self, which: str, words: str, **changes: Any) -> None:
        payment = self.changed(which, lambda p: p.update(changes))["params"]["trackpayments"]
        complaints = judge.payment(payment)
        self.assertTrue(any(words in complaint for complaint in complaints), f"{words!r} expected, got {complaints}")

    def test_the_truth_is_accepted(self) -> None:
        self.assertEqual([c for m in self.messages for c in judge.payment(m["params"][m["method"]])], [])
        self.assertEqual(protos.walk(strict_json.dumps(m).encode() for m in self.messages), [])

    def test_a_reason_goes_with_failed_and_with_nothing_else(self) -> None:
        self.refused("FAILED", "without a reason", failure_reason="FAILURE_REASON_NONE")
        self.refused("SUCCEEDED", "SUCCEEDED with FAILURE_REASON_ERROR", failure_reason="FAILURE_REASON_ERROR")
        self.refused("IN_FLIGHT", "IN_FLIGHT with FAILURE_REASON_TIMEOUT", failure_reason="FAILURE_REASON_TIMEOUT")

    def test_what_is_settled_has_not_failed(self) -> None:
        self.refused("SUCCEEDED", "FAILED with an attempt settled", status="FAILED", failure_reason="FAILURE_REASON_ERROR")

    @unittest.skipUnless(os.environ.get("PROTO_BUILD"), "PROTO_BUILD is not set")
    def test_the_protos_are_asked(self) -> None:
        def spelled(payment: dict[str, Any]) -> None:
            payment["value_msat"] = int(payment["value_msat"])

        def lacking(payment: dict[str, Any]) -> None:
            del payment["htlcs"][0]["route"]["custom_channel_data"]

        for change in (spelled, lacking):
            messages = [self.messages[0], self.changed("FAILED", change)]
            complaints = protos.walk(strict_json.dumps(message).encode() for message in messages)
            self.assertTrue(any("stdin:2" in complaint for complaint in complaints), complaints)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
