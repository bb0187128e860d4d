"""/metrics: the numbers are those of the published payments, Prometheus reads them, and who may."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import tempfile
import unittest
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any, Callable, Iterator

from lnd_stage import LndStage, die_on_sigterm, wait_until  # first: it makes the others importable

import rest_client
from grpc_client import TRACK_PAYMENTS
from prometheus_text import Labels, parse

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
RECIPES = TOP / "contrib" / "README.md"
ALERTS = TOP / "contrib" / "prometheus" / "alerts.yml"
DASHBOARD = json.loads((TOP / "contrib" / "prometheus" / "dashboard.json").read_text())
METRIC = re.compile(r"\b(?:lnd|trackpayments|process)_\w+")
PATH = "/metrics"
Samples = dict[str, dict[Labels, float]]


def labels(**values: str) -> Labels:
    return tuple(sorted(values.items()))


def expected(snapshots: list[dict[str, Any]]) -> dict[str, dict[Labels, float]]:
    """The oracle: the first snapshot of each payment that was published as ended. Here none goes on after it has failed."""
    ended = {payment["payment_hash"]: payment for payment in reversed(snapshots) if payment["status"] != "IN_FLIGHT"}
    counts: dict[str, Counter[Labels]] = {name: Counter() for name in (
        "lnd_total_payments", "lnd_total_htlc_attempts", "trackpayments_payments_ended_total", "trackpayments_attempts_failed_total",
        "trackpayments_attempts_per_payment_sum", "trackpayments_attempts_per_payment_count", "lnd_payment_attempts_per_payment_sum",
        "lnd_payment_attempts_per_payment_count", "trackpayments_paid_satoshis_total", "trackpayments_fees_paid_satoshis_total",
        "trackpayments_settle_duration_seconds_sum", "trackpayments_settle_duration_seconds_count")}
    for payment in ended.values():
        status, attempts = payment["status"].lower(), payment["htlcs"]
        of_status = labels(status=status)
        counts["lnd_total_payments"][of_status] += 1
        counts["lnd_total_htlc_attempts"][of_status] += len(attempts)
        counts["trackpayments_payments_ended_total"][labels(status=status, reason=payment["failure_reason"])] += 1
        for name, where in (("trackpayments_attempts_per_payment", of_status), ("lnd_payment_attempts_per_payment", ())):
            counts[f"{name}_sum"][where] += len(attempts)
            counts[f"{name}_count"][where] += 1
        for failure in (attempt["failure"] for attempt in attempts if attempt["status"] == "FAILED"):
            counts["trackpayments_attempts_failed_total"][
                labels(code=failure["code"], source_index=str(failure["failure_source_index"]))] += 1
        if status == "succeeded":
            settled = max(int(attempt["resolve_time_ns"]) for attempt in attempts if attempt["status"] == "SUCCEEDED")
            counts["trackpayments_paid_satoshis_total"][()] += int(payment["value_msat"]) / 1000
            counts["trackpayments_fees_paid_satoshis_total"][()] += int(payment["fee_msat"]) / 1000
            counts["trackpayments_settle_duration_seconds_count"][()] += 1
            counts["trackpayments_settle_duration_seconds_sum"][()] += (settled - min(int(attempt["attempt_time_ns"]) for attempt in attempts)) / 10**9
    return {name: dict(count) for name, count in counts.items()}


def difference(samples: Samples, wanted: dict[str, dict[Labels, float]]) -> list[str]:
    """What does not agree; series that are 0 need not be expected."""
    return [f"{name} {where}: {samples[name].get(where)}, not {count.get(where, 0)}" for name, count in wanted.items()
            for where in sorted({*samples.get(name, {}), *count})
            if abs(samples[name].get(where, 0) - count.get(where, 0)) > 1e-6]


def families(text: str) -> set[str]:
    return set(re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE))


def of_family(name: str) -> str:
    return re.sub(r"_(bucket|sum|count)$", "", name)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Metrics(unittest.TestCase):
    """One stage for all tests."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.stage = cls.enterClassContext(LndStage(["--trackpayments-failed-after=0", "--trackpayments-lnd-metrics-open=true"]))
        cls.stage.wait_active()
        cls.address = cls.stage.show()["restlisten"][0]
        for tool in ("prometheus", "promtool"):
            if not shutil.which(tool):
                raise RuntimeError(f"{tool} is missing: contrib/check unpacks it, or install Debian's package prometheus")

    def call(self, *headers: str, path: str = PATH) -> tuple[int, str, str]:
        """Status, content type and body."""
        with self.stage.rest(macaroon=None) as client:
            answer = client.call(path, list(headers))
            return answer.status, answer.headers["content-type"], answer.whole().decode()

    def page(self) -> str:
        *head, body = self.call()
        self.assertEqual(head, [200, "text/plain; version=0.0.4; charset=utf-8"])
        return body

    def samples(self) -> Samples:
        return parse(self.page())

    def samples_when(self, test: Callable[[Samples], bool], what: str) -> Samples:
        """Of the first page that passes. The tracker may be slower than a scrape waits."""
        def look() -> Samples | None:
            samples = self.samples()
            return samples if test(samples) else None

        return wait_until(look, what)

    def assert_counted(self) -> Samples:
        """What is published is counted."""
        self.stage.barrier()
        wanted = expected(self.stage.snapshots())
        try:
            wait_until(lambda: not difference(self.samples(), wanted), "the counters")
        except TimeoutError:
            self.fail("\n".join(difference(self.samples(), wanted)))
        return self.samples()

    def test_1_every_payment_is_counted_once(self) -> None:
        stage = self.stage
        self.assertEqual(sum(self.samples()["lnd_total_payments"].values()), 0)
        retry = ["temporary_channel_failure", "settle"]
        for invoice, status in (
                (stage.pay(1_000_000), "SUCCEEDED"), (stage.pay(2_000_000, *retry), "SUCCEEDED"),
                (stage.pay(7_000_000, parts=["settle", {"amount_msat": 3_000_000, "attempts": ["fee_insufficient", "settle"]}]), "SUCCEEDED"),
                (stage.pay(3_000_000, "incorrect_or_unknown_payment_details", by="pay"), "FAILED")):
            stage.wait_status(invoice, status)
        held = stage.pay(5_000_000, "hold")
        begun = int(stage.wait_status(held, "IN_FLIGHT")["creation_time_ns"]) / 10**9
        self.assertEqual(self.assert_counted()["lnd_total_payments"], {labels(status="succeeded"): 3, labels(status="failed"): 1})
        samples = self.samples_when(lambda samples: samples["trackpayments_payments_in_flight"] == {(): 1}, "the payment in flight")
        self.assertEqual(samples["trackpayments_oldest_in_flight_timestamp_seconds"], {(): begun})
        stage.release(held)
        stage.wait_status(held, "SUCCEEDED")
        samples = self.assert_counted()
        self.assertEqual(samples["lnd_total_payments"][labels(status="succeeded")], 4)
        self.assertNotIn("trackpayments_oldest_in_flight_timestamp_seconds", samples)

    def test_2_the_server_and_the_tracker(self) -> None:
        stage = self.stage
        with stage.grpc() as client:
            before = self.samples()
            stream = client.stream(TRACK_PAYMENTS)
            stream.initial_metadata()
            paid = stage.pay(1_000_000)
            stage.wait_status(paid, "SUCCEEDED")
            stream.wait(1)
            self.assertEqual(self.call("Host: example.com")[0], 401)
            samples = self.samples()
            self.assertEqual(samples["trackpayments_lnd_subscribers"][labels(method="TrackPayments")], 1)
            self.assertGreaterEqual(samples["trackpayments_lnd_connections"][()], 2)
            self.assertGreater(samples["trackpayments_lnd_messages_sent_total"][()], before["trackpayments_lnd_messages_sent_total"][()])
            self.assertEqual(samples["trackpayments_lnd_calls_refused_total"][()], before["trackpayments_lnd_calls_refused_total"][()] + 1)
            stream.cancel()
        stage.settle()
        status = stage.node.call("trackpayments-status")
        caught_up = {labels(index="created"): 0, labels(index="updated"): 0}
        samples = self.samples_when(lambda samples: samples.get("trackpayments_tracker_rows_behind") == caught_up, "the tracker's figures")
        for metric, member in (("payments", "payments"), ("payments_in_flight", "payments_in_flight"), ("parts", "parts"),
                               ("waiting_callers", "callers"), ("merged_snapshots_total", "merged_snapshots"), ("reconnects_total", "reconnects")):
            self.assertEqual((metric, samples[f"trackpayments_tracker_{metric}"]), (metric, {(): status[member]}))
        self.assertEqual(samples["trackpayments_up"], {(): 1})

    def test_3_who_may_read_it(self) -> None:
        def rune(method: str) -> str:
            made = self.stage.node.call("createrune", {"restrictions": [[f"method={method}"]]})["rune"]
            self.stage.secrets.add(made)
            return f"Authorization: Bearer {made}"

        other_host, good = "Host: attacker.example", rune("trackpayments-status")
        for wanted, headers in ((200, [other_host, good]), (200, [other_host, f"Grpc-Metadata-Macaroon: {self.stage.macaroon()}"]),
                                (401, [other_host]), (401, ["X-Forwarded-For: 127.0.0.1"]), (200, [])):
            self.assertEqual((headers, self.call(*headers)[0]), (headers, wanted))
        denied = self.call(other_host, rune("trackpayments"))
        self.assertEqual(denied[:2], (403, "text/plain; charset=utf-8"))
        self.assertRegex(denied[2], "^permission denied: .*trackpayments-status, as a bearer token\n$")
        with_it = ["--header", good]
        refused = self.call(other_host, good, path="/v2/router/payments")
        self.assertEqual(refused[0], 500, "a rune for the metrics reads no payment")
        over_http2 = subprocess.run(["curl", "--silent", "--http2", "--cacert", self.stage.certificate, *with_it, f"https://{self.address}{PATH}"],
                                    capture_output=True, check=True).stdout.decode()
        self.assertIn("trackpayments_lnd_connections", families(over_http2))

    def test_4_a_tracker_that_hangs_only_makes_its_own_metrics_missing(self) -> None:
        self.stage.fault("hang", "trackpayments-status")
        try:
            samples = self.samples()
        finally:
            self.stage.fault("unhang", "trackpayments-status")
        self.assertEqual(samples["trackpayments_up"], {(): 0})
        self.assertIn("lnd_total_payments", samples)
        wait_until(lambda: self.samples()["trackpayments_up"] == {(): 1}, "its answer")

    def test_5_page_dashboard_alerts_and_manual_name_the_same_metrics(self) -> None:
        held = self.stage.pay(5_000_000, "hold")
        self.stage.wait_status(held, "IN_FLIGHT")
        every = {"trackpayments_oldest_in_flight_timestamp_seconds", "trackpayments_tracker_parts"}  # those that may be missing
        page = wait_until(lambda: next((page for page in [self.page()] if every <= families(page)), None), "a page with all")
        self.stage.release(held)
        self.stage.wait_status(held, "SUCCEEDED")
        known = families(page)
        manual = (TOP / "man" / "lightning-trackpayments-lnd.7.md").read_text().replace("\\", "")
        self.assertEqual(set(re.findall(r"^\| \*(\w+)\* \| (?:counter|gauge|histogram) \|", manual, re.MULTILINE)), known)
        types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", page, re.MULTILINE))
        self.assertEqual(dict(re.findall(r"^\| \*(\w+)\* \| (\w+) \|", manual, re.MULTILINE)), types)
        shown = {name for panel in DASHBOARD["panels"] for target in panel["targets"] for name in METRIC.findall(target["expr"])}
        self.assertEqual({of_family(name) for name in shown} - known, set())
        watched = {name for expression in self.alert_expressions() for name in METRIC.findall(expression)}
        self.assertEqual({of_family(name) for name in watched} - known, set())
        self.assertGreater(len(shown), 20)

    def test_5_grafana_can_place_the_panels(self) -> None:
        places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
        cells = [(x, y) for p in places for x in range(p["x"], p["x"] + p["w"]) for y in range(p["y"], p["y"] + p["h"])]
        self.assertEqual(len(set(cells)), len(cells), "two panels overlap")
        self.assertLess(max(x for x, _ in cells), 24)
        self.assertEqual(len({panel["id"] for panel in DASHBOARD["panels"]}), len(places))
        for panel in DASHBOARD["panels"]:
            ids = [target["refId"] for target in panel["targets"]]
            self.assertEqual(len(set(ids)), len(ids), panel["title"])
            self.assertEqual(panel["datasource"], {"type": "prometheus", "uid": "${datasource}"})

    def alert_expressions(self) -> Iterator[str]:
        """Of each rule, with the lines of a folded one."""
        yield from re.findall(r"^        expr: ((?:.*\n)(?: {10}.*\n)*)", ALERTS.read_text(), re.MULTILINE)

    def test_6_promtool_finds_nothing(self) -> None:
        lint = subprocess.run(["promtool", "check", "metrics"], input=self.page(), capture_output=True, text=True)
        foreign = [line for line in (lint.stdout + lint.stderr).splitlines() if not line.startswith("lnd_")]  # lndmon's names are as they are
        self.assertEqual(foreign, [])
        rules = subprocess.run(["promtool", "check", "rules", ALERTS], capture_output=True, text=True)
        self.assertEqual((rules.returncode, rules.stderr), (0, ""))
        judged = subprocess.run(["promtool", "test", "rules", HERE / "alerts_test.yml"], capture_output=True, text=True)
        self.assertEqual((judged.returncode, judged.stderr), (0, ""), judged.stdout)
        self.assertIn(f"SUCCESS: {len(list(self.alert_expressions()))} rules found", rules.stdout)

    def test_7_prometheus_scrapes_it(self) -> None:
        rune = self.stage.node.call("createrune", {"restrictions": [["method=trackpayments-status"]]})["rune"]
        self.stage.secrets.add(rune)
        count = self.samples()["lnd_total_payments"][labels(status="succeeded")]
        with tempfile.TemporaryDirectory() as name, Scraper(Path(name), self.address, self.stage.certificate, rune) as prometheus:
            wait_until(lambda: prometheus.value('lnd_total_payments{status="succeeded"}') == count, "the first scrape")
            paid = self.stage.pay(1_000_000)
            self.stage.wait_status(paid, "SUCCEEDED")
            wait_until(lambda: prometheus.value('lnd_total_payments{status="succeeded"}') == count + 1, "a scrape after the payment")
            wait_until(lambda: prometheus.value("trackpayments_up") == 1, "the tracker's answer")
            for panel in DASHBOARD["panels"]:
                for target in panel["targets"]:
                    expression = target["expr"].replace("$__range", "1h").replace("$__rate_interval", "1m")
                    self.assertEqual((expression, prometheus.ask("query", query=expression)["status"]), (expression, "success"))
            rules = prometheus.ask("rules")["data"]["groups"][0]["rules"]
            self.assertEqual({rule["type"] for rule in rules}, {"alerting"})

    def test_8_a_payment_that_fails_again_after_a_restart_is_counted_already(self) -> None:
        with LndStage(["--trackpayments-failed-after=3600", "--trackpayments-lnd-metrics-open=true"]).alone() as stage:
            stage.wait_active()
            self.address, self.stage = stage.show()["restlisten"][0], stage
            failed = stage.pay(3_000_000, "incorrect_or_unknown_payment_details", by="pay")
            stage.wait_status(failed, "FAILED")
            held = stage.pay(5_000_000, "hold")
            stage.wait_status(held, "IN_FLIGHT")
            self.assert_counted()
            stage.node.stop_plugin(stage.plugin_path)
            wait_until(lambda: self.samples()["trackpayments_up"] == {(): 0}, "its end")
            self.assertFalse([name for name in self.samples() if name.startswith("trackpayments_tracker")])
            stage.start_plugin()  # it does not know that the payer has given up
            stage.wait_active()
            wait_until(lambda: stage.statuses(failed)[-1] == "IN_FLIGHT", "a payment that may go on")
            stage.node.call("setconfig", {"config": "trackpayments-failed-after", "val": "0"})
            wait_until(lambda: stage.statuses(failed).count("FAILED") == 2, "its end")
            stage.release(held)
            stage.wait_status(held, "SUCCEEDED")
            samples = self.assert_counted()
            self.assertEqual(samples["lnd_total_payments"], {labels(status="succeeded"): 1, labels(status="failed"): 1})
            self.assertEqual(samples["lnd_total_htlc_attempts"], {labels(status="succeeded"): 1, labels(status="failed"): 1})


