"""What tests of the page share: the node with both plugins and a link to the page, one browser for a file, and rows as the page shows them.

    class Things(PageCase):
        def test_it(self) -> None:
            with PageStage() as stage, self.live(stage) as page:
"""

from __future__ import annotations

import socket
import sys
import time
import unittest
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parent.parent
sys.path.append(str(TESTS / "lnd"))

from lnd_stage import LndStage, die_on_sigterm, wait_until  # noqa: E402
from scripted_stage import ScriptedStage  # noqa: E402
from browser import Browser, BrowserError, Page  # noqa: E402

__all__ = ["FAILED_LOAD", "TESTS", "BrowserError", "LndStage", "Page", "PageCase", "PageStage", "ScriptedPage", "die_on_sigterm", "row_of",
           "wait_live", "wait_opened", "wait_row", "wait_until"]

READING = ["method=trackpayments", "method=getinfo"]  # what `link` permits
FAILED_LOAD = r"^console error: Failed to load resource"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Linked(LndStage):
    """A stage whose page can be opened."""

    def address(self) -> str:
        return f"https://localhost:{self.show()['restlisten'][0].rsplit(':', 1)[1]}/"

    def new_rune(self, *methods: str, seconds: int | None = None) -> str:
        """`methods`: restrictions that permit more than reading."""
        restrictions = [[*READING, *methods]]
        if seconds is not None:
            restrictions.append([f"time<{int(time.time()) + seconds}"])
        rune = self.node.call("createrune", {"restrictions": restrictions})["rune"]
        self.secrets.add(rune)
        return rune


class ScriptedPage(Linked, ScriptedStage):
    """Its test publishes by play(), after begin()."""


class PageStage(Linked):
    """`fixed_port`: of REST, so that a page finds the server again after a restart."""

    def __init__(self, options: list[str] | None = None, fixed_port: bool = False, **more: Any):
        rest = free_port() if fixed_port else 0
        ports = ["--trackpayments-lnd-rpclisten=127.0.0.1:0", f"--trackpayments-lnd-restlisten=127.0.0.1:{rest}"]
        super().__init__(["--trackpayments-failed-after=0", *(options or [])], ports=ports, **more)

    def __enter__(self) -> "PageStage":
        super().__enter__()
        try:
            self.wait_active()
        except BaseException:
            self.close()
            raise
        return self


class PageCase(unittest.TestCase):
    browser: Browser

    @classmethod
    def setUpClass(cls) -> None:
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def open(self, stage: Linked, fragment: str = "", **more: Any) -> Page:
        return Page(self.browser, stage.address() + fragment, **more)

    def live(self, stage: Linked, rune: str = "", **more: Any) -> Page:
        """Entered by a link, and it shows the payments."""
        page = self.open(stage, f"#rune={rune or stage.new_rune()}", **more)
        wait_live(page)
        return page


def wait_live(page: Page) -> None:
    """Live, and the payments of its lists have a row."""
    page.wait_for("#badge[data-state=live]")


def row_of(what: Any) -> str:
    """The selector of a payment's row."""
    return f'li.payment[data-hash="{what["payment_hash"] if isinstance(what, dict) else what}"]'


def wait_row(page: Page, what: Any, status: str, listed: str = "") -> str:
    """Waits until the payment has this status (and is in this list, `now` or `ended`), and returns its selector."""
    selector = f'{f"#{listed}-list " if listed else ""}{row_of(what)}'
    page.wait_for(f'{selector}[data-status="{status}"]')
    return selector


def wait_opened(page: Page, selector: str) -> None:
    """Opens the row, and waits for its attempts with their hops."""
    if page.attribute(f"{selector} .summary", "aria-expanded") != "true":
        page.click(f"{selector} .summary")
    page.wait_for(f"{selector} .details .attempt")
