"""The plugin leaves out calls to lightningd where it knows the rows already (src/mirror/group_loader.hpp, updated_mark.hpp). Here it
knows less than it might: messages are lost, late or out of order, rows are older than the plugin, deleted or made again. All rows must be
published right nevertheless, and the cursor must move over them."""

import contextlib
import itertools
import time
import unittest
from typing import Any, Iterator

from fake_host import FakeHost, failure, pending_row
from support import PAYEE, PEER, die_on_sigterm

import judge

HASH = "de" * 32
OTHER = "ab" * 32
GROUP = 5
HOOKED = {"xpay": ("cli:xpay#1/cln:xpay#50/cln-xpay:injectpaymentonion#7", "injectpaymentonion"),
          "pay": ("cli:pay#1/cln:pay#9/pay:sendonion#12", "sendonion"),
          "keysend": ("cli:keysend#1/cln:keysend#9/keysend:sendonion#12", "sendonion"),
          "renepay": ("cli:renepay#1/cln:renepay#9/cln-renepay:sendonion#12", "sendonion"),
          "sendonion": ("cli:sendonion#1", "sendonion"),
          "sendpay": ("cli:sendpay#1", "sendpay")}
PAYERS = ("xpay", "pay", "sendpay")
FIRST_PART = {"xpay": 1}  # of a payment; 0 for the others


class Host(FakeHost):
    """Its answers on the socket may be held back, in order."""

    def __init__(self, **more: Any):
        super().__init__(**more)
        self.late: list[tuple[Any, bytes]] | None = None  # answers held back
        self.calls_seen = 0

    def answer_call(self, connection: Any, data: bytes) -> None:
        if self.late is None:
            super().answer_call(connection, data)
        else:
            self.late.append((connection, data))

    def hold_answers(self) -> None:
        self.late = []

    def release_answers(self) -> None:
        held, self.late = self.late or [], None
        for connection, data in held:
            if connection in self.connections:
                self.answer_call(connection, data)

    def call_made(self, by: str, row: dict[str, Any]) -> None:
        """The hook shows the call that makes this part."""
        identity, method = HOOKED[by]
        part = {"payment_hash": row["payment_hash"], "partid": row.get("partid", 0), "groupid": row["groupid"]}
        hop = {"id": PEER, "amount_msat": row["amount_sent_msat"], "delay": 30}
        params = {"injectpaymentonion": {"onion": "00", "amount_msat": row["amount_sent_msat"], "cltv_expiry": 120, **part},
                  "sendonion": {"onion": "00", "first_hop": hop, **part},
                  "sendpay": {"route": [{**hop, "channel": "103x1x0"}, {"id": PAYEE, "channel": "103x2x0", "amount_msat": row["amount_msat"],
                                                                        "delay": 11}], **part}}[method]
        self.calls_seen += 1
        self.hook(f"{identity}/cln:rpc_command#{self.calls_seen}", {"id": identity, "method": method, "params": params})
        self.reply(f"{identity}/cln:rpc_command#{self.calls_seen}")

    def report(self, row: dict[str, Any]) -> None:
        """lightningd's notification of an end."""
        if row["status"] == "complete":
            self.notify("sendpay_success", row)
        else:
            self.notify("sendpay_failure", failure({k: v for k, v in row.items() if k not in ("updated_index", "completed_at")}))

    def pay(self, by: str, index: int, payment_hash: str = HASH, groupid: int = GROUP, **more: Any) -> dict[str, Any]:
        """A part in flight: its call, then its row."""
        partid = more.pop("partid", FIRST_PART.get(by, 0))
        row = pending_row(index, payment_hash, groupid=groupid, **({"partid": partid} if partid else {}), **more)
        self.call_made(by, row)
        return self.insert(row)

    def last(self, payment_hash: str = HASH) -> dict[str, Any] | None:
        return next((p for p in reversed(self.published()) if p["payment_hash"] == payment_hash), None)

    def attempts(self, payment_hash: str = HASH) -> list[str]:
        return [attempt["status"] for attempt in (self.last(payment_hash) or {"htlcs": []})["htlcs"]]

    def wait_attempts(self, *statuses: str, payment_hash: str = HASH) -> None:
        self.wait(lambda: self.attempts(payment_hash) == list(statuses), f"attempts {statuses}")

    def wrong(self, first: int = 1) -> list[str]:
        """Differences between the rows from `first` on and the newest snapshots, as tests/e2e/judge.py finds them."""
        newest = {attempt["attempt_id"]: payment for payment in self.published() for attempt in payment["htlcs"]}
        gone = {attempt for one in self.published("trackpayments_deleted") for attempt in one["attempt_ids"]}
        groups: dict[tuple[str, int], list[dict[str, Any]]] = {}
        for row in self.model.table.values():
            groups.setdefault((row["payment_hash"], row["groupid"]), []).append(row)
        out = []
        for rows in groups.values():
            payment = next((newest[str(row["created_index"])] for row in rows if str(row["created_index"]) in newest), None)
            if payment:
                out += judge.group_complaints(rows, payment, gone)
                if payment["status"] == "IN_FLIGHT" and all(row["status"] != "pending" for row in rows):
                    out.append(f"{rows[0]['payment_hash'][:8]} has not ended")
            elif any(row["created_index"] >= first for row in rows):
                out.append(f"rows {[row['created_index'] for row in rows]} are not shown")
        return out

    def read_all(self) -> bool:
        """True if a cursor covers everything."""
        cursor = self.request("trackpayments", {})["result"]["cursor"]
        return cursor.split(".")[2:4] == [str(self.model.counters[index]) for index in ("created", "updated")]

    def finish(self, first: int = 1) -> None:
        """Every row is published, and the cursor moves to the end."""
        try:
            self.wait(lambda: not self.wrong(first), "agreement with the rows")
        except AssertionError:
            raise AssertionError("\n".join(self.wrong(first))) from None
        self.wait(self.read_all, "a cursor behind everything")
        ends = [(p["payment_index"], p["status"]) for p in self.published("trackpayments_final")]
        assert len(ends) == len(set(ends)), f"an end was published twice: {ends}"


