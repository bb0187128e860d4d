"""judge.py, which checks the messages in all other tests of this folder, complains about each kind of wrong message."""

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
            host.begin(**{"trackpayments-failed-after": 0})
            failed, settled = host.insert(pending_row(1)), host.insert(pending_row(2))
            host.wait(lambda: len(host.published()) == 2, "both payments")
            host.notify("sendpay_failure", failure(failed))
            host.notify("sendpay_success", ended_row(settled, "complete", 2))
            host.end(failed, "failed")
            host.end(settled, "complete")
            host.wait(lambda: len(host.published("trackpayments_final")) == 2, "their ends")
            cls.messages = [m for m in host.messages if m.get("method") in protos.TOPICS]

    def changed(self, status: str, change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """A message of that status, falsified."""
        message = copy.deepcopy(next(m for m in self.messages if m["params"][m["method"]]["status"] == status))
        change(message["params"][message["method"]])
        return message

    def refused(self, which: str, complaint: str, **changes: Any) -> None:
        payment = self.changed(which, lambda p: p.update(changes))["params"]["trackpayments"]
        complaints = judge.payment(payment)
        self.assertTrue(any(complaint in found for found in complaints), f"{complaint!r} expected, got {complaints}")

    def test_correct_messages_are_accepted(self) -> None:
        self.assertEqual([c for m in self.messages for c in judge.payment(m["params"][m["method"]])], [])
        self.assertEqual(protos.walk(strict_json.dumps(m).encode() for m in self.messages), [])

    def test_a_reason_goes_with_failed_and_with_nothing_else(self) -> None:
        self.refused("FAILED", "without a reason", failure_reason="FAILURE_REASON_NONE")
        self.refused("SUCCEEDED", "SUCCEEDED with FAILURE_REASON_ERROR", failure_reason="FAILURE_REASON_ERROR")
        self.refused("IN_FLIGHT", "IN_FLIGHT with FAILURE_REASON_TIMEOUT", failure_reason="FAILURE_REASON_TIMEOUT")

    def test_a_payment_with_a_settled_attempt_has_not_failed(self) -> None:
        self.refused("SUCCEEDED", "FAILED with an attempt settled", status="FAILED", failure_reason="FAILURE_REASON_ERROR")

    @unittest.skipUnless(os.environ.get("PROTO_BUILD"), "PROTO_BUILD is not set")
    def test_messages_are_checked_against_the_protos(self) -> None:
        def spelled(payment: dict[str, Any]) -> None:
            payment["value_msat"] = int(payment["value_msat"])

        def lacking(payment: dict[str, Any]) -> None:
            del payment["htlcs"][0]["route"]["custom_channel_data"]

        for change in (spelled, lacking):
            messages = [self.messages[0], self.changed("FAILED", change)]
            complaints = protos.walk(strict_json.dumps(message).encode() for message in messages)
            self.assertTrue(any("stdin:2" in complaint for complaint in complaints), complaints)


HASH = "ab" * 32


def created(index: int, group: int = 1) -> dict[str, Any]:
    return {"row": {"created_index": index, "payment_hash": HASH, "groupid": group, "status": "pending"}, "private": {}}


def ended(index: int, status: str) -> dict[str, Any]:
    return {"resolved": {"created_index": index, "completed_at": 1, "failed": status == "failed"}}


def heard(index: int, status: str) -> dict[str, Any]:
    if status == "failed":
        return {"method": "sendpay_failure", "params": {"sendpay_failure": {"code": 204, "data": {"created_index": index}}}}
    return {"method": "sendpay_success", "params": {"sendpay_success": {"created_index": index}}}


def snapshot(status: str, *attempts: int) -> dict[str, Any]:
    return {"payment_hash": HASH, "status": status, "htlcs": [{"attempt_id": str(attempt)} for attempt in attempts]}


def shown(status: str, *attempts: int) -> dict[str, Any]:
    return {"method": "trackpayments", "params": {"trackpayments": snapshot(status, *attempts), "cursor": "c"}}


class Wrong(unittest.TestCase):
    """judge.Ends complains about every wrong end, and not about ends that only look wrong."""

    def setUp(self) -> None:
        self.ends = judge.Ends()

    def happened(self, *what: dict[str, Any]) -> list[str]:
        """Complaints about these entries of the journal and messages, in this order."""
        self.ends.published(entry for entry in what if "method" in entry)
        self.ends.journal(entry for entry in what if "method" not in entry)
        return self.ends.check()

    def assert_wrong(self, complaint: str, *what: dict[str, Any]) -> None:
        complaints = self.happened(*what)
        self.assertEqual(len(complaints), 1, complaints)
        self.assertIn(complaint, complaints[0])

    def test_correct_ends_are_accepted(self) -> None:
        self.assertEqual(self.happened(
            created(1), shown("IN_FLIGHT", 1), ended(1, "failed"), heard(1, "failed"), shown("IN_FLIGHT", 1), shown("FAILED", 1),
            created(2, 2), shown("IN_FLIGHT", 2), ended(2, "complete"), heard(2, "complete"), shown("SUCCEEDED", 2),
            shown("SUCCEEDED", 2)), [])
        self.assertEqual(self.ends.judged, {"IN_FLIGHT": 3, "FAILED": 1, "SUCCEEDED": 2})

    def test_no_success_without_a_complete_row(self) -> None:
        self.assert_wrong("SUCCEEDED without a complete row", created(1), shown("SUCCEEDED", 1))
        self.assert_wrong("SUCCEEDED without a complete row", ended(1, "failed"), heard(1, "failed"), shown("SUCCEEDED", 1))
        self.assertEqual(self.happened(created(2, 2), ended(2, "complete"), heard(2, "complete")), [])
        self.assert_wrong("SUCCEEDED without a complete row", shown("SUCCEEDED", 1))

    def test_no_success_before_its_row_is_complete(self) -> None:
        self.assert_wrong("SUCCEEDED before a row was complete",
                          created(1), shown("SUCCEEDED", 1), ended(1, "complete"), heard(1, "complete"))

    def test_a_row_may_end_without_notification_when_the_node_is_killed(self) -> None:
        self.assertEqual(self.happened(created(1), created(2, 2), ended(1, "failed"), shown("FAILED", 1),
                                       ended(2, "complete"), shown("SUCCEEDED", 2)), [])

    def test_no_failure_while_a_row_is_pending(self) -> None:
        self.assert_wrong("FAILED while row 2 is pending", created(1), created(2), ended(1, "failed"), heard(1, "failed"),
                          shown("FAILED", 1, 2))
        self.assertEqual(self.happened(ended(2, "failed"), heard(2, "failed"), shown("FAILED", 1, 2)), [])

    def test_a_pending_row_counts_also_if_it_is_not_shown(self) -> None:
        self.assertEqual(self.happened(created(1), ended(1, "failed"), heard(1, "failed"), created(2), shown("FAILED", 1)), [],
                         "it may have been published before there was a second row")
        self.ends.mark()
        self.assert_wrong("FAILED while row 2 is pending", shown("FAILED", 1))
        self.assertEqual(self.happened(created(3, 2)), [])
        self.ends.mark()
        self.assertEqual(self.happened(ended(2, "failed"), heard(2, "failed"), shown("FAILED", 1, 2)), [], "row 3 is of another group")

    def test_no_failure_before_the_last_row_failed(self) -> None:
        self.assert_wrong("FAILED before row 2 failed", created(1), created(2), ended(1, "failed"), heard(1, "failed"),
                          shown("FAILED", 1, 2), ended(2, "failed"), heard(2, "failed"))

    def test_no_failure_after_a_row_completed(self) -> None:
        self.assert_wrong("FAILED after row 1 completed", created(1), ended(1, "complete"), heard(1, "complete"), shown("FAILED", 1))

    def test_nothing_but_success_after_a_success(self) -> None:
        self.assertEqual(self.happened(created(1), ended(1, "failed"), heard(1, "failed"), created(2, 2), ended(2, "complete"),
                                       heard(2, "complete"), shown("SUCCEEDED", 2)), [])
        for status in ("IN_FLIGHT", "FAILED"):
            self.assert_wrong(f"{status} after SUCCEEDED", shown(status, 1))
        self.assert_wrong("IN_FLIGHT after SUCCEEDED", shown("IN_FLIGHT", 2))

    def test_the_final_topic_is_checked_too(self) -> None:
        final = {"method": "trackpayments_final", "params": {"trackpayments_final": snapshot("SUCCEEDED", 1)}}
        self.assert_wrong("SUCCEEDED without a complete row", created(1), final)

    def test_a_payment_whose_complete_row_was_deleted_can_be_paid_again(self) -> None:
        self.assertEqual(self.happened(
            created(1), ended(1, "complete"), heard(1, "complete"), shown("SUCCEEDED", 1), {"removed": 1, "counts": True}, created(2, 2),
            shown("IN_FLIGHT", 2), ended(2, "failed"), heard(2, "failed"), shown("FAILED", 2)), [])

    def test_attempts_are_rows_of_one_payment(self) -> None:
        self.assert_wrong("not the rows of one payment", created(1), created(2, 2), shown("IN_FLIGHT", 1, 2))
        self.assert_wrong("not the rows of one payment", shown("IN_FLIGHT", 3))
        self.assert_wrong("not the rows of one payment", shown("IN_FLIGHT"))

    def test_answers_are_checked_and_may_show_older_groups(self) -> None:
        self.assertEqual(self.happened(created(1), ended(1, "failed"), created(2, 2), ended(2, "complete"), shown("SUCCEEDED", 2)), [])
        self.assertEqual(self.ends.state(snapshot("FAILED", 1), live=False), [])
        for status, index, complaint in (("IN_FLIGHT", 2, "IN_FLIGHT after SUCCEEDED"), ("SUCCEEDED", 1, "without a complete row")):
            complaints = self.ends.state(snapshot(status, index), live=False)
            self.assertEqual((len(complaints), complaint in complaints[0]), (1, True), complaints)
        self.assertEqual(self.happened(created(3, 3)), [])
        self.assertIn("FAILED while row 3 is pending", self.ends.state(snapshot("FAILED", 3), live=False)[0])


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
