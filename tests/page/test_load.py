"""A thousand payments in flight and a hundred updates a second: the page stays small and shows the last state of each payment. How long
it kept the browser busy is printed; it depends on the machine, so nothing asserts it."""

from __future__ import annotations

import time
import unittest
from typing import Any

import page_oracle
from made_payments import attempt, payment
from page_case import Page, PageCase, ScriptedPage, die_on_sigterm

PAYMENTS = 1000
UPDATES = 400
A_SECOND = 100
OLD = 520          # more than the page loads by itself
MOST_ROWS = 100    # of a list
MOST_ELEMENTS = 8000  # two lists of a hundred rows with some twenty elements each, and the rest of the page
READ_ROWS = """(list) => [...document.querySelectorAll(`${list} .payment`)].map((row) => [row.dataset.hash,
    ...[".status", ".amount", ".fee", ".bar .unseen"].map((name) => row.querySelector(name).textContent)])"""


def updated(number: int, begun: int) -> dict[str, Any]:
    """Its attempt has failed; every second payment has another one, and every tenth has succeeded with it."""
    attempts = [attempt(number, "FAILED", begun=begun)]
    if number % 2 == 0:
        attempts.append(attempt(PAYMENTS + number, "IN_FLIGHT" if number % 10 else "SUCCEEDED", begun=begun))
    return payment(number, attempts[-1]["status"] if number % 10 == 0 else "IN_FLIGHT", *attempts, begun=begun)


class Load(PageCase):
    def test_a_thousand_in_flight(self) -> None:
        with ScriptedPage().alone() as stage:
            stage.begin()
            begun = time.time_ns() - 30 * 10**9
            payments = [payment(n, "IN_FLIGHT", begun=begun + n) for n in range(1, PAYMENTS + 1)]
            updates = [updated(n, begun + n) for n in range(1, UPDATES + 1)]
            ended = [one for one in updates if one["status"] == "SUCCEEDED"]
            flying = [one for one in updates if one["status"] == "IN_FLIGHT"]
            stage.play(payments)
            with self.live(stage) as page:
                page.wait_text("#now-count", f"{PAYMENTS:,} payments")
                page.evaluate("() => { window.longest_task = 0 }")
                stage.play(updates, A_SECOND)
                page.wait_text("#ended-count", f"{len(ended)} payments")
                page.wait_text("#now-count", f"{PAYMENTS - len(ended)} payments")
                print(f"longest task during {A_SECOND} updates a second: {page.evaluate('() => window.longest_task'):.0f} ms")
                self.assertLess(page.count("*"), MOST_ELEMENTS)
                self.check_list(page, "now", flying + payments[UPDATES:][:10])
                self.check_list(page, "ended", ended[::-1])

    def test_older_payments_are_loaded_when_somebody_asks(self) -> None:
        begun = time.time_ns() - 10**13
        payments = [payment(n, "FAILED" if n % 3 else "SUCCEEDED", begun=begun + n * 10**9) for n in range(1, OLD + 1)]
        with ScriptedPage().alone() as stage:
            stage.begin()
            stage.play(payments)
            with self.live(stage) as page:
                page.wait_for("#ended-list .payment")
                self.check_list(page, "ended", payments[::-1])
                page.wait("() => !document.querySelector('#ended-older').checkVisibility()")
                last_page = page.evaluate(READ_ROWS, "#ended-list")
                page.click("#ended-newer")
                page.wait("(hash) => document.querySelector('#ended-list .payment').dataset.hash !== hash", last_page[0][0])
                self.assertTrue(page.is_visible("#ended-older"))

    def check_list(self, page: Page, name: str, payments: list[dict[str, Any]]) -> None:
        """Its pages, which begin with these payments in this order."""
        forward = {"now": "#now-next", "ended": "#ended-older"}[name]
        while payments:
            first = payments[0]["payment_hash"]
            page.wait("(list, hash) => document.querySelector(`${list}[aria-busy=false] .payment`)?.dataset.hash === hash", f"#{name}-list", first)
            shown = page.evaluate(READ_ROWS, f"#{name}-list")
            self.assertTrue(0 < len(shown) <= MOST_ROWS, len(shown))
            for row, one in zip(shown, payments):
                expected = page_oracle.row(one)
                self.assertEqual(row, [one["payment_hash"], *(expected[text] for text in ("status", "amount", "fee", "bar"))])
            payments = payments[len(shown):]
            if payments:
                page.click(forward)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
