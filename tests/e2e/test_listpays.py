"""`listpays` shows whether xpay has given up: it is called until it says so or xpay goes on. failed-after is an hour here."""

import unittest
from typing import Any

from fake_host import FakeHost, pending_row
from support import Stage, die_on_sigterm, wait_until
from versions import needs_listpays

NEVER = ["--trackpayments-failed-after=3600"]
XPAY = "cli:xpay#1/cln:xpay#50/cln-xpay:injectpaymentonion#7"


@needs_listpays
class Asked(unittest.TestCase):
    def test_a_payment_that_listpays_reports_failed_is_failed(self) -> None:
        with Stage(NEVER, hooks="listpays") as stage:
            cases: list[tuple[dict[str, Any], str]] = [
                ({"attempts": ["temporary_channel_failure"] * 3}, "NO_ROUTE"),
                ({"attempts": ["incorrect_or_unknown_payment_details"]}, "INCORRECT_PAYMENT_DETAILS"),
                ({"parts": ["permanent_node_failure", "incorrect_or_unknown_payment_details"]}, "INCORRECT_PAYMENT_DETAILS"),
                ({"attempts": ["mpp_timeout"]}, "TIMEOUT"),
                ({"attempts": ["garble"]}, "ERROR")]
            for scenario, reason in cases:
                with self.subTest(**scenario):
                    invoice = stage.pay(6_000_000, **scenario)
                    payment = stage.wait_status(invoice, "FAILED", parts=len(next(iter(scenario.values()))))
                    self.assertEqual(payment["failure_reason"], f"FAILURE_REASON_{reason}")
                    self.assertGreater(stage.asked("listpays", invoice), 0)

    def test_pending_keeps_the_payment_in_flight_and_listpays_is_repeated_until_the_next_part(self) -> None:
        with Stage(NEVER, hooks="listpays") as stage:
            invoice = stage.pay(4_000_000, "hold", "hold")
            stage.wait_status(invoice, "IN_FLIGHT")
            stage.fault("hang", "injectpaymentonion")  # xpay goes on, but its next part is held back
            stage.release(invoice, "temporary_channel_failure")
            stage.wait_attempts(invoice, "FAILED")
            wait_until(lambda: stage.asked("listpays", invoice) >= 3, "three calls")
            self.assertEqual(stage.node.call("listpays", {"payment_hash": invoice["payment_hash"]})["pays"][0]["status"], "pending")
            stage.fault("unhang", "injectpaymentonion")
            payment = stage.wait_status(invoice, "IN_FLIGHT", parts=2)
            self.assertEqual([a["status"] for a in payment["htlcs"]], ["FAILED", "IN_FLIGHT"])
            stage.release(invoice)
            stage.wait_status(invoice, "SUCCEEDED", parts=2)
            self.assertEqual(stage.ends(invoice), ["SUCCEEDED"])

    def test_an_xpay_between_two_attempts_has_not_given_up(self) -> None:
        for last, end in (("settle", "SUCCEEDED"), ("temporary_channel_failure", "FAILED")):
            with self.subTest(end=end), Stage(NEVER) as stage:
                invoice = stage.pay(4_000_000, "temporary_channel_failure", "temporary_channel_failure", last, think_ms=800)
                stage.wait_status(invoice, end, parts=3)
                self.assertEqual(stage.ends(invoice), [end])

    def test_listpays_is_not_called_for_other_payers(self) -> None:
        with Stage(NEVER, hooks="listpays") as stage:
            others = [stage.undecided(), stage.pay(4_000_000, "temporary_channel_failure", by="pay")]
            stage.wait_status(others[1], "FAILED")
            stage.settle_slowly()
            self.assertEqual([stage.asked("listpays", invoice) for invoice in others], [0, 0])

    def test_listpays_is_called_only_after_the_last_part_has_ended(self) -> None:
        with Stage(NEVER, hooks="listpays") as stage:
            invoice = stage.pay(5_000_000, parts=["temporary_channel_failure", "hold"])
            stage.wait_attempts(invoice, "FAILED", "IN_FLIGHT")
            stage.settle_slowly()
            self.assertEqual(stage.asked("listpays", invoice), 0)
            stage.release(invoice, "fail")
            stage.wait_status(invoice, "FAILED", parts=2)
            self.assertGreater(stage.asked("listpays", invoice), 0)


