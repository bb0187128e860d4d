"""The man pages agree with the code: usage, parameters, ranges, defaults, options, topics. Each documented error code is caused once."""

from __future__ import annotations

import re
import sys
import unittest
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
for room in ("e2e", "lightningd"):
    sys.path.append(str(HERE.parent / room))

import schema_checker  # noqa: E402
from fake_host import FakeHost, ended_row, pending_row  # noqa: E402
from page import MAN, Page  # noqa: E402
from support import Stage, die_on_sigterm  # noqa: E402

TRACK = Page("lightning-trackpayments", "trackpayments")
STATUS = Page("lightning-trackpayments-status", "trackpayments-status")
TOPICS = Page("trackpayments-topics")
DELPAY = Page("trackpayments-delpay", "delpay")
HASH = "ab" * 32
FITTING: dict[str, Any] = {"boolean": True, "hex": HASH, "string": "035fdd0c.aaaaaaaa.1.1", "integer": 1}
WRONG: dict[str, Any] = {"boolean": 7, "hex": "zz", "string": {}, "integer": -1}


def manifest(version: str | None, **environment: str) -> dict[str, Any]:
    with FakeHost(version, **environment) as host:
        return host.request("getmanifest", {}, 1)["result"]


def from_usage(usage: str) -> list[tuple[str, bool]]:
    """Names of parameters, and whether they are optional."""
    return [(name.strip("[]"), name.startswith("[")) for name in usage.split()[1:]]


class Table(unittest.TestCase):
    """The method table, for both kinds of host."""

    def test_the_pages_show_the_usage_of_the_manifest(self) -> None:
        for version, pages in (("v26.06.6", [STATUS, TRACK]), (None, [STATUS, TRACK, DELPAY])):
            methods = {method["name"]: method for method in manifest(version)["rpcmethods"]}
            self.assertEqual(sorted(methods), sorted(page.name for page in pages))
            for page in pages:
                self.assertEqual(page.usage(), f"{page.name} {methods[page.name]['usage']}".strip())

    def test_parameters_are_those_of_the_usage_in_its_order(self) -> None:
        for page in (TRACK, DELPAY):
            self.assertEqual([(entry.name, entry.optional) for entry in page.parameters()], from_usage(page.usage()))

    def test_descriptions_name_every_parameter(self) -> None:
        for method in manifest(None)["rpcmethods"]:
            text = method["description"] + method.get("long_description", "")
            for name, _ in from_usage(f"{method['name']} {method['usage']}"):
                self.assertIn("{" + name + "}", text)

    def test_lightningds_own_delpay_has_the_same_usage(self) -> None:
        with Stage() as stage:
            for page in (TRACK, DELPAY):
                self.assertEqual(stage.node.call("help", {"command": page.name})["help"][0]["command"], page.usage())

    def test_options_have_the_defaults_and_ranges_shown(self) -> None:
        declared = {option["name"]: option for option in manifest("v26.06.6")["options"] if not option.get("deprecated")}
        options = TRACK.options()
        self.assertEqual([option.name for option in options], list(declared))
        with FakeHost() as host:
            host.begin()
            for option in options:
                self.assertEqual(option.default(), str(declared[option.name]["default"]))
                self.assertEqual("Dynamic." in option.text, declared[option.name].get("dynamic", False))
                if declared[option.name]["type"] == "string":
                    continue
                least, most = option.range() or (0, 0)
                for value, taken in ((least, True), (most, True), (least - 1, False), (most + 1, False)):
                    params = {"config": option.name, "val": str(value)}
                    for method, more in (("setconfig", {}), ("check", {"command_to_check": "setconfig"})):
                        self.assertEqual("result" in host.request(method, {**params, **more}), taken, (option.name, value, method))

    def test_topics_are_those_of_the_manifest(self) -> None:
        shown = re.findall(r"^(trackpayments\w*): ", TOPICS.plain("TOPICS"), re.M)
        self.assertEqual(shown, [topic["method"] for topic in manifest("v26.06.6")["notifications"]])

    def test_the_environment_variable_works(self) -> None:
        name, value = TRACK.plain("ENVIRONMENT").split()[0].split("=")
        self.assertEqual(manifest("v26.06.6", **{name: value})["hooks"], [])
        self.assertNotEqual(manifest("v26.06.6")["hooks"], [])

    def test_every_page_is_built(self) -> None:
        text = (MAN / "meson.build").read_text()
        for path in MAN.glob("*.7.md"):
            self.assertIn(f"'{path.name.removesuffix('.md')}'", text)


