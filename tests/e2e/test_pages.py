"""Pages of all payments (`trackpayments index_offset=…`) on the versions of lightningd that have them: old rows, holes, several parts and
groups, payments in memory and payments that are only rows. The oracle groups lightningd's rows."""

from __future__ import annotations

import random
import unittest
from typing import Any

from fake_host import ended_row, pending_row
from support import Stage, die_on_sigterm
from versions import NEWEST

VERSIONS = ["v23.11", NEWEST]
STATUS = {"pending": "IN_FLIGHT", "complete": "SUCCEEDED", "failed": "FAILED"}
LONG_AGO = 1_600_000_000


def old_rows(count: int) -> list[dict[str, Any]]:
    """Some have several parts or groups, between them are deleted rows, and the first half ended before v23.11."""
    choice = random.Random(5)
    rows: list[dict[str, Any]] = []
    index = 0
    for number in range(count):
        index += choice.choice([1, 1, 1, 1, 2, 40, 3000])
        again = number > 10 and choice.random() < 0.4
        before = choice.choice(rows[-10:]) if again else None
        row = pending_row(index, before["payment_hash"] if before else f"{number + 1:064x}", created_at=LONG_AGO + number // 10)
        row["groupid"] = before["groupid"] + (choice.random() < 0.2) if before else 1
        row["partid"] = number + 1
        row = ended_row(row, choice.choice(["complete", "complete", "failed"]), number + 1)
        row["completed_at"] = row["created_at"] + 1  # long ago: whoever made it has given up
        if number < count // 2:
            row.pop("updated_index")
        rows.append(row)
    return rows


def expected(rows: list[dict[str, Any]], incomplete: bool) -> list[tuple[int, str, list[int]]]:
    """Index, status and attempts of each payment, oldest first."""
    groups: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["payment_hash"], row["groupid"]), []).append(row)
    payments = []
    for parts in groups.values():
        statuses = {row["status"] for row in parts}
        status = next(STATUS[name] for name in ("pending", "complete", "failed") if name in statuses)
        if incomplete or status == "SUCCEEDED":
            indexes = sorted(row["created_index"] for row in parts)
            payments.append((indexes[0], status, indexes))
    return sorted(payments)


class Pages(unittest.TestCase):
    def walk(self, stage: Stage, **params: Any) -> list[tuple[int, str, list[int]]]:
        found: list[Any] = []
        offset = params.pop("index_offset", 0)
        while True:
            answer = stage.node.call("trackpayments", {"index_offset": int(offset), **params})
            page = [(int(p["payment_index"]), p["status"], [int(a["attempt_id"]) for a in p["htlcs"]]) for p in answer["payments"]]
            found = page + found if params.get("reversed") else found + page
            if "next_index_offset" not in answer:
                return found
            offset = answer["next_index_offset"]

    def check(self, stage: Stage) -> None:
        rows = stage.node.call("listsendpays")["payments"]
        for incomplete in (True, False):
            every = expected(rows, incomplete)
            middle = every[len(every) // 2][0]
            params = {"max_payments": 30, "include_incomplete": incomplete}
            self.assertEqual(self.walk(stage, **params), every)
            self.assertEqual(self.walk(stage, reversed=True, **params), every)
            self.assertEqual(self.walk(stage, index_offset=middle, **params), [p for p in every if p[0] > middle])
            self.assertEqual(self.walk(stage, index_offset=middle, reversed=True, **params), [p for p in every if p[0] < middle])
        count, offset = 0, 0
        while offset is not None:
            answer = stage.node.call("trackpayments", {"index_offset": int(offset), "count_total_payments": True})
            count, offset = count + int(answer["num_payments"]), answer.get("next_index_offset")
        self.assertEqual(count, len(expected(rows, True)))

    def test_every_payment_comes_once_in_its_place_on_each_version(self) -> None:
        for version in VERSIONS:
            with self.subTest(version=version), Stage(["--trackpayments-retain=20"], version=version, plugin=False) as stage:
                stage.node.call("standin-rows", {"rows": old_rows(150)})
                stage.start_plugin()
                made = [stage.pay(1_000_000 + n, parts=["settle"] * (1 + n % 3), by="pay") for n in range(24)]
                held = stage.pay(2_000_000, parts=["hold", "settle"], by="pay")
                for payment in made:
                    stage.wait_status(payment, "SUCCEEDED")
                stage.wait_status(held, "IN_FLIGHT", parts=2)
                stage.barrier()
                self.check(stage)
                for payment in (made[1], made[23]):  # evicted, and remembered
                    stage.node.call("delpay", [payment["payment_hash"], "complete"])
                    stage.wait_deletion(payment)
                self.check(stage)
                stage.release(held)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
