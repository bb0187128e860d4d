"""The page shows every kind of payment as it is published, and goes on after any interruption."""

from __future__ import annotations

import os
import re
import signal
import unittest
from typing import Any

from page_case import FAILED_LOAD, Page, PageCase, PageStage, die_on_sigterm, row_of, wait_live, wait_opened, wait_row, wait_until

import page_oracle
import traffic
from lnd_stage import LND

READ_ROW = """(selector) => {
    const row = document.querySelector(selector);
    const texts = Object.fromEntries(["status", "amount", "fee", "age", "reason", "what"].map((name) =>
        [name, row.querySelector(`.summary .${name}`).textContent]));
    return { ...texts, bar: row.querySelector(".bar .unseen").textContent,
             pieces: [...row.querySelectorAll(".bar [title]")].map((piece) => [piece.title, piece.textContent]) };
}"""
READ_ATTEMPTS = """(selector) => [...document.querySelectorAll(`${selector} .attempt`)].map((attempt) => ({
    id: attempt.dataset.id, status: attempt.dataset.status, said: attempt.querySelector(".head .status").textContent,
    failure: attempt.querySelector(".failure")?.textContent ?? "",
    dashed: [...attempt.querySelectorAll(".channel")].some((channel) => getComputedStyle(channel).borderTopStyle === "dashed"),
    hops: [...attempt.querySelectorAll(".hop")].map((hop) => ({ position: hop.dataset.position, failed: hop.classList.contains("failed"),
                                                              text: hop.textContent })) }))"""


