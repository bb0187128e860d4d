"""contrib/prometheus without processes: the counts, the text file, the queries of the dashboard."""

import json
import os
import re
import tempfile
import unittest
from pathlib import Path

from node import CONTRIB, attempt, die_on_sigterm, payment
from prometheus_text import parse

import counts as counts_module
from counts import Counts
from textfile import render, replace

DASHBOARD = json.loads((CONTRIB / "prometheus" / "dashboard.json").read_text(encoding="utf-8"))


def made(status: str, *attempts: int, **more: object) -> dict:
    return payment(status, *(attempt(n, "FAILED") for n in attempts), **more)


class Counting(unittest.TestCase):
    def setUp(self) -> None:
        self.counts = Counts()

    def take(self, *payments: dict, now: float = 1000.0) -> None:
        for one in payments:
            self.counts.take(one, now)

    def assert_counted(self, succeeded: int, failed: int, attempts: tuple[int, int], histogram: list[int], total: int) -> None:
        # Through JSON, as after a restart.
        self.counts = Counts(json.loads(json.dumps(self.counts.data)))
        exported = parse(render(self.counts.data))
        self.assertEqual(exported["lnd_total_payments"], {(("status", "succeeded"),): succeeded, (("status", "failed"),): failed})
        self.assertEqual(exported["lnd_total_htlc_attempts"],
                         {(("status", "succeeded"),): attempts[0], (("status", "failed"),): attempts[1]})
        self.assertEqual(list(exported["lnd_payment_attempts_per_payment_bucket"].values()), histogram)
        self.assertEqual(exported["lnd_payment_attempts_per_payment_sum"][()], total)

    def test_nothing_is_counted_before_its_end(self) -> None:
        self.take(made("IN_FLIGHT", 1, 2))
        self.counts.settle(9999, 0)
        self.assert_counted(0, 0, (0, 0), [0] * 11, 0)

    def test_a_repeated_payment_is_counted_once(self) -> None:
        for _ in range(3):
            self.take(made("SUCCEEDED", 1, 2, 3), made("FAILED", 4, payment_hash="cd" * 32), made("IN_FLIGHT", 1, 2))
            self.counts.settle(1060, 60)
        self.assert_counted(1, 1, (3, 1), [1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2], 4)

    def test_the_buckets_are_those_of_lndmon(self) -> None:
        for size, payment_hash in ((1, "01"), (2, "02"), (3, "03"), (512, "04"), (513, "05")):
            self.take(made("SUCCEEDED", *range(1, size + 1), payment_hash=payment_hash * 32))
        text = render(self.counts.data)
        self.assertEqual(re.findall(r'le="([^"]+)"\} (\d+)', text),
                         [("1", "1"), ("2", "2"), ("4", "3"), ("8", "3"), ("16", "3"), ("32", "3"), ("64", "3"), ("128", "3"),
                          ("256", "3"), ("512", "4"), ("+Inf", "5")])
        parse(text)

    def test_a_failure_is_counted_when_it_has_lasted(self) -> None:
        self.take(made("FAILED", 1), now=1000)
        self.take(made("FAILED", 1), now=1050)
        self.counts.settle(1059.9, 60)
        self.assert_counted(0, 0, (0, 0), [0] * 11, 0)
        self.counts.settle(1060, 60)
        self.assert_counted(0, 1, (0, 1), [1] * 11, 1)

    def test_a_payment_that_goes_on_is_counted_by_its_last_outcome(self) -> None:
        self.take(made("FAILED", 1), now=1000)
        self.take(made("IN_FLIGHT", 1, 2), now=1010)
        self.counts.settle(9999, 60)
        self.assert_counted(0, 0, (0, 0), [0] * 11, 0)
        self.take(made("SUCCEEDED", 1, 2), now=10000)
        self.counts.settle(99999, 60)
        self.assert_counted(1, 0, (2, 0), [0] + [1] * 10, 2)

    def test_a_later_failure_lasts_from_its_own_time(self) -> None:
        self.take(made("FAILED", 1), now=1000)
        self.take(made("FAILED", 1, 2), now=1050)  # the state in between was merged
        self.counts.settle(1070, 60)
        self.assert_counted(0, 0, (0, 0), [0] * 11, 0)
        self.counts.settle(1110, 60)
        self.assert_counted(0, 1, (0, 2), [0] + [1] * 10, 2)

    def test_an_old_snapshot_does_not_undo_the_outcome(self) -> None:
        self.take(made("FAILED", 1, 2), made("IN_FLIGHT", 1, 2), made("IN_FLIGHT", 1))
        self.counts.settle(1060, 60)
        self.assert_counted(0, 1, (0, 2), [0] + [1] * 10, 2)

    def test_a_counted_failure_that_succeeds_later_counts_with_its_new_attempts(self) -> None:
        self.take(made("FAILED", 1, 2))
        self.counts.settle(1060, 60)
        self.take(made("IN_FLIGHT", 1, 2, 3), made("SUCCEEDED", 1, 2, 3), made("SUCCEEDED", 1, 2, 3))
        self.assert_counted(1, 1, (1, 2), [0, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2], 5)

    def test_a_counted_failure_that_fails_again_only_adds_its_attempts(self) -> None:
        self.take(made("FAILED", 1))
        self.counts.settle(1060, 60)
        self.take(made("FAILED", 1, 2, 3), now=2000)
        self.counts.settle(2060, 60)
        self.assert_counted(0, 1, (0, 3), [1] * 11, 1)

    def test_a_paid_payment_never_becomes_failed(self) -> None:
        self.take(made("SUCCEEDED", 1), made("FAILED", 1), made("FAILED", 1, 2))
        self.counts.settle(9999, 60)
        self.assert_counted(1, 0, (1, 0), [1] * 11, 1)

    def test_attempts_distinguish_the_payments_of_one_hash_in_any_order(self) -> None:
        self.take(made("SUCCEEDED", 7, 9, index=7), made("FAILED", 1, 2, index=1), made("FAILED", 4, index=4))
        self.counts.settle(1060, 60)
        self.take(made("SUCCEEDED", 7, 9, index=7), made("FAILED", 1, 2, index=1))
        self.assert_counted(1, 2, (2, 3), [1] + [3] * 10, 5)

    def test_a_payment_without_its_first_row_is_recognised(self) -> None:
        self.take(made("SUCCEEDED", 1, 2), made("SUCCEEDED", 2, index=2))
        self.assert_counted(1, 0, (2, 0), [0] + [1] * 10, 2)

    def test_a_clock_set_back_delays_no_count_for_ever(self) -> None:
        self.take(made("FAILED", 1), now=5000)
        self.counts.settle(1000, 60)
        self.assert_counted(0, 1, (0, 1), [1] * 11, 1)

    def test_memory_is_bounded_and_the_newest_stay(self) -> None:
        known, counts_module.REMEMBERED = counts_module.REMEMBERED, 3
        self.addCleanup(setattr, counts_module, "REMEMBERED", known)
        for n in range(1, 9):
            self.take(made("SUCCEEDED", n, payment_hash=f"{n:02}" * 32))
        self.assertEqual([name[:2] for name in self.counts.data["counted"]], ["06", "07", "08"])


