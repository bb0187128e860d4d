"""A host without a `delpay`: ours answers the rows as `listsendpays` shows them, whole and in lightningd's order, from any source."""

from __future__ import annotations

import json
import time
import unittest
from typing import Any

from fake_host import FakeHost, failure
from support import die_on_sigterm

HASH = "cd" * 32
AT_ONCE = {"trackpayments-failed-after": 0}


def whole_row(index: int, status: str = "pending", **more: Any) -> dict[str, Any]:
    """Everything a row can have, in lightningd's order (lightningd/pay.c, json_add_payment_fields)."""
    now = int(time.time())
    row = {"created_index": index, "id": index, "payment_hash": HASH, "groupid": 8912158845556297834, "updated_index": 100 + index,
           "partid": index, "destination": "02" + "22" * 32, "amount_msat": 1_000_000, "amount_sent_msat": 1_000_011, "created_at": now,
           "completed_at": now + 1, "status": status, "payment_preimage": f"{index:064x}", "label": "tea \u00fc \"x\" 007",
           "bolt11": "lnbcrt1", "description": "a\nb", "erroronion": "ab" * 20, **more}
    absent = {"pending": {"updated_index", "completed_at", "payment_preimage", "erroronion"}, "complete": {"erroronion"},
              "failed": {"payment_preimage"}}[status]
    return {key: value for key, value in row.items() if key not in absent}


def ended(row: dict[str, Any], status: str) -> dict[str, Any]:
    return whole_row(row["created_index"], status, created_at=row["created_at"], completed_at=row["created_at"] + 1)


