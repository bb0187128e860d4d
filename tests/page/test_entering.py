"""Into the page with a rune, and out of it: the rune stays in the tab, the page says why it asks for one, and a rune that expires takes
nothing away."""

from __future__ import annotations

import json
import re
import subprocess
import unittest
from typing import Any
from urllib.parse import urlsplit

from page_case import FAILED_LOAD, TESTS, Page, PageCase, PageStage, die_on_sigterm, row_of, wait_live, wait_opened, wait_row

LIGHTNING_CLI = TESTS / "contrib" / "lightning-cli"
SECONDS = 4  # a rune is good for


class Entering(PageCase):
    """On one node."""
    stage: PageStage

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.stage = cls.enterClassContext(PageStage())

    def check_secrecy(self, stage: PageStage, page: Page, rune: str) -> None:
        """The rune is in the tab's own storage and in one header of requests to the page's origin; nowhere else."""
        self.assertEqual(page.evaluate("() => location.href"), stage.address())
        storage = page.storage()
        self.assertEqual(storage, {"kept": {"cookies": [], "origins": []}, "session": {"rune": rune}, "local": {}, "cookies": ""})
        self.assertNotIn(rune, page.evaluate("() => document.documentElement.outerHTML"))
        self.assertEqual(page.evaluate("() => [...document.querySelectorAll('input')].map((input) => input.value).join('')"), "")
        self.assertEqual(page.evaluate("() => JSON.stringify(history.state) + history.length"), "null2")  # about:blank and this
        requests = page.requests()
        self.assertGreater(len(requests), 4)
        for request in requests:
            with self.subTest(request["url"]):
                self.assertEqual("{0.scheme}://{0.netloc}/".format(urlsplit(request["url"])), stage.address())
                self.assertNotIn(rune, request["url"])
                headers = dict(request["headers"])
                file = urlsplit(request["url"]).path in ("/", "/page.css", "/page.js", "/favicon.ico")
                self.assertEqual(headers.pop("grpc-metadata-macaroon", None), None if file else rune)
                self.assertNotIn(rune, json.dumps(headers))
                self.assertEqual(headers.get("referer", ""), "")
        self.assertNotIn(rune, stage.node.log())

    def test_by_the_form(self) -> None:
        stage = self.stage
        rune = stage.new_rune()
        with self.open(stage) as page:
            page.wait_for("#enter")
            self.assertEqual(page.text("#enter-reason"), "")
            self.assertFalse(page.is_visible("#now"))
            self.assertEqual(page.evaluate("() => document.activeElement.id"), "rune")
            page.type(rune)
            page.press("Enter")
            wait_live(page)
            self.assertFalse(page.is_visible("#enter"))
            self.assertEqual(page.text("#node-name"), "STANDIN")
            self.check_secrecy(stage, page, rune)
            page.reload()
            wait_live(page)  # kept for the tab
            page.click("#forget")
            page.wait_for("#enter")
            self.assertEqual(page.storage()["session"], {})
            self.assertEqual(page.attribute("#badge", "data-state"), "stopped")
            page.reload()
            page.wait_for("#enter")

    def test_by_a_link(self) -> None:
        stage = self.stage
        rune = stage.new_rune()
        with self.open(stage, f"#rune={rune}") as page:
            wait_live(page)
            self.check_secrecy(stage, page, rune)
            # A second link, opened in the same tab.
            other = stage.new_rune()
            page.evaluate("(hash) => { location.hash = hash }", f"#rune={other}")
            page.wait("(rune) => sessionStorage.rune === rune", other)
            wait_live(page)
            self.assertEqual(page.url(), stage.address())

    def test_by_the_link_of_lightning_cli(self) -> None:
        """It reads payments, and may not delete them."""
        stage = self.stage
        payment = stage.wait_status(stage.pay(1_000_000), "SUCCEEDED")
        made = subprocess.run([str(LIGHTNING_CLI), f"--lightning-dir={stage.node.directory}", "--network=regtest",
                               "trackpayments-lnd", "link", "5"], capture_output=True, text=True, check=True)
        link = json.loads(made.stdout)["link"]
        rune = re.fullmatch(re.escape(stage.address()) + "#rune=([A-Za-z0-9_-]+={0,2})", link)[1]
        stage.secrets.add(rune)
        with Page(self.browser, link) as page:
            wait_opened(page, wait_row(page, payment, "SUCCEEDED", "ended"))
            self.assertFalse(page.is_visible(".delete"))
            self.assertRegex(" ".join(page.texts("header p")), r"\b[45] min")

    def test_wrong_runes(self) -> None:
        """The page says why it asks again. No rune is kept."""
        stage = self.stage
        other = stage.node.call("createrune", {"restrictions": [["method=getinfo"]]})["rune"]
        old = stage.new_rune(seconds=-5)
        forged = ("A" if other[0] != "A" else "B") + other[1:]
        with self.open(stage) as page:
            page.allowed = [FAILED_LOAD]
            page.wait_for("#enter")
            for rune, reason in ((forged, "does not accept the rune"), (old, "expired"), (other, "does not accept the rune"),
                                 ("nonsense", "This is no rune"), ("ab" * 40, "does not accept")):
                with self.subTest(reason):
                    page.fill("#rune", rune)
                    page.click("#enter-button")
                    page.wait_text("#enter-reason", reason)
                    self.assertTrue(page.is_visible("#enter"))
                    self.assertEqual(page.attribute("#badge", "data-state"), "stopped")
                    self.assertEqual(page.storage()["session"], {})
            page.fill("#rune", stage.new_rune())
            page.click("#enter-button")
            wait_live(page)


