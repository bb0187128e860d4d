"""What the page keeps when answers come late, knowledge gets less, or another node answers. Payments are given to the page's own functions."""

from __future__ import annotations

import json
import time
import unittest
from typing import Any

from made_payments import attempt, payment
from page_case import Page, PageCase, PageStage, die_on_sigterm, row_of, wait_live, wait_row

KEEP = "(payments, live) => payments.forEach((payment) => keep(payment, live))"


def second(count: float) -> str:
    """Ago, in ns."""
    return str(int((time.time() - count) * 10**9))


class Book(PageCase):
    stage: PageStage

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.stage = cls.enterClassContext(PageStage())

    def keep(self, page: Page, *payments: dict[str, Any], live: bool = True) -> None:
        page.evaluate(KEEP, json.loads(json.dumps(payments)), live)

    def test_an_older_list_changes_nothing(self) -> None:
        """A payment that looked failed has got another part; the list was asked before that."""
        one, two = attempt(1, "FAILED"), attempt(2, "IN_FLIGHT")
        with self.live(self.stage) as page:
            self.keep(page, payment(900001, "IN_FLIGHT", one, two))
            self.keep(page, payment(900001, "FAILED", one), live=False)
            wait_row(page, payment(900001, "IN_FLIGHT"), "IN_FLIGHT", "now")
            self.keep(page, payment(900001, "FAILED", one, attempt(2, "FAILED")), live=False)
            wait_row(page, payment(900001, "FAILED"), "FAILED", "ended")

    def test_what_is_known_stays(self) -> None:
        """After a restart the tracker knows no path, no reason, and whole seconds."""
        known = payment(900002, "FAILED", attempt(3, "FAILED", code="FEE_INSUFFICIENT", source=1), failure_reason="FAILURE_REASON_NO_ROUTE")
        poor = json.loads(json.dumps(known))
        poor["failure_reason"] = "FAILURE_REASON_ERROR"
        poor["htlcs"][0]["failure"] |= {"code": "UNREADABLE_FAILURE", "failure_source_index": 0}
        poor["htlcs"][0]["route"] |= {"hops": [], "total_time_lock": 0}
        never_known = json.loads(json.dumps(poor)) | {"payment_hash": "ee" * 32, "payment_index": "900003"}
        never_known["htlcs"][0]["attempt_id"] = "999"
        with self.live(self.stage) as page:
            self.keep(page, known)
            self.keep(page, poor, never_known)
            row = wait_row(page, known, "FAILED", "ended")
            self.assertIn("No route", page.text(f"{row} .reason"))
            self.assertIn("fee is too low", page.text(f"{row} .reason"))
            row = wait_row(page, never_known, "FAILED", "ended")
            self.assertIn("Reason unknown", page.text(f"{row} .reason"))
            self.assertNotIn("error on this node", page.text(f"{row} .reason"))

    def test_charts_keep_the_newest(self) -> None:
        with self.live(self.stage) as page:
            made = """(old) => { for (let n = 0; n < 2 * most_lately + 10; n++) lately.set(`x${n}`, { end: now() - n, ok: true, took: 1, reason: "" });
                count(JSON.parse(old)); return [lately.size, lately.has("x0"), lately.has(`x${2 * most_lately}`)] }"""
            old = payment(900004, "SUCCEEDED", creation_time_ns=second(3600))
            self.assertEqual(page.evaluate(made, json.dumps(old)), [page.evaluate("() => most_lately"), True, False])

    def test_another_node_behind_the_address(self) -> None:
        stage = self.stage
        with self.live(stage) as page:
            page.wait("() => node_id")
            self.keep(page, payment(900005, "SUCCEEDED"))
            wait_row(page, payment(900005, "SUCCEEDED"), "SUCCEEDED", "ended")
            page.evaluate("(rune) => enter(rune)", stage.new_rune())
            wait_live(page)
            self.assertEqual(page.count(row_of(payment(900005, "SUCCEEDED"))), 1, "the same node")
            page.call("intercept", part="/v1/getinfo",
                      answer={"status": 200, "body": json.dumps({"alias": "other", "identity_pubkey": "03" + "7a" * 32, "chains": []})})
            page.evaluate("(rune) => enter(rune)", stage.new_rune())
            page.wait_text("#node-name", "other")
            page.wait("(row) => !document.querySelector(row)", row_of(payment(900005, "SUCCEEDED")))

    def test_forgetting_the_rune(self) -> None:
        with self.live(self.stage) as page:
            self.keep(page, payment(900006, "SUCCEEDED"))
            wait_row(page, payment(900006, "SUCCEEDED"), "SUCCEEDED", "ended")
            page.click("#forget")
            page.wait("() => !document.querySelector('.payment') && !document.querySelector('#ended').checkVisibility()")

    def test_a_whole_link_is_pasted(self) -> None:
        with self.open(self.stage) as page:
            page.wait_for("#enter")
            page.fill("#rune", f' "{self.stage.address()}#rune={self.stage.new_rune()}", ')
            page.click("#enter-button")
            wait_live(page)

    def test_a_wrong_clock(self) -> None:
        """Ages are the node's."""
        held = self.stage.pay(1_000_000, "hold")
        self.stage.wait_status(held, "IN_FLIGHT")
        with self.live(self.stage, clock=True) as page:
            row = wait_row(page, held, "IN_FLIGHT", "now")
            page.call("forward", milliseconds=7_260_000)
            page.reload()
            wait_row(page, held, "IN_FLIGHT", "now")
            page.wait_text("#clock", "wrong by 2 h")
            self.assertRegex(page.text(f"{row} .age"), r"^for (under )?[\d.]+ (m?s|min)")
        self.stage.release(held)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