class Shown(PageCase):
    def check_row(self, page: Page, selector: str, payment: dict[str, Any]) -> None:
        shown = page.evaluate(READ_ROW, selector)
        expected = page_oracle.row(payment)
        if "age" not in expected:
            self.assertRegex(shown["age"], r"^for \d")
        self.assertTrue(shown["age"].endswith(expected.pop("age", shown["age"])), shown)
        self.assertEqual({name: shown[name] for name in expected}, expected)
        texts = page_oracle.reasons(payment)
        self.assertEqual(bool(shown["reason"]), bool(texts), shown)
        for text in texts:
            self.assertIn(text, shown["reason"])
        # What is drawn says the same as what is read aloud.
        self.assertEqual([title for title, _ in shown["pieces"]], page_oracle.bar(payment).removeprefix("attempts: ").split(", "))
        for title, text in shown["pieces"]:
            self.assertIn(title.split(" ")[0], text)

    def check_attempts(self, page: Page, selector: str, payment: dict[str, Any]) -> None:
        shown = page.evaluate(READ_ATTEMPTS, selector)
        self.assertEqual([(one["id"], one["status"]) for one in shown], [(a["attempt_id"], a["status"]) for a in payment["htlcs"]])
        for one, attempt in zip(shown, payment["htlcs"]):
            self.assertEqual(one["said"], page_oracle.attempt_status(attempt))
            if attempt["status"] == "FAILED":
                code = attempt["failure"]["code"]
                self.assertIn(page_oracle.FAILURE[code], one["failure"])
                self.assertIn(code, one["failure"])
            else:
                self.assertEqual(one["failure"], "")
            # Only an attempt that is on its way is drawn so, whatever its payment is.
            self.assertEqual(one["dashed"], attempt["status"] == "IN_FLIGHT")
            expected = page_oracle.hops(attempt)
            if expected:
                self.assertEqual([hop["position"] for hop in one["hops"]], [str(n) for n in range(len(expected) + 1)])
            failed = [int(hop["position"]) for hop in one["hops"] if hop["failed"]]
            self.assertEqual(failed, [] if page_oracle.failed_at(attempt) is None else [page_oracle.failed_at(attempt)])
            for hop, texts in zip(one["hops"][1:], expected):
                for text in texts:
                    self.assertIn(text, hop["text"])

    def test_every_kind(self) -> None:
        with PageStage() as stage, self.live(stage) as page:
            held = traffic.hold_two(stage)
            for invoice in held:
                selector = wait_row(page, invoice, "IN_FLIGHT", "now")
                payment = stage.snapshots(invoice)[-1]
                page.wait_text(f"{selector} .bar", page_oracle.bar(payment))
                self.check_row(page, selector, payment)
            wait_opened(page, selector)
            self.check_attempts(page, selector, payment)
            self.assertIn("2 payments", page.text("#now-count"))
            hashes = traffic.every_kind(stage)
            for invoice in held:
                stage.release(invoice)
                stage.wait_status(invoice, "SUCCEEDED")
                wait_row(page, invoice, "SUCCEEDED", "ended")
            page.wait("() => document.querySelectorAll('#now-list .payment').length === 0")
            # The one that was opened stays open where it is now.
            self.check_attempts(page, row_of(held[1]), stage.snapshots(held[1])[-1])
            page.click(f"{row_of(held[1])} .summary")
            page.leave()
            page.evaluate("() => document.activeElement.blur()")
            stage.barrier()
            self.check_all(stage, page, [*hashes, *(invoice["payment_hash"] for invoice in held)])
            # From the lists, the page knows what it knew from the stream.
            page.reload()
            wait_live(page)
            self.check_all(stage, page, [*hashes, *(invoice["payment_hash"] for invoice in held)])

    def check_all(self, stage: PageStage, page: Page, hashes: list[str]) -> None:
        for payment_hash in hashes:
            payment = stage.snapshots(payment_hash)[-1]
            with self.subTest(payment["payment_index"], reason=payment["failure_reason"]):
                selector = wait_row(page, payment_hash, payment["status"], "ended")
                wait_opened(page, selector)
                if any(attempt["route"]["hops"] for attempt in payment["htlcs"]):
                    page.wait_for(f"{selector} .hop")
                self.check_row(page, selector, payment)
                self.check_attempts(page, selector, payment)
                page.click(f"{selector} .summary")
        self.assertIn(f"{len(hashes)} payments", page.text("#ended-count"))
        self.check_charts(page, [stage.snapshots(payment_hash)[-1] for payment_hash in hashes])

    def check_charts(self, page: Page, payments: list[dict[str, Any]]) -> None:
        """The last hour and day, as figures and as drawings that are read aloud."""
        failed = [one["failure_reason"] for one in payments if one["status"] == "FAILED"]
        times = sorted(page_oracle.milliseconds(one) for one in payments if one["status"] == "SUCCEEDED")
        for period in ("day", "hour"):
            page.click(f"#lately-{period}")
            self.assertEqual(page.attribute(f"#lately-{period}", "aria-pressed"), "true")
            page.wait_text("#chart-rate", f"({len(times)} of {len(payments)})")
            page.wait_text("#chart-reasons", f"Failed: {len(failed)}")
            said = page.attribute("#chart-reasons svg", "aria-label")
            self.assertEqual(sorted(map(int, re.findall(r" (\d+)(?:,|$)", said.split(": ", 2)[2]))),
                             sorted(failed.count(reason) for reason in set(failed)))
            # The middle one, in milliseconds or tenths of a second.
            middle = times[len(times) // 2]
            texts = {f"half within {middle + off} ms" for off in (-1, 0, 1)} | {f"half within {middle // 100 / 10:g} s"}
            self.assertTrue(any(text in page.text("#chart-time") for text in texts), (page.text("#chart-time"), texts))

    def test_another_process_of_the_browser_sees_the_same(self) -> None:
        """A payment's own link, in a tab that has no rune yet."""
        with PageStage() as stage:
            payment = stage.wait_status(stage.pay(4_000_000, "fee_insufficient", "settle"), "SUCCEEDED")
            payment_hash = payment["payment_hash"]
            with self.open(stage, f"#rune={stage.new_rune()}&payment={payment_hash}") as page:
                page.wait_for(f"{row_of(payment_hash)} .hop")
                self.assertEqual(page.attribute(f"{row_of(payment_hash)} .summary", "aria-expanded"), "true")
                self.check_attempts(page, row_of(payment_hash), payment)
                self.assertEqual(page.url(), f"{stage.address()}#payment={payment_hash}")
                self.assertEqual(page.attribute(f"{row_of(payment_hash)} .own-link", "href"), f"#payment={payment_hash}")


class Interrupted(PageCase):
    """Each interruption shows `reconnecting`, then `live` with a notice, and nothing is missing."""

    def setUp(self) -> None:
        self.stage = self.enterContext(PageStage(fixed_port=True))

    def payments(self) -> tuple[Any, Any]:
        return self.stage.pay(2_000_000, "hold"), self.stage.wait_status(self.stage.pay(1_000_000), "SUCCEEDED")

    def check_goes_on(self, page: Page, held: Any) -> None:
        page.wait_for("#badge[data-state=live]")
        self.stage.release(held)
        wait_row(page, held, "SUCCEEDED", "ended")

    def wait_reconnecting(self, page: Page) -> None:
        page.wait_for("#badge[data-state=reconnecting]")
        self.assertIn("Not live since", page.text("#notice"))

    def test_the_plugin_restarts(self) -> None:
        stage = self.stage
        with self.live(stage) as page:
            page.allowed = [FAILED_LOAD]
            held, before = self.payments()
            wait_row(page, held, "IN_FLIGHT", "now")
            stage.node.stop_plugin(LND)
            self.wait_reconnecting(page)
            missed = [stage.wait_status(stage.pay(3_000_000), "SUCCEEDED"),
                      stage.wait_status(stage.pay(3_000_000, "fee_insufficient"), "FAILED")]
            self.assertEqual(page.count(row_of(missed[0])), 0)
            wait_row(page, before, "SUCCEEDED", "ended")  # what was shown stays
            stage.node.start_plugin(LND)
            for payment in missed:
                wait_row(page, payment, payment["status"], "ended")
            page.wait_text("#notice", "Live again")
            self.assertIn("Nothing is missing", page.text("#notice"))
            last = [request["headers"].get("last-event-id") for request in page.requests() if "/v2/router/payments" in request["url"]]
            self.assertEqual(last[0], None)
            self.assertRegex(last[-1], r"\S")
            self.check_goes_on(page, held)

    def test_the_plugin_is_killed(self) -> None:
        stage = self.stage
        stage.allowed = ["Killing plugin", "exited before"]
        with self.live(stage) as page:
            page.allowed = [FAILED_LOAD]
            held, _ = self.payments()
            wait_row(page, held, "IN_FLIGHT", "now")
            os.kill(stage.lnd_pid(), signal.SIGKILL)
            self.wait_reconnecting(page)
            missed = stage.wait_status(stage.pay(3_000_000), "SUCCEEDED")
            stage.node.start_plugin(LND)
            wait_row(page, missed, "SUCCEEDED", "ended")
            self.check_goes_on(page, held)

    def test_the_tracker_restarts(self) -> None:
        """Payments have other numbers then; no payment is shown twice."""
        stage = self.stage
        with self.live(stage) as page:
            page.allowed = [FAILED_LOAD]
            held, before = self.payments()
            tried = stage.pay(1_000_000, "temporary_channel_failure", "hold")
            stage.wait_attempts(tried, "FAILED", "IN_FLIGHT")
            wait_row(page, held, "IN_FLIGHT", "now")
            page.wait_text(f"{row_of(tried)} .reason", "cannot carry the amount now")
            stage.node.stop_plugin(stage.plugin_path)
            self.wait_reconnecting(page)  # the stream stays open, and says nothing
            self.assertIn("the plugin trackpayments does not run", page.text("#notice"))
            missed = stage.invoice(3_000_000)
            stage.pay_now(missed)
            stage.start_plugin()
            wait_row(page, missed, "SUCCEEDED", "ended")
            page.wait_text("#notice", "Live again")
            stage.release(tried)
            wait_row(page, tried, "SUCCEEDED", "ended")
            wait_opened(page, row_of(tried))
            # The tracker has not seen that attempt.
            self.assertIn(page_oracle.FAILURE["TEMPORARY_CHANNEL_FAILURE"], page.text(f"{row_of(tried)} .attempt[data-status=FAILED] .failure"))
            page.click(f"{row_of(tried)} .summary")  # the list stands still while a row is open, or the pointer is on it
            page.leave()
            self.check_goes_on(page, held)
            for payment in (held, before, missed):
                self.assertEqual(page.count(row_of(payment)), 1)

    def test_a_refused_cursor(self) -> None:
        """The page begins anew, and says so."""
        stage = self.stage
        with self.live(stage) as page:
            page.allowed = [FAILED_LOAD]
            held, before = self.payments()
            wait_row(page, before, "SUCCEEDED", "ended")
            page.call("intercept", part="/v2/router/payments", headers={"last-event-id": "nonsense"})
            stage.node.stop_plugin(LND)
            self.wait_reconnecting(page)
            missed = stage.wait_status(stage.pay(3_000_000), "SUCCEEDED")
            stage.node.start_plugin(LND)
            wait_row(page, missed, "SUCCEEDED", "ended")
            page.wait_text("#notice", "loaded anew")
            self.check_goes_on(page, held)
            for payment in (held, before, missed):
                self.assertEqual(page.count(row_of(payment)), 1)

    def test_silence(self) -> None:
        """A server that is there and says nothing for 45 s, and then a proxy with a page of its own."""
        stage = self.stage
        with self.live(stage, clock=True) as page:
            page.allowed = [FAILED_LOAD]
            held, _ = self.payments()
            wait_row(page, held, "IN_FLIGHT", "now")
            server = stage.lnd_pid()
            os.kill(server, signal.SIGSTOP)
            try:
                page.call("intercept", part="/v2/router/payments", times=1, answer={"status": 502, "body": "<h1>Bad gateway</h1>"})
                page.call("forward", milliseconds=46_000)
                self.wait_reconnecting(page)
                page.wait_text("#notice", "no answer that this page understands")
            finally:
                os.kill(server, signal.SIGCONT)
            page.wait_text("#notice", "Nothing is missing")
            self.check_goes_on(page, held)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