class Ending(PageCase):
    def test_a_rune_expires(self) -> None:
        """The page says so and keeps what it shows; with another rune it goes on where it was."""
        with PageStage() as stage:
            shown = stage.wait_status(stage.pay(1_000_000, "fee_insufficient"), "FAILED")
            with self.seen_before_it_expires(stage, shown) as page:
                page.wait_text("#enter-reason", "expired")
                self.assertTrue(page.is_visible("#enter"))
                self.assertEqual(page.attribute("#badge", "data-state"), "stopped")
                self.assertNotIn("Trying again", page.text("#notice"))
                self.assertTrue(page.is_visible(f"#ended-list {row_of(shown)}"))
                self.assertEqual(page.storage()["session"], {})
                missed = stage.wait_status(stage.pay(2_000_000), "SUCCEEDED")
                page.fill("#rune", stage.new_rune())
                page.click("#enter-button")
                wait_live(page)
                wait_row(page, missed, "SUCCEEDED", "ended")
                self.assertEqual(page.count(row_of(shown)), 1)

    def seen_before_it_expires(self, stage: PageStage, payment: dict[str, Any]) -> Page:
        """A page that has shown the payment with a rune of some seconds; on a slow machine of more."""
        seconds = SECONDS
        while True:
            page = self.open(stage, f"#rune={stage.new_rune(seconds=seconds)}")
            page.allowed = [FAILED_LOAD]
            page.wait("(row) => document.querySelector(row) || document.querySelector('#enter').checkVisibility()", row_of(payment))
            if page.count(row_of(payment)):
                return page
            page.__exit__(None)
            seconds *= 2

    def test_lightningd_refuses_it_meanwhile(self) -> None:
        """A rune on the blacklist: the next connection shows it."""
        with PageStage(fixed_port=True) as stage:
            rune = stage.new_rune()
            with self.live(stage, rune) as page:
                page.allowed = [FAILED_LOAD]
                shown = stage.wait_status(stage.pay(1_000_000), "SUCCEEDED")
                wait_row(page, shown, "SUCCEEDED", "ended")
                stage.blacklist(rune)
                page.reload()
                page.wait_text("#enter-reason", "does not accept the rune")


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
