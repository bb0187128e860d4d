"""`since` over a long past of all kinds of payments: each comes once, with all its attempts, and lightningd gets few calls. Payments that
are made or deleted meanwhile come at least once, and last as they are then."""

from __future__ import annotations

import hashlib
import random
import time
import unittest
from collections import Counter
from typing import Any, Callable

from fake_host import FakeHost
from rpc_client import RpcError
from support import BOUND, PLUGIN, STANDIN, die_on_sigterm, wait_until
from standin import StandIn
from versions import NODE

Row = dict[str, Any]
OLD = int(time.time()) - 1_000_000
STATUS = {"pending": "IN_FLIGHT", "complete": "SUCCEEDED", "failed": "FAILED"}


class Past:
    """Rows in the order of creation. `changed` are those that have an index of updates, in its order."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.rows: list[Row] = []
        self.changed: list[Row] = []
        self.payments = 0

    def add(self, status: str, payment: int, group: int, partid: int, late: int = 0) -> None:
        """`late`: it ended before the last so many."""
        name = hashlib.sha256(b"past %d" % payment).hexdigest()
        index = len(self.rows) + 1
        row = {"created_index": index, "id": index, "payment_hash": name, "groupid": group, "amount_msat": 1000,
               "amount_sent_msat": 1001, "created_at": OLD + index, "status": status}
        if partid:
            row["partid"] = partid
        if status != "pending":
            row["completed_at"] = OLD + index
            self.changed.insert(max(0, len(self.changed) - late), row)
        if status == "complete":
            row["payment_preimage"] = f"{index:064x}"
        self.rows.append(row)

    def pay(self) -> None:
        self.payments += 1
        payment, group = self.payments, self.random.getrandbits(62)
        kind = self.random.randrange(10)
        if kind < 5:
            self.add("complete", payment, group, 1, self.random.randrange(3))  # xpay
        elif kind == 5:
            self.add("complete", payment, 1, 0)  # pay, or sendpay
        elif kind == 6:
            for partid in range(1, self.random.randrange(3, 7)):
                self.add("complete", payment, group, partid, self.random.randrange(5))
        elif kind == 7:
            for partid in range(self.random.randrange(1, 9)):
                self.add("failed", payment, 1, partid, self.random.choice([0, 0, 400]))
            self.add(self.random.choice(["complete", "failed"]), payment, 1, 20)
        elif kind == 8:  # renepay's groups, or several payments of one hash
            for number in range(1, self.random.randrange(2, 6)):
                self.add("failed", payment, number, 1)
            self.add("complete", payment, 9, 1)
        elif self.payments > 200:  # somebody adds a part to an old failed group
            older = self.random.randrange(1, self.payments)
            self.add("failed", 100_000 + older, 7, 2 * self.payments)
            self.add("failed", 100_000 + older, 7, 2 * self.payments + 1)

    def made(self, payments: int, never_updated: int = 0, deleted: float = 0.02) -> list[Row]:
        """`never_updated`: so many ended before lightningd counted updates."""
        while self.payments < payments:
            self.pay()
        for index, row in enumerate(self.changed, 1):
            if row["created_index"] > never_updated:
                row["updated_index"] = index
        last = {len(self.rows), len(self.changed)}
        return [row for row in self.rows if self.random.random() > deleted or {row["created_index"], row.get("updated_index")} & last]


def wanted(rows: list[Row], created: int = 0, updated: int = 0) -> dict[str, Any]:
    """By payment_index: status and attempts of the payments that have a row after the position."""
    groups: dict[tuple[str, int], list[Row]] = {}
    for row in sorted(rows, key=lambda row: row["created_index"]):
        groups.setdefault((row["payment_hash"], row["groupid"]), []).append(row)
    found = {}
    for parts in groups.values():
        if any(row.get("updated_index", 0) > updated or ("updated_index" not in row and row["created_index"] > created) for row in parts):
            status = next(s for s in STATUS if any(row["status"] == s for row in parts))
            found[str(parts[0]["created_index"])] = (STATUS[status], {str(row["created_index"]): row["status"] for row in parts})
    return found


def shown(payment: dict[str, Any]) -> Any:
    names = {"IN_FLIGHT": "pending", "SUCCEEDED": "complete", "FAILED": "failed"}
    return payment["status"], {htlc["attempt_id"]: names[htlc["status"]] for htlc in payment["htlcs"]}


class Walk:
    """All answers from a cursor until there is no `more`. `between`: called after each answer."""

    def __init__(self, ask: Callable[[str], Any], cursor: str, between: Callable[[int], None] = lambda answers: None):
        self.last: dict[str, Any] = {}
        self.times: Counter[str] = Counter()
        self.answers = 0
        while True:
            answer = ask(cursor)
            self.answers += 1
            assert len(answer["payments"]) <= 100 or not answer.get("more")
            for payment in answer["payments"]:
                self.last[payment["payment_index"]] = shown(payment)
                self.times[payment["payment_index"]] += 1
            assert answer["cursor"] != cursor or not answer.get("more"), "the cursor moves"
            cursor = answer["cursor"]
            if not answer.get("more"):
                break
            between(self.answers)
        self.cursor = cursor

    def repeated(self) -> list[str]:
        return [index for index, times in self.times.items() if times > 1]


class LongHistory(unittest.TestCase):
    maxDiff = 2000

    def begin(self, node: StandIn, rows: list[Row]) -> str:
        """The node's part of a cursor."""
        node.call("standin-rows", {"rows": rows})
        node.start_plugin(PLUGIN)
        node_id: str = node.call("trackpayments")["cursor"].split(".")[0]
        return node_id

    def test_every_kind_of_payment_comes_once_and_complete(self) -> None:
        for seed, never_updated in ((1, 0), (2, 40), (3, 700)):
            with self.subTest(seed=seed), StandIn(STANDIN) as node:
                past = Past(seed)
                rows = past.made(1200, never_updated)
                node_id = self.begin(node, rows)
                counters = len(past.rows), len(past.changed)
                for created, updated in ((0, 0), (counters[0] // 2, counters[1] // 2), (counters[0], counters[1] - 300), counters):
                    walk = Walk(lambda cursor: node.call("trackpayments", {"since": cursor}), f"{node_id}.00000000.{created}.{updated}")
                    self.assertEqual(walk.last, wanted(rows, created, updated))
                    self.assertEqual(walk.repeated(), [])

    def test_payments_made_or_deleted_meanwhile_come_as_they_are_at_last(self) -> None:
        with StandIn(STANDIN) as node:
            past = Past(4)
            for _ in range(2):
                past.add("pending", 90_000, 5, len(past.rows) + 1)
            rows = past.made(800)
            node_id = self.begin(node, rows)
            chance = random.Random(5)
            ended = [row for row in rows if row["status"] != "pending"]
            deleted: set[str] = set()

            def between(answers: int) -> None:
                for row in chance.sample(ended, 3):
                    name = {"payment_hash": row["payment_hash"], "status": row["status"], "groupid": row["groupid"], "partid": row.get("partid", 0)}
                    try:
                        node.call("delpay", name)
                        deleted.add(row["payment_hash"])
                    except RpcError as error:
                        self.assertEqual(error.code, 208)
                invoice = node.call("invoice", {"amount_msat": 1000, "label": f"walk {answers}", "description": "d"})
                node.call(*(("xpay", {"invstring": invoice["bolt11"]}) if NODE.has_xpay else ("pay", {"bolt11": invoice["bolt11"]})))

            walk = Walk(lambda cursor: node.call("trackpayments", {"since": cursor}), f"{node_id}.00000000.0.0", between)
            self.assertGreater(walk.answers, 5)
            untouched = [row for row in node.call("listsendpays")["payments"] if row["payment_hash"] not in deleted]
            want = wanted(untouched)
            self.assertEqual({index: walk.last.get(index) for index in want}, want)
            old = {str(row["created_index"]) for row in rows if row["payment_hash"] not in deleted}
            self.assertEqual([index for index in walk.repeated() if index in old], [], "nothing happened to these")

    def test_few_calls_are_made_for_many_payments(self) -> None:
        rows = []
        for index in range(1, 4001):
            rows.append({"created_index": index, "id": index, "payment_hash": hashlib.sha256(b"%d" % index).hexdigest(), "partid": 1,
                         "groupid": index << 40, "amount_msat": 1000, "amount_sent_msat": 1001, "created_at": OLD + index,
                         "completed_at": OLD + index, "status": "complete", "payment_preimage": f"{index:064x}", "updated_index": index})
        with FakeHost("v26.06.6", rows) as host:
            host.begin()
            node_id = host.request("trackpayments", {})["result"]["cursor"].split(".")[0]

            def asked(created: int, updated: int) -> tuple[Walk, int, int]:
                before = len(host.calls)
                walk = Walk(lambda cursor: host.request("trackpayments", {"since": cursor})["result"], f"{node_id}.00000000.{created}.{updated}")
                self.assertEqual(walk.last, wanted(rows, created, updated))
                self.assertEqual(walk.repeated(), [])
                calls = [params for method, params in host.calls[before:]]
                listed = [params for params in calls if "payment_hash" in params]
                return walk, len(listed), len(calls) - len(listed)

            walk, listed, pages = asked(0, 0)
            self.assertLessEqual(listed, 100 + 40, "the first answer lists its payments, then the census shows almost all")
            self.assertLessEqual(pages, 40 + 40 + 2, "each row is read twice, and the rows that never changed once")
            self.assertLessEqual(walk.answers, 41)
            walk, listed, pages = asked(0, 0)
            self.assertLessEqual(listed, 40)
            self.assertLessEqual(pages, 40 + 2)
            walk, listed, pages = asked(4000, 3990)
            self.assertEqual((listed, pages), (0, 1), "the census is still there")


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