class Textfile(unittest.TestCase):
    def test_readers_see_the_old_file_or_the_new_one(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "x.prom"
            replace(str(path), "old\n", 0o644)
            with open(path, encoding="utf-8") as reader:
                mask = os.umask(0o077)
                self.addCleanup(os.umask, mask)
                replace(str(path), "new\n", 0o644)
                self.assertEqual(reader.read(), "old\n")
            self.assertEqual(path.read_text(), "new\n")
            self.assertEqual(path.stat().st_mode & 0o777, 0o644, "node_exporter is another user")
            self.assertEqual(os.listdir(directory), ["x.prom"])

    def test_a_failure_leaves_no_temporary_file(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            os.mkdir(f"{directory}/x.prom")
            with self.assertRaises(OSError):
                replace(f"{directory}/x.prom", "text\n", 0o644)
            self.assertEqual(os.listdir(directory), ["x.prom"])

    def test_the_parser_of_these_tests_refuses_wrong_text(self) -> None:
        good = render(Counts().data)
        parse(good)
        last = good.splitlines()[-1] + "\n"
        for wrong in (good[:-1], good + last.replace(" 0", " 1"), good.replace("# TYPE lnd_total_payments counter\n", ""), good + "x 1\n",
                      good.replace(last, last.replace(" 0", " 1")), good.replace('"1"', '"3"'), good + "\n", good.replace('"}', "}")):
            with self.assertRaises((ValueError, KeyError), msg=wrong):
                parse(wrong)


class Dashboard(unittest.TestCase):
    FUNCTIONS = {"sum", "by", "rate", "increase", "histogram_quantile"}

    def expressions(self) -> list[str]:
        return [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]

    def test_its_queries_use_all_written_metrics_and_no_others(self) -> None:
        written = parse(render(Counts().data))
        asked = set()
        for expression in self.expressions():
            for name, labels in re.findall(r"\b([a-z_]+)(?:\{([^}]*)\})?\[", expression):
                asked.add(name)
                self.assertIn(name, written, expression)
                for label, value in re.findall(r'(\w+)=~?"([^"]*)"', labels):
                    found = [sample for sample in written[name] if re.fullmatch(value, dict(sample).get(label, ""))]
                    self.assertEqual(len(found), 1, f"{label} {value}: {expression}")
        self.assertEqual(asked, set(written))

    def test_its_queries_use_known_names_only(self) -> None:
        for expression in self.expressions():
            label_names = {"status", "le"} if " by (" in expression else set()
            bare = re.sub(r"\{[^}]*\}|\[\$__(rate_interval|range)\]", "", expression)
            self.assertNotIn("$", bare)
            names = set(re.findall(r"[a-zA-Z_]+", bare)) - self.FUNCTIONS - label_names
            self.assertTrue(names and all(name.startswith("lnd_") for name in names), expression)
            self.assertEqual(expression.count("("), expression.count(")"))

    def test_grafana_can_place_its_panels(self) -> None:
        places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
        cells = [(x, y) for p in places for x in range(p["x"], p["x"] + p["w"]) for y in range(p["y"], p["y"] + p["h"])]
        self.assertEqual(len(set(cells)), len(cells), "two panels overlap")
        self.assertLess(max(x for x, _ in cells), 24)
        self.assertEqual(len({panel["id"] for panel in DASHBOARD["panels"]}), len(places))
        for panel in DASHBOARD["panels"]:
            ids = [target["refId"] for target in panel["targets"]]
            self.assertEqual(len(set(ids)), len(ids), panel["title"])
            self.assertEqual(panel["datasource"], {"type": "prometheus", "uid": "${datasource}"})


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
