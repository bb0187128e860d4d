"""How the page looks: no sideways scroll from 360 to 1920 pixels, light and dark, and no serious finding of axe-core in any state. The
screenshots are for people to look at."""

from __future__ import annotations

import os
import unittest
from pathlib import Path
from typing import Any

from page_case import FAILED_LOAD, Page, PageCase, PageStage, die_on_sigterm, row_of, wait_live, wait_opened, wait_row

import traffic

SCREENSHOTS = Path(os.environ["PAGE_BUILD"]) / "screenshots"
WIDTHS = (360, 768, 1280, 1920)
PICTURES = (360, 1920)
SCHEMES = {"light": 360, "dark": 1920}  # with the width at which axe looks


class Looks(PageCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        print(f"screenshots: {SCREENSHOTS}")

    def check(self, page: Page, state: str) -> None:
        page.leave()
        for scheme, axe_width in SCHEMES.items():
            page.scheme(scheme)
            for width in WIDTHS:
                page.resize(width, 900)
                with self.subTest(state, scheme=scheme, width=width):
                    self.assertEqual(page.overflow(), 0)
                    if width == axe_width:
                        self.assertEqual(page.axe(), [])
                    if width in PICTURES:
                        page.screenshot(SCREENSHOTS / f"{state}-{width}-{scheme}.png")

    def test_every_state(self) -> None:
        """One node, whose payments go from nothing to all kinds."""
        with PageStage(fixed_port=True) as stage, self.open(stage) as page:
            page.allowed = [FAILED_LOAD]
            page.wait_for("#enter")
            self.check(page, "entering")
            page.fill("#rune", stage.new_rune("method=delpay"))
            page.click("#enter-button")
            wait_live(page)
            page.wait_for("#lately")
            self.check(page, "nothing-yet")
            held = traffic.hold_two(stage)
            several = self.pay_several(stage)
            traffic.every_kind(stage)
            wait_row(page, stage.wait_status(stage.pay(1_000_000), "SUCCEEDED"), "SUCCEEDED", "ended")
            page.wait("() => document.querySelectorAll('#lately svg').length === 3")
            self.check(page, "live")
            failed = page.evaluate("() => document.querySelector('#ended-list [data-status=FAILED]').dataset.hash")
            for one in (several, failed):
                wait_opened(page, row_of(one))
                page.wait_for(f"{row_of(one)} .hop")
            page.click(f"{row_of(failed)} .delete")
            page.evaluate("() => document.activeElement.blur()")
            self.check(page, "opened")
            self.check_expired(stage, page)
            for invoice in (*held, several):
                stage.release(invoice)
                stage.wait_status(invoice, "SUCCEEDED")

    def pay_several(self, stage: PageStage) -> dict[str, Any]:
        """In flight, with attempts that are settled, in flight and failed."""
        several = stage.pay(12_000_000, parts=["hold", "hold", {"attempts": ["fee_insufficient", "hold"]}])
        stage.wait_payment(several, lambda one: sorted(attempt["status"] for attempt in one["htlcs"]) == ["FAILED"] + 3 * ["IN_FLIGHT"],
                           "all parts")
        stage.release(several, partid=1)
        stage.wait_payment(several, lambda one: any(attempt["status"] == "SUCCEEDED" for attempt in one["htlcs"]), "a settled part")
        return several

    def check_expired(self, stage: PageStage, page: Page) -> None:
        page.click("#forget")
        page.fill("#rune", stage.new_rune(seconds=2))
        page.click("#enter-button")
        page.wait("() => /expired/.test(document.querySelector('#enter-reason').textContent)")
        self.check(page, "expired")


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
