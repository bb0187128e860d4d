"""What people do with the page: search, filter, another unit, preimages, copies, deletions; all by keyboard too."""

from __future__ import annotations

import unittest
from typing import Any

import page_oracle
from made_payments import bolt11, payment
from page_case import FAILED_LOAD, Page, PageCase, PageStage, ScriptedPage, die_on_sigterm, row_of, wait_opened, wait_row

SHOWN = """() => [...document.querySelectorAll('#now-list .payment, #ended-list .payment')]
    .map((row) => row.dataset.hash)"""
ACTIVE = """() => { const one = document.activeElement; return one.id || [...one.classList].join('.') || one.tagName }"""
FOCUS_IS_SEEN = """() => document.activeElement.matches(':focus-visible')
    && getComputedStyle(document.activeElement).outlineStyle !== 'none'"""


class Reading(PageCase):
    def wait_shown(self, page: Page, expected: list[dict[str, Any]]) -> None:
        hashes = sorted(one["payment_hash"] for one in expected)
        page.wait(f"(hashes) => JSON.stringify(({SHOWN})().sort()) === JSON.stringify(hashes)", hashes)

    def test_search_filter_and_unit(self) -> None:
        with ScriptedPage().alone() as stage:
            stage.begin()
            coffee, tea, failed, flying = payments = [
                payment(1, "SUCCEEDED", request=bolt11("Café Zürich".encode())), payment(2, "SUCCEEDED", request=bolt11(b"green TEA")),
                payment(3, "FAILED", amount_msat=1_234_567_891), payment(4, "IN_FLIGHT", request=bolt11(b"tea again"))]
            stage.play(payments)
            with self.live(stage) as page:
                self.wait_shown(page, payments)
                for text, found in (("tea", [tea, flying]), ("CAFÉ", [coffee]), (failed["payment_hash"], [failed]),
                                    (tea["payment_hash"][:9], [tea]), (f"  {tea['payment_hash'].upper()} ", [tea]), ("nothing like it", []), ("", payments)):
                    page.fill("#search", text)
                    self.wait_shown(page, found)
                for status, found in (("IN_FLIGHT", [flying]), ("SUCCEEDED", [coffee, tea]), ("FAILED", [failed])):
                    page.select("#filter", status)
                    self.wait_shown(page, found)
                page.fill("#search", "tea")
                self.wait_shown(page, [])
                page.select("#filter", "all")
                self.wait_shown(page, [tea, flying])
                page.fill("#search", "")
                self.wait_shown(page, payments)
                for unit in ("msat", "sat"):
                    page.click("#unit")
                    self.assertEqual(page.attribute("#unit", "data-unit"), unit)
                    for one in payments:
                        page.wait_text(f"{row_of(one)} .amount", page_oracle.money(one["value_msat"], unit))
                        page.wait_text(f"{row_of(one)} .fee", page_oracle.fee(one, unit))

    def test_search_finds_payments_that_the_page_does_not_keep(self) -> None:
        """More than its lists hold; and says so if the node has no such payment."""
        with PageStage() as stage:
            old = stage.wait_status(stage.pay(1_000_000), "SUCCEEDED")
            with self.open(stage, f"#rune={stage.new_rune()}") as page:
                page.allowed = [FAILED_LOAD]
                page.call("intercept", part="/v1/payments", answer={"status": 200, "body": '{"payments":[]}'})
                page.wait_for("#badge[data-state=live]")
                page.fill("#search", old["payment_hash"])
                wait_row(page, old, "SUCCEEDED", "ended")
                page.fill("#search", "ab" * 32)
                page.wait_text("#notice", "no payment with this hash")

    def test_preimage_and_copies(self) -> None:
        """The preimage is nowhere in the page before somebody asks for it."""
        with PageStage() as stage, self.live(stage) as page:
            page.permit("clipboard-read", "clipboard-write")
            one = stage.wait_status(stage.pay(4_000_000, "fee_insufficient", "settle"), "SUCCEEDED")
            selector = wait_row(page, one, "SUCCEEDED", "ended")
            wait_opened(page, selector)
            whole = page.evaluate("() => document.documentElement.outerHTML")
            self.assertNotIn(one["payment_preimage"], whole)
            self.assertNotIn(page_oracle.base64_of(one["payment_preimage"]), whole)
            page.click(f"{selector} .show-preimage")
            self.assertEqual(page.text(f"{selector} .preimage"), one["payment_preimage"])
            copied = []
            for number in range(page.count(f"{selector} .copy")):
                page.evaluate("(selector, number) => document.querySelectorAll(selector)[number].click()", f"{selector} .copy", number)
                copied.append(page.wait("(known) => navigator.clipboard.readText().then((text) => !known.includes(text) && text)", copied[-1:]))
            keys = [hop["pub_key"] for attempt in one["htlcs"] for hop in attempt["route"]["hops"]]
            for text in (one["payment_hash"], one["payment_request"], one["payment_preimage"], *keys,
                         f"{stage.address()}#payment={one['payment_hash']}"):
                self.assertIn(text, copied)
            self.assertTrue(page.text("#notice").startswith("Copied"))

    def test_no_preimage_of_what_failed(self) -> None:
        with PageStage() as stage, self.live(stage) as page:
            for one in (stage.wait_status(stage.pay(1_000_000, "mpp_timeout"), "FAILED"),
                        stage.wait_attempts(stage.pay(1_000_000, "hold"), "IN_FLIGHT")):
                wait_opened(page, wait_row(page, one, one["status"]))
                self.assertEqual(page.count(f"{row_of(one)} .show-preimage"), 0)

    def test_deletion(self) -> None:
        """Only with a rune that permits it, of what has ended, and after a second question."""
        with PageStage() as stage:
            one, other = (stage.wait_status(stage.pay(1_000_000, *how), end) for how, end in (((), "SUCCEEDED"), (("mpp_timeout",), "FAILED")))
            held = stage.pay(1_000_000, "hold")
            with self.live(stage) as page:
                wait_opened(page, wait_row(page, one, "SUCCEEDED", "ended"))
                self.assertEqual(page.count(".delete"), 0)
            with self.live(stage, stage.new_rune("method=delpay")) as page:
                wait_opened(page, wait_row(page, held, "IN_FLIGHT", "now"))
                self.assertEqual(page.count(f"{row_of(held)} .delete"), 0)
                selector = wait_row(page, one, "SUCCEEDED", "ended")
                wait_opened(page, selector)
                page.click(f"{selector} .delete")
                self.assertEqual(page.evaluate(ACTIVE), "delete-cancel", "Enter keeps it")
                page.click(f"{selector} .delete-cancel")
                self.assertEqual(page.count(".delete-confirm"), 0)
                page.click(f"{selector} .delete")
                self.assertEqual(len(stage.node.rows()), 3)
                page.click(f"{selector} .delete-confirm")
                page.wait("(row) => !document.querySelector(row)", row_of(one))
                self.assertEqual(page.text("#notice"), "Deleted.")
                self.assertEqual(page.count(row_of(other)), 1)
            stage.wait_deletion(one)
            self.assertEqual({row["payment_hash"] for row in stage.node.rows()}, {other["payment_hash"], held["payment_hash"]})
            stage.release(held)
            stage.wait_status(held, "SUCCEEDED")

    def test_a_refused_deletion(self) -> None:
        """The rune seems to permit it; lightningd knows better."""
        with PageStage() as stage:
            one = stage.wait_status(stage.pay(1_000_000), "SUCCEEDED")
            rune = stage.node.call("createrune", {"restrictions": [["method=trackpayments", "method=getinfo", "pnum=7"]]})["rune"]
            with self.live(stage, rune) as page:
                page.allowed = [FAILED_LOAD]
                selector = wait_row(page, one, "SUCCEEDED", "ended")
                wait_opened(page, selector)
                page.click(f"{selector} .delete")
                page.click(f"{selector} .delete-confirm")
                page.wait_text("#notice", "Not deleted")
                self.assertEqual(page.count(row_of(one)), 1)
            self.assertEqual(len(stage.node.rows()), 1)

    def test_keyboard_alone(self) -> None:
        """Tab reaches everything in the order of the page; the focus is seen, and follows a payment to the other list."""
        with PageStage() as stage, self.open(stage) as page:
            held = stage.pay(2_000_000, "hold")
            page.wait_for("#enter")
            page.type(stage.new_rune())
            page.press("Enter")
            selector = wait_row(page, held, "IN_FLIGHT", "now")
            reached = []
            while "summary" not in reached and len(reached) < 40:
                page.press("Tab")
                reached.append(page.evaluate(ACTIVE))
                self.assertTrue(page.evaluate(FOCUS_IS_SEEN), reached)
            for one in ("search", "filter", "summary"):
                self.assertIn(one, reached)
            page.press("Enter")
            page.wait_for(f"{selector} .attempt")
            page.press("Tab")
            self.assertTrue(page.evaluate("(row) => document.querySelector(`${row} .details`).contains(document.activeElement)", selector))
            page.press("Shift+Tab")
            stage.release(held)
            wait_row(page, held, "SUCCEEDED", "ended")
            self.assertTrue(page.evaluate("(row) => document.querySelector(row).contains(document.activeElement)", row_of(held)))
            self.assertEqual(page.evaluate(ACTIVE), "summary")
            page.press("Enter")
            page.wait("(row) => !document.querySelector(`${row} .details`)", row_of(held))

    def test_the_list_does_not_move_under_the_pointer(self) -> None:
        with PageStage() as stage, self.live(stage) as page:
            older = [stage.wait_status(stage.pay(1_000_000), "SUCCEEDED") for _ in range(6)]
            for one in older:
                wait_row(page, one, "SUCCEEDED", "ended")
            # The lowest row: payments in flight come and go above the list, and the pointer must stay inside it.
            page.hover(row_of(older[0]))
            top = page.evaluate("(row) => document.querySelector(row).getBoundingClientRect().top", row_of(older[0]))
            newer = [stage.wait_status(stage.pay(2_000_000), "SUCCEEDED") for _ in range(2)]
            page.wait_text("#ended-new", "2 newer")
            self.assertEqual([page.count(row_of(one)) for one in newer], [0, 0])
            self.assertEqual(page.evaluate("() => document.querySelector('#ended-list .payment').dataset.hash"), older[-1]["payment_hash"])
            page.click("#ended-new")
            for one in newer:
                wait_row(page, one, "SUCCEEDED", "ended")
            self.assertFalse(page.is_visible("#ended-new"))
            self.assertGreater(page.evaluate("(row) => document.querySelector(row).getBoundingClientRect().top", row_of(older[0])), top)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
