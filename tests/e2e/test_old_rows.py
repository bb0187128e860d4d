"""Payments that are in flight at the start have rows of any age. Without rows from before lightningd v23.11 one page has them all. Else
those behind the newest 20 000 rows are found in the background, and until then the answer of `trackpayments` is not complete."""

from __future__ import annotations

import unittest
from typing import Any

from fake_host import FakeHost, ended_row, pending_row
from fake_lightningd import encoded
from support import Stage, die_on_sigterm, wait_until

PAGE = 100  # mirror/row_pager.hpp
LONGEST_PAGE = 1000  # mirror/pending_search.hpp
NEWEST = 20_000
OLD = LONGEST_PAGE + PAGE  # so many old rows are too many for one page
LOST = LONGEST_PAGE + 50   # a row that is not in it
LONG_AGO = 1_600_000_000


def payment_hash(index: int) -> str:
    return f"{index:064x}"


def left_behind(index: int) -> dict[str, Any]:
    """A row without HTLC, as a crash leaves it."""
    return pending_row(index, payment_hash(index), created_at=LONG_AGO)


def finished(index: int, updated_index: int | None = None) -> dict[str, Any]:
    """`updated_index` None: finished before v23.11."""
    row = ended_row(left_behind(index), "complete", updated_index or 0)
    row["completed_at"] = LONG_AGO + 10
    if updated_index is None:
        del row["updated_index"]
    return row


def old_rows(count: int) -> list[dict[str, Any]]:
    return [finished(index) for index in range(1, count + 1)]


class OneListing(unittest.TestCase):
    def test_all_payments_in_flight_are_in_the_first_answer(self) -> None:
        with Stage(plugin=False) as stage:
            stage.node.call("standin-rows", {"rows": [finished(1, 1), left_behind(2)]})
            stage.node.call("history", {"count": NEWEST + 1000})
            held = stage.pay(2_000_000, parts=["hold", "hold"], by=stage.payer)
            stage.wait_rows(held, "pending", "pending")
            own = stage.pay(3_000_000, "hold", to_self=True, by=stage.payer)
            stage.wait_rows(own, "pending")
            stage.start_plugin()
            answer = stage.node.call("trackpayments")
            self.assertEqual({p["payment_hash"]: len(p["htlcs"]) for p in answer["payments"]},
                             {payment_hash(2): 1, held["payment_hash"]: 2, own["payment_hash"]: 1})
            self.assertIs(answer["complete"], True)
            for invoice in (held, own):
                stage.release(invoice)
                stage.wait_status(invoice, "SUCCEEDED")

    def test_so_few_rows_from_before_v23_11_do_not_matter(self) -> None:
        with Stage(plugin=False) as stage:
            stage.node.call("standin-rows", {"rows": [*old_rows(LONGEST_PAGE - 2), left_behind(LONGEST_PAGE - 1)]})
            stage.node.call("history", {"count": NEWEST + 1000})
            stage.start_plugin()
            self.assertIs(stage.node.call("trackpayments")["complete"], True)
            stage.wait_status(payment_hash(LONGEST_PAGE - 1), "IN_FLIGHT")


class Background(unittest.TestCase):
    """With many rows from before v23.11."""

    def fill(self, stage: Stage, lost: int) -> None:
        """Rows from before v23.11, one of them left behind; the newest 20 000 indexes have a row left behind, too."""
        rows = old_rows(OLD)
        rows[lost - 1] = left_behind(lost)
        stage.node.call("standin-rows", {"rows": [*rows, left_behind(OLD + NEWEST)]})

    def start(self, stage: Stage) -> dict[str, Any]:
        """Holds the second page of the background. Before it come: never updated (twice), newest, its group, first page."""
        stage.fault("hang", "listsendpays", after=5)
        stage.start_plugin()
        return stage.node.call("trackpayments")

    def wait_complete(self, stage: Stage) -> dict[str, Any]:
        return wait_until(lambda: (answer := stage.node.call("trackpayments"))["complete"] and answer, "the end of the search")

    def hashes(self, answer: dict[str, Any]) -> list[str]:
        return [p["payment_hash"] for p in answer["payments"]]

    def test_the_answer_is_incomplete_until_the_older_rows_are_read(self) -> None:
        lost, newest = LOST, payment_hash(OLD + NEWEST)
        with Stage(plugin=False) as stage:
            self.fill(stage, lost)
            answer = self.start(stage)
            self.assertEqual((self.hashes(answer), answer["complete"]), ([newest], False))
            cursor = stage.node.call("trackpayments", {"since": answer["cursor"]})
            self.assertNotIn("complete", cursor)
            stage.fault("unhang", "listsendpays")
            stage.wait_status(payment_hash(lost), "IN_FLIGHT")
            self.assertEqual(self.hashes(self.wait_complete(stage)), [payment_hash(lost), newest])
            stage.settle()
            self.assertEqual([len(stage.snapshots(found)) for found in (payment_hash(LOST), newest)], [1, 1])

    def test_new_payments_go_on_meanwhile(self) -> None:
        with Stage(["--trackpayments-failed-after=0"], plugin=False) as stage:
            self.fill(stage, LOST)
            self.start(stage)
            stage.fault("unhang", "listsendpays")
            for _ in range(20):
                stage.wait_status(stage.pay(1_000_000, by=stage.payer), "SUCCEEDED")
            self.wait_complete(stage)
            stage.wait_status(payment_hash(LOST), "IN_FLIGHT")

    def test_a_connection_lost_in_the_middle(self) -> None:
        with Stage(plugin=False) as stage:
            self.fill(stage, LOST)
            stage.allowed.append("RPC socket: connection closed; reconnecting")
            self.assertIs(self.start(stage)["complete"], False)
            stage.cut_connections()
            stage.fault("unhang", "listsendpays")
            self.wait_complete(stage)
            stage.wait_status(payment_hash(LOST), "IN_FLIGHT")

    def test_a_start_together_with_the_node(self) -> None:
        with Stage(plugin=False, keep_rows=True) as stage:
            self.fill(stage, LOST)
            stage.first_shown = stage.counter("created") + 1
            stage.stop()
            stage.node.plugins.append(stage.plugin_path)
            stage.node.start()
            self.wait_complete(stage)
            stage.wait_status(payment_hash(LOST), "IN_FLIGHT")


