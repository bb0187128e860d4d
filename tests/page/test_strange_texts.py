"""Hostile texts are shown as text: descriptions of invoices, messages of keysend, the node's alias, codes of failures. They make no
element, run nothing, and break no layout."""

from __future__ import annotations

import base64
import unittest
from typing import Any

from made_payments import attempt, bolt11, bolt12, payment
from page_case import Page, PageCase, ScriptedPage, die_on_sigterm, row_of, wait_opened, wait_row

MARKUP = """<img src=/x onerror="window.ran=1"><script>window.ran=1</script><b>bold</b>"""
TEXTS = {
    "markup": MARKUP.encode(),
    "end of an attribute": b"""" onmouseover="window.ran=1" '><h1>big</h1>&lt;i&gt;""",
    "template": b"${window.ran=1}{{7*7}}",
    "right to left": "\u202e\u2067\u202bFDP.exe \u05d0\u05d1\u05d2 gpj".encode(),
    "NUL and control characters": b"a\0b\x1b[31mc\x07\x7f\r\n\x08d",
    "no UTF-8": b"\xff\xfe\xc0\x80 text \xed\xa0\x80",
    "no place to break": b"W" * 639,
    "combining marks": ("a" + "\u0301\u0489" * 150).encode(),
    "line ends": b"one\n\n\n\n\n\n\n\n\ntwo\xe2\x80\xa8three",
}
LONG = ("W" * 10_000).encode()
POSITIONS = """(row) => [".status", ".amount", ".fee", ".bar", ".short"].map((name) => {
    const box = document.querySelector(`${row} .summary ${name}`).getBoundingClientRect();
    return [name, Math.round(box.left), Math.round(box.right)] })"""
MADE = """() => document.querySelectorAll("main img, main script, main b, main i, main h1, main iframe, [onmouseover], [onerror], a[href*=script]")
    .length"""


def message(text: bytes) -> dict[str, str]:
    return {"5482373484": "AA==", "34349334": base64.b64encode(text).decode()}


class StrangeTexts(PageCase):
    def payments(self) -> list[dict[str, Any]]:
        """The first is a plain one."""
        out = [payment(1, "SUCCEEDED", request=bolt11(b"tea"))]
        for text in TEXTS.values():
            out.append(payment(len(out) + 1, "SUCCEEDED", request=bolt11(text)))
            out.append(payment(len(out) + 1, "SUCCEEDED", attempt(len(out) + 1, "SUCCEEDED", custom_records=message(text))))
        out.append(payment(len(out) + 1, "SUCCEEDED", request=bolt12(LONG)))
        out.append(payment(len(out) + 1, "SUCCEEDED", attempt(len(out) + 1, "SUCCEEDED", custom_records=message(LONG))))
        out.append(payment(len(out) + 1, "FAILED", attempt(len(out) + 1, "FAILED", code=MARKUP, pub_key=MARKUP * 100),
                           failure_reason=MARKUP))
        out.append(payment(len(out) + 1, "FAILED", attempt(len(out) + 1, "FAILED", custom_records={MARKUP: "not base64"}, source=99),
                           payment_request="lnbc1" + MARKUP))
        return out

    def check_nothing_made(self, page: Page) -> None:
        self.assertEqual(page.evaluate(MADE), 0)
        self.assertIsNone(page.evaluate("() => window.ran"))

    def test_they_stay_text(self) -> None:
        with ScriptedPage().alone() as stage:
            stage.begin()
            info = stage.node.call("getinfo")
            stage.node.call("scripted-getinfo", {"result": info | {"alias": f"{MARKUP}\u202e{'W' * 200}"}})
            payments = self.payments()
            stage.play(payments[:len(payments) // 2])
            with self.live(stage) as page:
                stage.play(payments[len(payments) // 2:])
                for one in payments:
                    wait_row(page, one, one["status"], "ended")
                self.check_nothing_made(page)
                self.assertIn("<img src=/x", page.text("#node-name"))
                self.check_rows(page, payments)
                for width in (1280, 360, 1920):
                    page.resize(width, 800)
                    self.assertEqual(page.overflow(), 0, width)
                for one in payments:
                    with self.subTest(one["payment_request"][:20], index=one["payment_index"]):
                        wait_opened(page, row_of(one))
                        for width in (360, 1920):
                            page.resize(width, 800)
                            self.assertEqual(page.overflow(), 0, width)
                        self.check_nothing_made(page)
                        page.click(f"{row_of(one)} .summary")
                self.assertEqual(page.axe(), [])

    def check_rows(self, page: Page, payments: list[dict[str, Any]]) -> None:
        plain = page.evaluate(POSITIONS, row_of(payments[0]))
        plain_height = self.height(page, payments[0])
        for name, (invoice, keysend) in zip(TEXTS, zip(payments[1::2], payments[2::2])):
            for kind, one in (("invoice", invoice), ("keysend", keysend)):
                with self.subTest(name, kind=kind):
                    self.assertEqual(page.evaluate(POSITIONS, row_of(one)), plain)
                    self.assertLess(self.height(page, one), 2 * plain_height)
                    shown = page.text(f"{row_of(one)} .what")
                    self.assertEqual(shown, page.text(f"{row_of(invoice)} .what"))
                    self.assertTrue(shown)
                    self.assertLessEqual(len(shown), 200)
                    self.assertNotRegex(shown, r"[\0-\x08\x0b-\x1f\x7f]")
        first = page.text(f"{row_of(payments[1])} .what")
        self.assertTrue(MARKUP.startswith(first.rstrip("…")) and len(first) > 60, first)

    def height(self, page: Page, one: dict[str, Any]) -> float:
        return page.evaluate("(row) => document.querySelector(`${row} .summary`).getBoundingClientRect().height", row_of(one))


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