def failed_an_hour_ago() -> dict[str, Any]:
    then = int(time.time()) - 3600
    return pending_row(1, HASH, groupid=GROUP, partid=1, created_at=then, status="failed", updated_index=1, completed_at=then + 1)


class Shortcuts(unittest.TestCase):
    @contextlib.contextmanager
    def host(self, rows: list[dict[str, Any]] | None = None, **case: Any) -> Iterator[Host]:
        with self.subTest(**case), Host(rows=rows) as host:
            host.begin(**{"trackpayments-failed-after": 1})
            yield host

    def test_a_lost_notification(self) -> None:
        for (status, shown), by in itertools.product((("complete", "SUCCEEDED"), ("failed", "FAILED")), PAYERS):
            with self.host(by=by, status=status) as host:
                row = host.pay(by, 1)
                host.wait_attempts("IN_FLIGHT")
                host.end(row, status)
                host.wait_attempts(shown)
                host.finish()

    def test_lost_notifications_between_others(self) -> None:
        for by in PAYERS:
            with self.host(by=by) as host:
                hashes = [f"{n:064x}" for n in range(1, 6)]
                rows = [host.pay(by, n, one) for n, one in enumerate(hashes, 1)]
                for one in hashes:
                    host.wait_attempts("IN_FLIGHT", payment_hash=one)
                for n, row in enumerate(rows):
                    ended = host.end(row, "failed" if n % 2 else "complete")
                    if n not in (1, 2):
                        host.report(ended)
                host.finish()

    def test_a_notification_before_its_row(self) -> None:
        for status, by in itertools.product(("complete", "failed"), PAYERS):
            with self.host(by=by, status=status) as host:
                host.hold_answers()
                ended = host.end(host.pay(by, 1), status)
                host.report(ended)
                host.barrier()
                host.release_answers()
                host.finish()

    def test_a_part_settles_before_the_row_of_its_sibling_is_read(self) -> None:
        for by in ("xpay", "sendpay"):
            with self.host(by=by) as host:
                host.hold_answers()
                first, second = host.pay(by, 1, partid=1), host.pay(by, 2, partid=2)
                host.report(host.end(first, "complete"))
                host.barrier()
                self.assertNotIn("SUCCEEDED", [p["status"] for p in host.published()], "the other part is in flight")
                host.release_answers()
                host.wait_attempts("SUCCEEDED", "IN_FLIGHT")
                self.assertNotIn("SUCCEEDED", [p["status"] for p in host.published()])
                host.report(host.end(second, "complete"))
                host.finish()

    def test_a_part_is_called_after_the_page_with_its_sibling(self) -> None:
        for by in ("xpay", "sendpay"):
            with self.host(by=by) as host:
                first = host.pay(by, 1, partid=1)
                host.wait_attempts("IN_FLIGHT")
                second = pending_row(2, HASH, groupid=GROUP, partid=2)
                host.call_made(by, second)
                host.hold_answers()
                host.insert(second)
                host.report(host.end(first, "complete"))
                host.barrier()
                self.assertNotIn("SUCCEEDED", [p["status"] for p in host.published()])
                host.release_answers()
                host.wait_attempts("SUCCEEDED", "IN_FLIGHT")
                host.report(host.end(second, "failed"))
                host.finish()

    def test_a_part_settles_while_the_invoice_of_its_payment_is_read(self) -> None:
        """The row of its sibling is not read yet."""
        for by in ("xpay", "sendpay"):
            with self.host(by=by) as host:
                decodes: list[Any] = []
                host.answers["decode"] = lambda params, token, decodes=decodes: decodes.append(token)
                first = host.pay(by, 1, partid=1)
                host.wait(lambda: decodes, "the invoice")
                pages: list[Any] = []
                host.answers["listsendpays"] = lambda params, token, pages=pages: pages.append(token)
                second = host.pay(by, 2, partid=2)
                host.report(host.end(first, "complete"))
                host.barrier()
                del host.answers["decode"]
                host.answer(*decodes[0])
                host.wait(lambda: pages, "a page")
                host.barrier()
                del host.answers["listsendpays"]
                for page in pages:
                    host.answer(*page)
                host.wait_attempts("SUCCEEDED", "IN_FLIGHT")
                self.assertNotIn("SUCCEEDED", [p["status"] for p in host.published()], "the other part is in flight")
                host.report(host.end(second, "complete"))
                host.finish()

    def test_a_late_page(self) -> None:
        """It shows its row as it was before the notification."""
        for status, by in itertools.product(("complete", "failed"), PAYERS):
            with self.host(by=by, status=status) as host:
                host.wait_armed()
                pages: list[Any] = []
                host.answers["listsendpays"] = lambda params, token: pages.append((token, host.model.call("listsendpays", params, token)))
                row = host.pay(by, 1)
                host.wait(lambda: pages, "the page")
                ended = host.end(row, status)
                host.report(ended)
                host.barrier()
                del host.answers["listsendpays"]
                for (connection, request), reply in pages:
                    host.answers["late"] = lambda *_, reply=reply: reply
                    host.answer(connection, {**request, "method": "late"})
                host.finish()

    def test_the_socket_is_lost_between_wait_and_page(self) -> None:
        for event, by in itertools.product(("created", "complete", "failed"), PAYERS):
            with self.host(by=by, event=event) as host:
                if event != "created":
                    row = host.pay(by, 1)
                    host.wait_attempts("IN_FLIGHT")
                pages: list[Any] = []
                host.answers["listsendpays"] = lambda params, token: pages.append(params)
                row = host.pay(by, 1) if event == "created" else host.end(row, event)  # its notification is lost
                host.wait(lambda: pages, "the page")
                host.hang_up()
                del host.answers["listsendpays"]
                if event == "created":
                    row = host.end(row, "complete")
                host.listen()
                host.finish()

    def test_an_index_jumps(self) -> None:
        """Only the last change is notified, and `wait` names only the first."""
        for status, by in itertools.product(("complete", "failed"), PAYERS):
            with self.host(by=by, status=status) as host:
                hashes = [f"{n:064x}" for n in range(1, 4)]
                host.hold_answers()
                rows = [host.pay(by, n, one) for n, one in enumerate(hashes, 1)]
                host.release_answers()
                for one in hashes:
                    host.wait_attempts("IN_FLIGHT", payment_hash=one)
                host.hold_answers()
                ended = [host.end(row, status) for row in rows]
                host.report(ended[-1])
                host.barrier()
                host.release_answers()
                host.finish()

    def test_failures_are_notified_in_another_order_than_numbered(self) -> None:
        for by in PAYERS:
            with self.host(by=by) as host:
                rows = [host.pay(by, n, one) for n, one in enumerate((HASH, OTHER), 1)]
                for one in (HASH, OTHER):
                    host.wait_attempts("IN_FLIGHT", payment_hash=one)
                ended = [host.end(row, "failed") for row in rows]
                for row in reversed(ended):
                    host.report(row)
                host.finish()

    def test_a_deletion_in_the_gap(self) -> None:
        """A row ends and is deleted before the change is read: its number belongs to no row."""
        for counted, by in itertools.product((True, False), ("xpay", "pay", "sendpay")):
            with self.host(by=by, counted=counted) as host:
                row = host.pay(by, 1)
                host.wait_attempts("IN_FLIGHT")
                host.hold_answers()
                host.report(host.end(row, "failed"))
                host.model.call("delpay", [HASH, "failed", *([row.get("partid", 0), GROUP] if counted else [])])
                host.fire()
                host.report(host.end(host.pay(by, 2, OTHER), "complete"))
                host.release_answers()
                host.wait(lambda: (host.last(OTHER) or {}).get("status") == "SUCCEEDED", "the other payment")
                host.wait(lambda: host.last()["status"] == "FAILED", "the end")
                if counted:
                    host.wait(lambda: host.published("trackpayments_deleted"), "the deletion")
                host.finish()

    def test_a_hash_is_used_again_within_the_pause(self) -> None:
        """Its failed row is deleted, uncounted, and a new one has the same number."""
        for by in PAYERS:
            with self.host(by=by) as host:
                ended = host.end(host.pay(by, 1), "failed")
                host.report(ended)
                host.model.call("delpay", [HASH, "failed"])
                again = host.pay(by, 2)
                host.wait(lambda: (host.last() or {}).get("payment_index") == "2", "the new payment")
                host.report(host.end(again, "complete"))
                host.finish()
                self.assertEqual([(p["payment_index"], p["status"]) for p in host.published("trackpayments_final")][-1], ("2", "SUCCEEDED"))

    def test_a_part_is_added_to_a_group_that_failed_before_the_start(self) -> None:
        """By giving its groupid: its older sibling was silent for an hour."""
        for by in ("sendpay", "sendonion", "renepay", "keysend"):
            with self.host(by=by, rows=[failed_an_hour_ago()]) as host:
                row = host.pay(by, 2, partid=2)
                host.wait_attempts("FAILED", "IN_FLIGHT")
                host.report(host.end(row, "complete"))
                host.finish()

    def test_an_older_group_of_the_hash_stays_apart(self) -> None:
        for by in ("xpay", "pay"):
            with self.host(by=by, rows=[failed_an_hour_ago()]) as host:
                row = host.pay(by, 2, groupid=GROUP + 1)
                host.wait_attempts("IN_FLIGHT")
                host.report(host.end(row, "complete"))
                host.finish(first=2)
                self.assertEqual({p["payment_index"] for p in host.published()}, {"2"})

    def test_a_payment_in_flight_is_shown_under_load(self) -> None:
        """Each is in flight until it was shown; the plugin pauses between its waits."""
        for by in (*HOOKED, "unseen"):
            with self.host(by=by) as host:
                for n in range(1, 21):
                    one = f"{n:064x}"
                    row = host.pay(by, n, one) if by != "unseen" else host.insert(pending_row(n, one))
                    host.wait_attempts("IN_FLIGHT", payment_hash=one)
                    host.report(host.end(row, "complete"))
                host.finish()


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