class Races(unittest.TestCase):
    """Pages of the background whose answer the test holds."""

    def begin(self, host: FakeHost, rows: list[dict[str, Any]], first: int = LONGEST_PAGE) -> list[Any]:
        """Until a page from the row `first` on is requested; its parameters and token."""
        for row in [*rows, pending_row(OLD + NEWEST, payment_hash(NEWEST))]:
            host.model.table[row["created_index"]] = row
        host.model.counters["created"] = OLD + NEWEST
        held: list[Any] = []

        def answer(params: dict[str, Any], token: Any) -> Any:
            if params.get("index") == "created" and "status" not in params and first <= params["start"] <= OLD:
                held.append((params, token))
                return None
            return host.model.call("listsendpays", params, token)

        host.answers["listsendpays"] = answer
        host.begin(startup=False)
        host.wait(lambda: held, "the page")
        return held

    def give(self, host: FakeHost, held: list[Any], reply: Any = None) -> None:
        params, token = held.pop()
        client, request = token
        result = reply or host.model.call("listsendpays", params, token)
        host.answer_call(client, encoded({"jsonrpc": "2.0", "id": request["id"], **result}))

    def test_a_payment_that_ends_before_it_is_found_is_published_with_its_end(self) -> None:
        lost = left_behind(LOST)
        with FakeHost() as host:
            rows = old_rows(OLD)
            rows[LOST - 1] = lost
            held = self.begin(host, rows)
            page = host.model.call("listsendpays", *held[0])  # lightningd answers before the payment ends
            host.notify("sendpay_success", host.end(lost, "complete"))
            host.wait(lambda: [p for p in host.published() if p["status"] == "SUCCEEDED"], "its end")
            self.give(host, held, page)
            self.give_rest(host, held)
            statuses = [p["status"] for p in host.published() if p["payment_hash"] == lost["payment_hash"]]
            self.assertEqual(statuses, ["SUCCEEDED"])

    def test_a_payment_that_ends_between_its_page_and_its_listing(self) -> None:
        lost = left_behind(LOST)
        with FakeHost() as host:
            rows = old_rows(OLD)
            rows[LOST - 1] = lost
            held = self.begin(host, rows)
            page = host.model.call("listsendpays", *held[0])
            host.end(lost, "complete")  # its notification is late
            self.give(host, held, page)
            self.give_rest(host, held)
            host.wait(lambda: [p for p in host.published() if p["status"] == "SUCCEEDED"], "its end")

    def test_rows_deleted_meanwhile(self) -> None:
        with FakeHost() as host:
            rows = old_rows(OLD)
            rows[LOST - 1] = left_behind(LOST)
            held = self.begin(host, rows, first=1)
            for index in (*range(90, 120), *range(LOST + 1, OLD + 1)):
                host.model.table.pop(index)
            while not host.request("trackpayments", {})["result"]["complete"]:
                if held:
                    self.give(host, held)
                host.pump(0.01)
            self.assertIn(payment_hash(LOST), [p["payment_hash"] for p in host.published()])

    def give_rest(self, host: FakeHost, held: list[Any]) -> None:
        while not (answer := host.request("trackpayments", {}))["result"]["complete"]:
            if held:
                self.give(host, held)
            host.pump(0.01)
        self.assertEqual([p["payment_hash"] for p in answer["result"]["payments"]], [payment_hash(NEWEST)])

    def test_one_page_at_a_time(self) -> None:
        with FakeHost() as host:
            held = self.begin(host, old_rows(OLD), first=1)
            pages = 0
            while held or not host.request("trackpayments", {})["result"]["complete"]:
                self.assertLessEqual(len(held), 1)
                self.assertTrue(all(params["limit"] == PAGE for params, _ in held))
                host.barrier()
                if held:
                    pages += 1
                    self.give(host, held)
                host.pump(0.01)
            self.assertEqual(pages, OLD // PAGE)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