class Scraper:
    """Debian's Prometheus, configured as contrib/README.md says."""

    def __init__(self, directory: Path, address: str, certificate: Path, rune: str):
        self.port = free_port()
        (directory / "rune").write_text(rune)
        text = re.search(r"^```yaml\n(rule_files:.*?)^```", RECIPES.read_text(), re.MULTILINE | re.DOTALL)[1]
        for shown, here in {"/etc/prometheus/trackpayments.yml": ALERTS, "/etc/prometheus/trackpayments.rune": directory / "rune",
                            "/etc/prometheus/trackpayments.cert": certificate, "localhost:8080": address}.items():
            assert text.count(shown) == 1, shown
            text = text.replace(shown, str(here))
        (directory / "prometheus.yml").write_text("global: {scrape_interval: 1s}\n" + text)
        self.log = open(directory / "log", "wb")
        self.process = subprocess.Popen(["prometheus", f"--config.file={directory / 'prometheus.yml'}", f"--storage.tsdb.path={directory / 'data'}",
                                         f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=error"], stdout=self.log, stderr=self.log)

    def __enter__(self) -> "Scraper":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()
        self.log.close()

    def ask(self, what: str, **query: str) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self.port}/api/v1/{what}?{urllib.parse.urlencode(query)}"
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url) as answer:
            return json.load(answer)

    def value(self, query: str) -> float | None:
        if self.process.poll() is not None:
            raise AssertionError(f"Prometheus has ended: {Path(self.log.name).read_text()}")
        try:
            found = self.ask("query", query=query)["data"]["result"]
        except OSError:  # it is starting
            return None
        return float(found[0]["value"][1]) if found else None


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