class Parameters(unittest.TestCase):
    def answer(self, page: Page, params: dict[str, Any]) -> dict[str, Any]:
        return self.host.request("check", {"command_to_check": page.name, **params})

    def setUp(self) -> None:
        self.host = FakeHost(None)  # serves both
        self.addCleanup(self.host.__exit__, None)
        self.host.begin(identity=1)

    def needed(self, page: Page) -> dict[str, Any]:
        return {"payment_hash": HASH, "status": "failed", "partid": 1, "groupid": 1} if page is DELPAY else {}

    def with_needed(self, page: Page, name: str, value: Any) -> dict[str, Any]:
        """The parameters of a page of payments need its offset."""
        names = [entry.name for entry in page.parameters()]
        of_page = page is TRACK and names.index(name) > names.index("index_offset")
        return {**self.needed(page), **({"index_offset": 0} if of_page else {}), name: value}

    def test_each_parameter_has_the_type_shown(self) -> None:
        for page in (TRACK, DELPAY):
            for entry in page.parameters():
                good = "complete" if entry.name == "status" else FITTING[entry.kind]
                with self.subTest(page=page.name, parameter=entry.name):
                    self.assertIn("result", self.answer(page, self.with_needed(page, entry.name, good)))
                    error = self.answer(page, self.with_needed(page, entry.name, WRONG[entry.kind]))["error"]
                    self.assertEqual(error["code"], -32602)
                    self.assertTrue(error["message"].startswith(f"{entry.name}: "), error["message"])

    def test_ranges_are_as_shown(self) -> None:
        with_range = [entry for entry in TRACK.parameters() if entry.range()]
        self.assertEqual([entry.name for entry in with_range], ["timeout", "max_payments"])
        for entry in with_range:
            least, most = entry.range() or (0, 0)
            for value, taken in ((least - 1, False), (least, True), (most, True), (most + 1, False)):
                self.assertEqual("result" in self.answer(TRACK, self.with_needed(TRACK, entry.name, value)), taken, value)

    def test_the_values_of_status_are_as_shown(self) -> None:
        status = next(entry for entry in DELPAY.parameters() if entry.name == "status")
        allowed = re.match(r"(\w+) or (\w+)\.", status.text)
        for name, taken in ((allowed[1], True), (allowed[2], True), ("pending", False)):
            self.assertEqual("result" in self.answer(DELPAY, {"payment_hash": HASH, "status": name}), taken, name)

    def test_requests_of_the_examples_are_accepted_and_their_responses_are_possible(self) -> None:
        row = schema_checker.load("delpay")["response"]
        for page, count in ((TRACK, 4), (STATUS, 1), (DELPAY, 2)):
            examples = page.examples()
            self.assertEqual(len(examples), count)
            for request, response in examples:
                params = {} if request["params"] == [] else request["params"]
                self.assertEqual(request["method"], page.name)
                self.assertIn("result", self.answer(page, params), request)
                if page is DELPAY:
                    self.assertEqual(schema_checker.complaints(response, row), [])
                    wanted = request["params"]
                    for deleted in response["payments"]:
                        self.assertEqual({name: deleted[name] for name in wanted}, wanted)


class Errors(unittest.TestCase):
    """Causes each code of a page. A code that is on the page and cannot occur, or the other way round, is noticed."""

    def code(self, host: FakeHost, method: str, params: Any) -> int:
        return host.request(method, params)["error"]["code"]

    def test_delpay(self) -> None:
        with Stage(["--trackpayments-failed-after=0"]) as stage:
            paid = stage.pay(5_000_000)
            stage.wait_status(paid, "SUCCEEDED")
            happened = {
                stage.refused("delpay", [paid["payment_hash"]])[0],
                stage.refused("delpay", [paid["payment_hash"], "pending"])[0],
                stage.refused("delpay", {"payment_hash": paid["payment_hash"], "status": "complete", "partid": 1})[0],
                stage.refused("delpay", [HASH, "complete"])[0],
                stage.refused("delpay", [paid["payment_hash"], "complete", 9, 9])[0],
                stage.refused("delpay", [paid["payment_hash"], "failed"])[0],
            }
            shown = DELPAY.json_blocks()[-1]
            code, message = stage.refused("delpay", [paid["payment_hash"], "failed"])
            self.assertEqual((code, message), (shown["code"], re.sub("[0-9a-f]{64}", paid["payment_hash"], shown["message"])))
        self.assertEqual(happened, set(DELPAY.errors()))

    def test_trackpayments(self) -> None:
        happened = self.refusals()
        happened["the socket is lost"] = self.lost_socket()
        happened["too many wait"] = self.too_many()
        self.assertEqual(happened, {
            "unknown parameter": -32602, "malformed": -32602, "malformed cursor": -32602, "another node's": -32602,
            "beyond the counters": -32602, "an old lightningd": -32602, "unknown hash": 208, "the socket is lost": -1, "too many wait": -1})
        self.assertEqual(set(happened.values()), set(TRACK.errors()))

    def refusals(self) -> dict[str, int]:
        with Stage() as stage:
            stage.wait_status(stage.pay(5_000_000), "SUCCEEDED")
            node = stage.node.call("trackpayments")["cursor"].split(".")[0]
            happened = {name: stage.refused("trackpayments", params)[0] for name, params in {
                "unknown parameter": {"payment": HASH},
                "malformed": {"timeout": "soon"},
                "malformed cursor": {"since": "yesterday"},
                "another node's": {"since": "12345678.aaaaaaaa.0.0"},
                "beyond the counters": {"since": f"{node}.aaaaaaaa.999.0"},
                "unknown hash": {"payment_hash": HASH},
            }.items()}
        with FakeHost("v23.08") as host:
            host.begin(waits=False)
            happened["an old lightningd"] = self.code(host, "trackpayments", {"since": "00000000.aaaaaaaa.0.0"})
        return happened

    def lost_socket(self) -> int:
        rows = [ended_row(pending_row(n), "complete", n) for n in range(1, 4)]
        with FakeHost(rows=rows) as host:
            host.begin()

            def hang_up(*_: Any) -> None:
                host.hang_up()

            host.answers["listsendpays"] = hang_up
            return self.code(host, "trackpayments", {"since": "00000000.aaaaaaaa.0.0"})

    def too_many(self) -> int:
        with FakeHost(rows=[pending_row(1)]) as host:
            host.answers["listsendpays"] = lambda params, token: None  # so the plugin does not finish its start
            host.begin(waits=False)
            limit = int(re.search(r"At most (\d+) callers wait", TRACK.plain("WAITING CALLERS"))[1])
            host.send(*({"id": f"stays {n}", "method": "trackpayments", "params": {"timeout": 3600}} for n in range(limit)))
            host.barrier()
            self.assertFalse([m for m in host.messages if str(m.get("id", "")).startswith("stays")], "all of them wait")
            host.send({"id": "one more", "method": "trackpayments", "params": {"timeout": 3600}})
            return host.reply("stays 0")["error"]["code"]


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