class HostRows(unittest.TestCase):
    def begin(self, host: FakeHost, *rows: dict[str, Any]) -> None:
        host.begin(identity=1, **AT_ONCE)
        for row in rows:
            host.model.insert(row)
        host.fire()
        host.wait(lambda: host.published() and len(host.published()[-1]["htlcs"]) == len(rows), "the payment")

    def end(self, host: FakeHost, row: dict[str, Any]) -> None:
        host.model.end(row)
        host.fire()

    def settled(self, host: FakeHost, index: int, status: str) -> None:
        host.wait(lambda: {a["attempt_id"]: a["status"] for a in host.published()[-1]["htlcs"]}.get(str(index)) == status, "its end")

    def request(self, host: FakeHost, params: Any, **more: Any) -> list[dict[str, Any]]:
        self.number = getattr(self, "number", 0) + 1
        host.send({"id": f"d{self.number}", "method": "delpay", "params": params, **more})
        return host.reply(f"d{self.number}")["result"]["payments"]

    def same(self, given: list[dict[str, Any]], *rows: dict[str, Any]) -> None:
        """Members, values and their order."""
        self.assertEqual([json.dumps(row) for row in given], [json.dumps(row) for row in rows])

    def test_rows_from_listings_and_notifications_come_back_whole(self) -> None:
        one, two, three = (whole_row(n) for n in (1, 2, 3))
        with FakeHost(None) as host:
            self.begin(host, one, two, three)
            done = ended(one, "complete")
            host.notify("sendpay_success", done)
            self.settled(host, 1, "SUCCEEDED")
            lost = ended(two, "failed")
            self.end(host, lost)  # only the socket shows this
            self.settled(host, 2, "FAILED")
            self.same(self.request(host, [HASH, "failed"]), lost)
            self.same(self.request(host, [HASH, "complete", 1, 8912158845556297834]), done)
            self.assertEqual(host.request("delpay", [HASH, "complete"])["error"]["code"], 211)

    def test_the_rows_of_all_groups_come_in_the_order_of_their_index(self) -> None:
        rows = [whole_row(n, groupid=1 + n % 2) for n in range(1, 6)]
        with FakeHost(None) as host:
            host.begin(identity=1, **AT_ONCE)
            for row in rows:
                host.model.insert(row)
            host.fire()
            host.wait(lambda: len(host.published()) >= 2, "both groups")
            done = [{**ended(row, "failed"), "groupid": row["groupid"]} for row in rows]
            for row in done:
                self.end(host, row)
            host.wait(lambda: sum(p["status"] == "FAILED" for p in host.published()) >= 2, "both ends")
            self.same(self.request(host, [HASH, "failed"]), *done)

    def test_a_row_whose_failure_was_only_notified_is_not_pending(self) -> None:
        row = whole_row(1)
        with FakeHost(None) as host:
            self.begin(host, row)
            body = failure(row)
            body["data"] |= {"erring_node": "02" + "33" * 32, "erring_channel": "1x1x1", "erring_direction": 0, "raw_message": "1007",
                             "onionreply": "ab" * 3}
            host.notify("sendpay_failure", body)
            self.settled(host, 1, "FAILED")
            self.same(self.request(host, [HASH, "failed"]), {**row, "status": "failed"})

    def test_a_row_that_was_never_listed_is_known_from_its_notification(self) -> None:
        for status in ("complete", "failed"):
            with self.subTest(status=status), FakeHost(None) as host:
                host.hang_up()
                host.begin(identity=1, waits=False, **AT_ONCE)
                row = whole_row(1, "complete" if status == "complete" else "pending")
                host.notify(*("sendpay_success", row) if status == "complete" else ("sendpay_failure", failure(row)))
                host.wait(host.published, "the payment, published without its listing")
                self.same(self.request(host, [HASH, status]), {**row, "status": status})

    def test_rows_in_another_order_get_lightningds_and_members_of_the_host_stay(self) -> None:
        row = whole_row(1, "complete")
        turned = dict(reversed(row.items()))
        mixed = {**row, "note": {"b": 1, "a": [1.5, None]}}  # after the others
        inside = {key: value for name in row for key, value in [(name, row[name]), *([("note", [])] if name == "id" else [])]}
        for given, wanted in ((turned, row), (mixed, mixed), (inside, inside), (dict(reversed(mixed.items())), mixed)):
            with self.subTest(given=list(given)), FakeHost(None) as host:
                host.begin(identity=1, **AT_ONCE)
                host.notify("sendpay_success", given)
                host.model.table[1] = given
                host.wait(host.published, "the payment")
                self.same(self.request(host, [HASH, "complete"]), wanted)

    def test_a_later_row_with_fewer_members_removes_none(self) -> None:
        row = whole_row(1)
        thin = {key: value for key, value in ended(row, "complete").items() if key not in ("label", "description", "destination", "bolt11")}
        with FakeHost(None) as host:
            self.begin(host, row)
            host.notify("sendpay_success", thin)
            self.settled(host, 1, "SUCCEEDED")
            host.notify("sendpay_failure", failure(row))  # a late one
            host.barrier()
            self.same(self.request(host, [HASH, "complete"]), ended(row, "complete"))

    def test_a_filter_keeps_the_order_too(self) -> None:
        row = whole_row(1, "complete")
        with FakeHost(None) as host:
            host.begin(identity=1, **AT_ONCE)
            host.model.table[1] = row
            host.notify("sendpay_success", row)
            host.wait(host.published, "the payment")
            wanted = {"status": True, "created_index": True, "bolt11": True}
            self.same(self.request(host, [HASH, "complete"], filter={"payments": [wanted]}),
                      {"created_index": 1, "status": "complete", "bolt11": "lnbcrt1"})

    def test_a_later_row_gets_nothing_from_a_deleted_one(self) -> None:
        with FakeHost(None) as host:
            host.begin(identity=1, **AT_ONCE)
            for index in (1, 2):
                row = whole_row(index, "complete", partid=1)
                if index == 2:
                    del row["label"]
                host.model.table = {index: row}
                host.notify("sendpay_success", row)
                host.wait(lambda: host.published() and host.published()[-1]["htlcs"][0]["attempt_id"] == str(index), "the payment")
                self.same(self.request(host, [HASH, "complete"]), row)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
