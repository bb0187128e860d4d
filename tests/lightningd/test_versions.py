#!/usr/bin/env python3
"""The stand-in behaves as older versions of lightningd. The expected behaviour of each is written down by hand from their sources
(version.hpp names the files) and from src/cln/README.md, "Versions"."""

from __future__ import annotations

import json
import shutil
import tempfile
import unittest
from pathlib import Path
from typing import Any

from standin import SUBSCRIBER, RpcError, StandIn, json_lines, wait_until

ODD_PLUGIN = str(Path(__file__).resolve().parent / "odd_plugin.py")
OLD, REDIRECTS, DOUBLES, FILTERS, NEW = VERSIONS = ("v23.11", "v24.11", "v25.05", "v25.12", "v26.06.6")
PATCHED = "v24.11.2"  # as v24.11, but for its name and the members of xpay's rows
PEER = "02f53b29c8910ace66818a4bc2e4ec79bcebef037bdf8d22f3f5de2e0dfbccd4a8"
PAYEE = "022b275efc6f2e07d91067ef7ed4eb03290f85f3a1023ff9a074ae5b68401e2d90"
HASH = "00" * 32


class Versions(unittest.TestCase):
    def node(self, version: str, odd: dict[str, Any] | None = None, start: bool = True, environment: dict[str, str] | None = None,
             **more: Any) -> StandIn:  # fmt: skip
        node = StandIn(environment={"VERSION_AS": version, "ODD": json.dumps(odd or {}), **(environment or {})}, **more)
        self.addCleanup(node.close)
        return node.start() if start else node

    def each(self, expected: dict[str, Any]) -> list[tuple[str, Any]]:
        """Runs a subtest for each version; every version must be given."""
        self.assertEqual(tuple(expected), VERSIONS)
        return list(expected.items())

    def code(self, node: StandIn, method: str, params: Any) -> int | None:
        try:
            node.call(method, params)
        except RpcError as error:
            return error.code
        return None

    def heard(self, node: StandIn, count: int, name: str = "subscriber.jsonl") -> list[dict[str, Any]]:
        path = node.network_directory / name
        wait_until(lambda: len(json_lines(path)) >= count, f"{count} messages")
        return json_lines(path)

    def spied(self, version: str, odd: dict[str, Any], options: list[str] | None = None) -> tuple[StandIn, Path]:
        """A node with the odd plugin, and the file with that plugin's input."""
        directory = Path(tempfile.mkdtemp(prefix="standin-"))
        self.addCleanup(shutil.rmtree, directory)
        spy = directory / "spy"
        spy.write_text(f"#!/bin/sh\nenv > {directory}/env\ntee {directory}/in | {ODD_PLUGIN}\n")
        spy.chmod(0o755)
        return self.node(version, odd, plugins=[str(spy)], options=options), directory

    # Names of versions

    def test_each_reports_its_version(self) -> None:
        for version in (*VERSIONS, PATCHED):
            node, directory = self.spied(version, {})
            self.assertEqual(node.call("getinfo")["version"], version)
            self.assertIn(f"LIGHTNINGD_VERSION={version}\n", (directory / "env").read_text())
            self.assertIn(f"lightningd {version}", node.log())

    def test_other_versions_are_refused(self) -> None:
        for version in ("v22.11", "v26.06.7", "23.11"):
            node = self.node(version, start=False)
            node.start(wait=False)
            self.assertEqual(node.wait_exit(), 1)
            self.assertIn("is not imitated", node.stderr())

    # Plugins

    def test_ids_are_numbers_or_strings(self) -> None:
        # getmanifest, and other requests for a plugin with and without nonnumericids
        for version, kinds in self.each({OLD: (int, str, int), REDIRECTS: (int, str, str), DOUBLES: (str, str, str),
                                         FILTERS: (str, str, str), NEW: (str, str, str)}):
            for says in (True, False):
                hook = {"hooks": [{"name": "rpc_command", "filters": ["delpay"]}], "options": [
                    {"name": "odd-int", "type": "int", "default": 5, "description": "d", "dynamic": True}]}
                node, directory = self.spied(version, {"manifest": hook, "without": [] if says else ["nonnumericids"]})
                node.call("odd-echo", {}, request_id="mine")
                self.assertEqual(self.code(node, "delpay", [HASH, "complete"]), 208)
                seen = directory / "in"  # where tee may be late
                wait_until(lambda: seen.read_text().count("\n\n") >= 4 and "rpc_command" in seen.read_text(), "the messages")
                texts = [json.loads(text) for text in seen.read_text().split("\n\n") if text]
                ids = {m["method"]: m["id"] for m in texts if "id" in m}
                self.assertIs(type(ids["getmanifest"]), kinds[0], version)
                for method in ("init", "rpc_command", "odd-echo"):
                    self.assertIs(type(ids[method]), kinds[1 if says else 2], f"{version} {method} {says}")
                if kinds[1 if says else 2] is str:
                    self.assertRegex(ids["odd-echo"], r"^mine/cln:odd-echo#\d+$")
                node.close()

    def test_newer_versions_refuse_plugins_that_need_numeric_ids(self) -> None:
        for version, accepted in self.each({OLD: True, REDIRECTS: False, DOUBLES: False, FILTERS: False, NEW: False}):
            node = self.node(version, {"manifest": {"nonnumericids": False}})
            self.assertEqual(self.code(node, "plugin", ["start", ODD_PLUGIN]), None if accepted else -3)
        node = self.node(OLD, {"manifest": {"nonnumericids": False}}, options=["--allow-deprecated-apis=false"])
        self.assertEqual(self.code(node, "plugin", ["start", ODD_PLUGIN]), -3)

    def test_filters_are_applied_or_every_command_comes_to_the_hook(self) -> None:
        for version, honours in self.each({OLD: False, REDIRECTS: False, DOUBLES: False, FILTERS: True, NEW: True}):
            node = self.node(version, plugins=[str(SUBSCRIBER)], environment={"SUBSCRIBER_HOOK": "delpay"})
            node.call("getinfo")
            self.code(node, "delpay", [HASH, "complete"])
            methods = [m["params"]["rpc_command"]["method"] for m in self.heard(node, 1 if honours else 2)]
            self.assertEqual(methods, ["delpay"] if honours else ["getinfo", "delpay"], version)

    def test_filters_of_a_hook_without_filters_kill_the_plugin_only_where_filters_are_known(self) -> None:
        for version, accepted in self.each({OLD: True, REDIRECTS: True, DOUBLES: True, FILTERS: False, NEW: False}):
            node = self.node(version, {"manifest": {"hooks": [{"name": "htlc_accepted", "filters": ["x"]}]}})
            self.assertEqual(self.code(node, "plugin", ["start", ODD_PLUGIN]), None if accepted else -3)

    def test_a_method_needs_a_description_only_in_the_oldest(self) -> None:
        for version, accepted in self.each({OLD: False, REDIRECTS: True, DOUBLES: True, FILTERS: True, NEW: True}):
            node = self.node(version, {"manifest": {"rpcmethods": [{"name": "odd-mute", "usage": ""}]}})
            self.assertEqual(self.code(node, "plugin", ["start", ODD_PLUGIN]), None if accepted else -3)

    def test_check_reaches_plugins_with_cancheck_from_v24_05(self) -> None:
        for version, hears in self.each({OLD: False, REDIRECTS: True, DOUBLES: True, FILTERS: True, NEW: True}):
            node, directory = self.spied(version, {"manifest": {"cancheck": True}})
            waiting = node.rpc.send("check", {"command_to_check": "odd-echo", "nonsense": 1})
            if hears:  # and does not answer it
                wait_until(lambda: '"method":"check"' in (directory / "in").read_text().replace(" ", ""), "the check")
            else:
                self.assertEqual(node.rpc.result(waiting), {"command_to_check": "odd-echo"})

    def test_the_oldest_has_no_level_trace(self) -> None:
        text = '{"jsonrpc":"2.0","method":"log","params":{"level":"trace","message":"m"}}'
        for version, knows in self.each({OLD: False, REDIRECTS: True, DOUBLES: True, FILTERS: True, NEW: True}):
            self.assertEqual(self.code(self.node(version, plugins=[ODD_PLUGIN]), "odd-write", [text]), None if knows else -4)

    def test_newer_versions_give_plugins_more_time_to_start(self) -> None:
        # The time is read in the log, not waited for; test_plugins shows with a short one that it ends the start.
        for version, seconds in self.each({OLD: 60, REDIRECTS: 60, DOUBLES: 120, FILTERS: 120, NEW: 120}):
            log = self.node(version, plugins=[ODD_PLUGIN]).log()
            for what in ("getmanifest", "init"):
                self.assertIn(f"plugin-odd_plugin.py: {seconds}000 ms for {what}\n", log)

    # Topics

    def test_custom_topics_are_wrapped_by_version(self) -> None:
        params = {"u": "₿", "origin": "mine"}
        old = {"jsonrpc": "2.0", "method": "oddtopic", "params": {"origin": "odd_plugin.py", "payload": params}}
        new = {"jsonrpc": "2.0", "method": "oddtopic", "origin": "odd_plugin.py", "params": params}
        for version, expected in self.each({OLD: old, REDIRECTS: old, DOUBLES: old, FILTERS: new, NEW: new}):
            node = self.node(version, plugins=[ODD_PLUGIN, str(SUBSCRIBER)], environment={"SUBSCRIBER_TOPICS": "oddtopic"})
            node.call("odd-emit", ["oddtopic", json.dumps(params)])
            (message,) = self.heard(node, 1)
            del message["t"]
            self.assertEqual(message, expected, version)

    def test_a_topic_and_star_give_it_twice_from_v25_05(self) -> None:
        for version, times in self.each({OLD: 1, REDIRECTS: 1, DOUBLES: 2, FILTERS: 2, NEW: 2}):
            node = self.node(version, plugins=[ODD_PLUGIN, str(SUBSCRIBER)], environment={"SUBSCRIBER_TOPICS": "oddtopic,*"})
            for number in (1, 2):
                node.call("odd-emit", ["oddtopic", f"[{number}]"])
            heard = [m for m in self.heard(node, times + 1) if m["method"] == "oddtopic"]
            first = [m for m in heard if m["params"] in ([1], {"origin": "odd_plugin.py", "payload": [1]})]
            self.assertEqual(len(first), times, version)

    def test_which_topics_are_known(self) -> None:
        none: set[str] = set()
        plugin, part = {"plugin_started", "plugin_stopped"}, {"pay_part_start", "pay_part_end"}
        topics = plugin | part | {"log", "sendpay_success", "pay_failure"}
        for version, unknown in self.each({OLD: plugin | part | {"log"}, REDIRECTS: plugin | part, DOUBLES: part, FILTERS: none,
                                           NEW: none}):
            node = self.node(version, plugins=[str(SUBSCRIBER)], environment={"SUBSCRIBER_TOPICS": ",".join(sorted(topics))})
            complained = {topic for topic in topics if f"topic '{topic}' is not a known notification topic" in node.log()}
            self.assertEqual(complained, unknown, version)

    def test_topics_of_payments_that_subscribers_of_everything_get(self) -> None:
        plugins, parts = ["plugin_started", "plugin_stopped"], ["pay_part_end", "pay_part_start"]
        rows = ["pay_success", "sendpay_success"]
        for version, topics in self.each({OLD: rows, REDIRECTS: rows, DOUBLES: rows + plugins, FILTERS: rows + plugins + parts,
                                          NEW: rows + plugins + parts}):
            node = self.node(version, plugins=[str(SUBSCRIBER)], environment={"SUBSCRIBER_TOPICS": "*"})
            node.start_plugin(ODD_PLUGIN)
            node.stop_plugin(ODD_PLUGIN)
            if version != OLD:
                node.call("xpay", [node.invoice(1000, "one")["bolt11"]])
            invoice = node.invoice(1000, "two")
            node.call("pay", [invoice["bolt11"]])
            wait_until(lambda: [m for m in json_lines(node.network_directory / "subscriber.jsonl") if m["method"] == "pay_success"], "it")
            heard = self.heard(node, 1)
            # The start of the subscriber itself is among them.
            self.assertEqual(sorted({m["method"] for m in heard}), sorted(topics), version)
            (success,) = [m for m in heard if m["method"] == "pay_success"]
            fields = {"payment_hash": invoice["payment_hash"], "bolt11": invoice["bolt11"]}
            wrapped = {"origin": "pay", "payload": fields}
            self.assertEqual(success["params"], wrapped if version in (OLD, REDIRECTS, DOUBLES) else {**wrapped, "pay_success": fields})

    # Commands

    def test_wait_answers_with_the_members_of_its_version(self) -> None:
        both = {"details", "sendpays"}
        for version, members in self.each({OLD: {"details"}, REDIRECTS: {"details"}, DOUBLES: both, FILTERS: both, NEW: both}):
            for deprecated in (True, False):
                node = self.node(version, options=[] if deprecated else ["--allow-deprecated-apis=false"])
                waiting = node.rpc.send("wait", ["sendpays", "created", 1])
                invoice = node.invoice(1000, "one")
                with node.new_client() as other:
                    other.call("pay", [invoice["bolt11"]])
                reply = node.rpc.result(waiting)
                present = members if deprecated or members == {"details"} else {"sendpays"}
                self.assertEqual(set(reply), {"subsystem", "created"} | present, version)
                part = reply["sendpays" if "sendpays" in present else "details"]
                self.assertEqual(part, {"status": "pending", "partid": 0, "groupid": 1, "payment_hash": invoice["payment_hash"]})
                self.assertEqual(node.call("wait", ["sendpays", "created", 0]), {"subsystem": "sendpays", "created": 1})
                node.close()

    def test_subsystems_and_indexes_of_wait(self) -> None:
        three = {"forwards", "invoices", "sendpays"}
        moves = {"chainmoves", "channelmoves", "networkevents"}
        for version, known in self.each({OLD: three, REDIRECTS: three, DOUBLES: three | {"htlcs"}, FILTERS: three | moves | {"htlcs"},
                                         NEW: three | moves | {"htlcs"}}):
            node = self.node(version)
            answers = {name: self.code(node, "wait", [name, "created", 0]) for name in three | moves | {"htlcs", "moves"}}
            self.assertEqual({name for name, code in answers.items() if code is None}, known, version)
            self.assertEqual({code for name, code in answers.items() if name not in known}, {-32602})

    def test_xpay_is_there_from_v24_11(self) -> None:
        for version, there in self.each({OLD: False, REDIRECTS: True, DOUBLES: True, FILTERS: True, NEW: True}):
            node = self.node(version)
            known = {entry["command"].split(" ")[0] for entry in node.call("help")["help"]}
            self.assertEqual(known & {"xpay", "injectpaymentonion"}, {"xpay", "injectpaymentonion"} if there else set())
            self.assertEqual("xpay-handle-pay" in node.call("listconfigs")["configs"], there)
            code = self.code(node, "xpay", [node.invoice(1000, "one")["bolt11"]])
            self.assertEqual(code, None if there else -32601)

    def test_rows_and_injectpaymentonion_of_xpay(self) -> None:
        base = {"onion", "payment_hash", "amount_msat", "cltv_expiry", "partid", "groupid", "invstring"}
        whole = (base | {"destination_msat"}, {"amount_msat": 1000, "destination": PAYEE})
        for version, expected in list({REDIRECTS: (base, {}), PATCHED: whole, DOUBLES: whole, FILTERS: whole, NEW: whole}.items()):
            hook = {"SUBSCRIBER_TOPICS": "", "SUBSCRIBER_HOOK": "injectpaymentonion"}
            node = self.node(version, plugins=[str(SUBSCRIBER)], environment=hook)
            node.call("xpay", [node.invoice(1000, "one")["bolt11"]])
            (call,) = [m["params"]["rpc_command"] for m in json_lines(node.network_directory / "subscriber.jsonl")
                       if m["params"]["rpc_command"]["method"] == "injectpaymentonion"]
            (row,) = node.rows()
            self.assertEqual((set(call["params"]), {k: v for k, v in row.items() if k in ("amount_msat", "destination")}), expected)
            self.assertEqual(row["amount_sent_msat"], call["params"]["amount_msat"])

    def test_parameters_of_later_versions_are_refused(self) -> None:
        onion = {"onion": "00" * 1366, "payment_hash": HASH, "amount_msat": 5, "partid": 1}
        injected = {**onion, "cltv_expiry": 120, "groupid": 1}
        sent = {**onion, "first_hop": {"id": PEER, "amount_msat": 5, "delay": 9, "channel": "103x1x0"}}
        later = {
            "destination_msat": (DOUBLES, "injectpaymentonion", {**injected, "destination_msat": 5}),
            "destination": (NEW, "injectpaymentonion", {**injected, "destination": PAYEE}),
            "total_amount_msat": (DOUBLES, "sendonion", {**sent, "total_amount_msat": 5}),
            "maxdelay": (DOUBLES, "xpay", {"invstring": "lnbcrt", "maxdelay": 5}),
            "label": (NEW, "xpay", {"invstring": "lnbcrt", "label": "tea"}),
            "index": (REDIRECTS, "listpays", {"index": "created"}),
        }
        for version in VERSIONS:
            node = self.node(version)
            for name, (first, method, params) in later.items():
                if version == OLD and method in ("xpay", "injectpaymentonion"):
                    continue
                try:
                    node.call("check", {"command_to_check": method, **params}) if method == "sendonion" else node.call(method, params)
                    message = ""
                except RpcError as error:
                    message = error.message
                known = VERSIONS.index(version) >= VERSIONS.index(first)
                self.assertEqual(f"unknown parameter: {name}" in message, not known, f"{version} {method} {name}: {message}")

    def test_a_route_may_use_the_spellings_of_its_version(self) -> None:
        amount = {"old": "amount_msat", "oldest": "msatoshi"}
        new = {"node_id_out": PAYEE, "short_channel_id_dir": "103x2x0/1", "amount_out_msat": 1000, "cltv_out": 11}
        spellings = {**{name: {"id": PEER, "channel": "103x1x0", key: 1000, "delay": 11} for name, key in amount.items()},
                     "new": {**new, "node_id_out": PEER}}
        for version, known in self.each({OLD: {"old", "oldest"}, REDIRECTS: {"old"}, DOUBLES: {"old"}, FILTERS: {"old"},
                                         NEW: {"old", "new"}}):
            node = self.node(version)
            answers = {name: self.code(node, "sendpay", {"route": [entry], "payment_hash": f"{number:064x}"})
                       for number, (name, entry) in enumerate(spellings.items())}
            self.assertEqual({name for name, code in answers.items() if code is None}, known, f"{version}: {answers}")
            code = self.code(node, "sendpay", {"route": [spellings["old"]], "payment_hash": "77" * 32, "msatoshi": 1000})
            self.assertEqual(code, None if version == OLD else -32602)

    def test_a_redirected_pay_answers_as_xpay_at_first_and_as_pay_later(self) -> None:
        pay = {"parts", "status", "payment_hash", "destination"}
        for version, members in list({REDIRECTS: {"successful_parts", "failed_parts"}, PATCHED: pay, DOUBLES: pay, FILTERS: pay, NEW: pay}.items()):
            node = self.node(version, options=["--xpay-handle-pay=true"])
            self.assertLessEqual(members, set(node.call("pay", [node.invoice(1000, "one")["bolt11"]])), version)

    def test_listpays_has_only_the_state_of_its_own_payer(self) -> None:
        # Its status for a payment whose part has failed and whose payer has not given up.
        mine, others = {"pay": "pending", "xpay": "failed"}, {"pay": "failed", "xpay": "pending"}
        for version, expected in self.each({OLD: {"pay": "pending"}, REDIRECTS: mine, DOUBLES: mine, FILTERS: mine, NEW: others}):
            node = self.node(version, plugins=[str(SUBSCRIBER)], environment={"SUBSCRIBER_TOPICS": "", "SUBSCRIBER_HOOK": "listsendpays"})
            for by, status in expected.items():
                invoice = node.invoice(5000, by, {"attempts": ["hold", "settle"]})
                paying = node.rpc.send(by, [invoice["bolt11"]])
                wait_until(lambda: node.rows(payment_hash=invoice["payment_hash"]), "the first attempt")
                next_attempt = {"method": "injectpaymentonion" if by == "xpay" else "sendonion"}
                node.call("standin-fault", {"fault": "hang", **next_attempt})
                node.call("release", [invoice["payment_hash"], "fee_insufficient"])
                (pay,) = node.call("listpays", {"payment_hash": invoice["payment_hash"]})["pays"]
                node.call("standin-fault", {"fault": "unhang", **next_attempt})
                self.assertEqual(pay["status"], status, f"{version} {by}")
                self.assertEqual("created_index" in pay, version != OLD)
                node.rpc.result(paying)
                self.assertEqual(node.call("listpays", {"payment_hash": invoice["payment_hash"]})["pays"][0]["status"], "complete")
            asker = "cln-xpay" if version == NEW else "pay"
            ids = {m["params"]["rpc_command"]["id"] for m in json_lines(node.network_directory / "subscriber.jsonl")}
            self.assertTrue(any(f"/{asker}:listsendpays#" in str(identity) for identity in ids), version)


if __name__ == "__main__":
    unittest.main()