class Answers(unittest.TestCase):
    """Answers of a fake node to listpays."""

    def failed_part(self, host: FakeHost) -> dict[str, Any]:
        """xpay makes a part, which fails; its row."""
        row = pending_row(1, "ab" * 32, partid=1)
        host.hook("inject", {"id": XPAY, "method": "injectpaymentonion", "params": {
            "onion": "00", "payment_hash": row["payment_hash"], "amount_msat": 1_000_011, "cltv_expiry": 120, "partid": 1, "groupid": 1}})
        host.reply("inject")
        host.insert(row)
        host.wait(host.published, "the payment")
        return host.end(row, "failed")

    def asked(self, host: FakeHost) -> int:
        return sum(method == "listpays" for method, _ in host.calls)

    def answer(self, row: dict[str, Any], status: str, **changes: Any) -> dict[str, Any]:
        return {"result": {"pays": [{"payment_hash": row["payment_hash"], "status": status, "created_index": 1,
                                     "created_at": row["created_at"], "amount_sent_msat": 0, **changes}]}}

    def test_every_answer_but_failed_for_this_group_leads_to_another_call(self) -> None:
        row = pending_row(1, "ab" * 32)
        not_yet = [self.answer(row, "pending"), {"result": {"pays": []}}, self.answer(row, "failed", created_index=7),
                   self.answer(row, "failed")]
        with FakeHost() as host:
            host.answers["listpays"] = lambda *_: not_yet[min(self.asked(host), len(not_yet)) - 1]
            host.begin(**{"trackpayments-failed-after": 3600})
            self.failed_part(host)
            host.wait(lambda: host.published()[-1]["status"] == "FAILED", "the outcome")
            self.assertEqual(self.asked(host), len(not_yet))
            self.assertEqual([p["status"] for p in host.published()], ["IN_FLIGHT", "IN_FLIGHT", "FAILED"])

    def test_after_a_refused_call_silence_decides(self) -> None:
        for reply in ({"error": {"code": -32601, "message": "Unknown command 'listpays'"}}, {"result": {"pays": "garbage"}}):
            with self.subTest(reply=reply), FakeHost() as host:
                host.answers["listpays"] = lambda *_, reply=reply: reply
                host.begin(**{"trackpayments-failed-after": 3600})
                self.failed_part(host)
                host.wait(lambda: self.asked(host), "the call")
                host.barrier()
                self.assertEqual({p["status"] for p in host.published()}, {"IN_FLIGHT"})
                host.request("setconfig", {"config": "trackpayments-failed-after", "val": "0"})
                host.wait(lambda: host.published()[-1]["status"] == "FAILED", "the outcome")
                self.assertEqual(self.asked(host), 1)

    def test_before_v26_06_listpays_is_not_called(self) -> None:
        with FakeHost("v26.04") as host:
            host.begin(**{"trackpayments-failed-after": 1})
            self.failed_part(host)
            host.wait(lambda: host.published()[-1]["htlcs"][0]["status"] == "FAILED", "the failed part")
            by_hand = host.insert(pending_row(2))
            host.wait(lambda: host.published()[-1]["payment_hash"] == by_hand["payment_hash"], "a payment by hand")
            host.end(by_hand, "failed")
            host.wait(lambda: host.published()[-1]["status"] == "FAILED", "its end after a second of silence")
            # xpay waits for a block up to 60 s before it tries again (retry_for): it is still in flight.
            self.assertEqual([p["status"] for p in host.published() if p["payment_hash"] != by_hand["payment_hash"]], ["IN_FLIGHT"] * 2)
            self.assertEqual(self.asked(host), 0)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
