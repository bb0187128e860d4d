#!/usr/bin/env python3
"""The stand-in treats plugins as lightningd does: starts them the same way, survives and crashes in the same cases
(src/cln/README.md, "Plugin protocol"; tests/transcripts/facts.json)."""

from __future__ import annotations

import json
import os
import shutil
import signal
import tempfile
import unittest
from pathlib import Path
from typing import Any

from standin import SUBSCRIBER, RpcError, StandIn, json_lines, wait_until

ODD_PLUGIN = str(Path(__file__).resolve().parent / "odd_plugin.py")
HASH = "00" * 32


class Plugins(unittest.TestCase):
    def node(self, odd: dict[str, Any] | None = None, plugins: list[str] | None = None, start: bool = True, **more: Any) -> StandIn:
        environment = {"ODD": json.dumps(odd or {}), **more.pop("environment", {})}
        node = StandIn(plugins=[ODD_PLUGIN] if plugins is None else plugins, environment=environment, **more)
        self.addCleanup(node.close)
        return node.start() if start else node

    def error(self, node: StandIn, method: str, params: Any = None) -> dict[str, Any]:
        with self.assertRaises(RpcError) as caught:
            node.call(method, params)
        return caught.exception.error

    # Starting

    def test_a_plugin_sees_argv_cwd_environment_and_messages_of_lightningd(self) -> None:
        directory = Path(tempfile.mkdtemp(prefix="standin-"))
        self.addCleanup(shutil.rmtree, directory)
        seen = directory / "seen"
        spy = directory / "spy"
        spy.write_text(f'#!/bin/sh\n(echo "$#:$0:$1"; pwd; env | grep ^LIGHTNINGD_ | sort) > {seen}\nexec {ODD_PLUGIN}\n')
        spy.chmod(0o755)
        node = self.node(plugins=[], options=["--developer"])
        node.start_plugin(spy)
        argv, cwd, *environment = seen.read_text().splitlines()
        self.assertEqual(argv, f"1:{spy}:--developer")
        self.assertEqual(cwd, str(node.network_directory.resolve()))
        ours = {f"{name}={value}" for name, value in os.environ.items() if name.startswith("LIGHTNINGD_")}
        self.assertEqual(set(environment) - ours, {"LIGHTNINGD_PLUGIN=1", "LIGHTNINGD_VERSION=v26.06.6"})

    def test_requests_carry_the_ids_and_bytes_of_the_caller(self) -> None:
        node = self.node()
        client = node.rpc
        for identity, prefix in ((7, "7"), ("str", "str"), ("a\"b", "weird-id"), (None, "null"), (1.5, "1.5")):
            client.send_raw(json.dumps({"jsonrpc": "2.0", "id": identity, "method": "odd-echo", "params": {}}))
            raw = client.result(identity)["raw"]
            self.assertRegex(json.loads(raw)["id"], rf"^{prefix}/cln:odd-echo#\d+$")
        client.send_raw('{ "jsonrpc" : "2.0",\n\n "id" : "x", "method" : "odd-echo", "params" :[ 3], "filter": {"raw": true} }')
        raw = client.result("x")["raw"]
        self.assertRegex(raw, r'^\{ "jsonrpc" : "2.0",\n\n "id" : "x/cln:odd-echo#\d+", "method" : "odd-echo", "params" :\[ 3\], "filter": \{"raw": true\} \}$')

    def test_options_reach_init_by_their_types(self) -> None:
        options = [
            {"name": "odd-int", "type": "int", "default": 5, "description": "d"},
            {"name": "odd-flag", "type": "flag", "description": "d"},
            {"name": "odd-texts", "type": "string", "multi": True, "description": "d"},
            {"name": "odd-unset", "type": "string", "description": "d"},
        ]
        directory = Path(tempfile.mkdtemp(prefix="standin-"))
        self.addCleanup(shutil.rmtree, directory)
        spy = directory / "spy"
        spy.write_text(f"#!/bin/sh\ntee {directory}/in | {ODD_PLUGIN}\n")
        spy.chmod(0o755)
        self.node({"manifest": {"options": options}}, plugins=[str(spy)],
                  options=["--odd-int=9", "--odd-texts=a", "--odd-texts=b"])  # fmt: skip
        seen = lambda: (directory / "in").read_text().split("\n\n")[:-1]  # noqa: E731 (tee may be late)
        wait_until(lambda: len(seen()) >= 2, "both requests")
        manifest, init = map(json.loads, seen()[:2])
        self.assertEqual(manifest, {"jsonrpc": "2.0", "id": "cln:getmanifest#20", "method": "getmanifest", "params": {"allow-deprecated-apis": True}})
        self.assertEqual(init["id"], "cln:init#44")
        self.assertEqual(init["params"]["options"], {"odd-int": 9, "odd-texts": ["a", "b"]})
        self.assertEqual(init["params"]["configuration"]["startup"], True)

    def test_an_unknown_option_stops_the_start(self) -> None:
        node = self.node(start=False, options=["--no-such-option=1"])
        node.start(wait=False)
        self.assertEqual(node.wait_exit(), 1)

    def test_setconfig_gives_the_plugin_a_string(self) -> None:
        options = [{"name": "odd-int", "type": "int", "default": 5, "description": "d", "dynamic": True}]
        node = self.node({"manifest": {"options": options}})
        # The odd plugin does not answer setconfig: only lightningd's own refusals are tested here.
        self.assertEqual(self.error(node, "setconfig", {"config": "odd-int", "val": "x"})["code"], -32602)
        self.assertEqual(node.call("listconfigs", {"config": "odd-int"})["configs"]["odd-int"]["value_int"], 5)

    def test_plugin_start_refuses_as_recorded(self) -> None:
        node = self.node(plugins=[])
        missing = node.directory / "missing"
        self.assertEqual(self.error(node, "plugin", ["start", str(missing)]),
                         {"code": -32602, "message": f"{missing} is not executable: No such file or directory"})  # fmt: skip
        early = node.directory / "early"
        early.write_text("#!/bin/sh\n")
        early.chmod(0o755)
        self.assertEqual(self.error(node, "plugin", ["start", str(early)]),
                         {"code": -3, "message": f"{early}: exited before replying to getmanifest"})  # fmt: skip
        node.start_plugin(ODD_PLUGIN)
        self.assertEqual(self.error(node, "plugin", ["start", ODD_PLUGIN]),
                         {"code": -32602, "message": f"{ODD_PLUGIN}: Invalid argument"})  # fmt: skip
        self.assertEqual(node.stop_plugin("odd_plugin.py"), {"command": "stop", "result": "Successfully stopped odd_plugin.py."})

    def test_a_plugin_that_is_not_dynamic_cannot_be_started_later(self) -> None:
        node = self.node({"manifest": {"dynamic": False}}, plugins=[])
        self.assertEqual(self.error(node, "plugin", ["start", ODD_PLUGIN])["message"], f"{ODD_PLUGIN}: Not a dynamic plugin")

    def test_a_plugin_that_does_not_answer_getmanifest_is_fatal_at_startup(self) -> None:
        node = self.node({"mute": True}, start=False, options=["--start-limit", "200"])
        node.start(wait=False)
        self.assertEqual(node.wait_exit(), -signal.SIGABRT)

    def test_later_it_only_kills_the_plugin(self) -> None:
        node = self.node({"mute": True}, plugins=[], options=["--start-limit=200"])
        self.assertEqual(self.error(node, "plugin", ["start", ODD_PLUGIN])["code"], -3)
        node.call("getinfo")

    # Manifests

    def test_a_method_of_lightningds_own_name_kills_lightningd(self) -> None:
        node = self.node({"manifest": {"rpcmethods": [{"name": "delpay", "usage": "", "description": "d"}]}}, start=False)
        node.start(wait=False)
        self.assertEqual(node.wait_exit(), -signal.SIGSEGV)
        self.assertIn("FATAL SIGNAL 11", node.stderr())

    def test_a_method_of_another_plugin_kills_only_the_later_plugin(self) -> None:
        node = self.node({"manifest": {"rpcmethods": [{"name": "listpays", "usage": "", "description": "d"}]}}, plugins=[])
        message = self.error(node, "plugin", ["start", ODD_PLUGIN])["message"]
        self.assertIn('Could not register method "listpays", a method with that name is already registered by plugin', message)

    def test_bad_manifests_kill_the_plugin(self) -> None:
        for change in (
            {"options": None},
            {"rpcmethods": {}},
            {"notifications": [{"method": "sendpay_success"}]},
            {"notifications": ["text"]},
            {"hooks": ["no_such_hook"]},
            {"hooks": [{"name": "htlc_accepted", "filters": ["x"]}]},
            {"nonnumericids": False},
            {"options": [{"name": "UPPER", "type": "int", "description": "d"}]},
            {"options": [{"name": "f", "type": "flag", "default": True, "description": "d"}]},
        ):
            with self.subTest(change):
                node = self.node({"manifest": change}, plugins=[])
                self.assertEqual(self.error(node, "plugin", ["start", ODD_PLUGIN])["code"], -3)
                node.close()

    # Output of a running plugin

    def test_bad_output_kills_only_the_plugin(self) -> None:
        for text in ("not json\n\n", '{"id": 1, "result": {}}', "{}", "[1,2]", '{"jsonrpc":"2.0"}',
                     '{"jsonrpc":"2.0","method":"log","params":{"level":"loud","message":"m"}}',
                     '{"jsonrpc":"2.0","method":"log","params":{"level":"info"}}',
                     '{"jsonrpc":"2.0","method":"oddtopic"}', '{"jsonrpc":"2.0","method":"message","params":{}}'):  # fmt: skip
            with self.subTest(text):
                node = self.node()
                self.assertEqual(self.error(node, "odd-write", [text]), {"code": -4, "message": "Plugin terminated before replying to RPC call."})
                self.assertEqual(node.call("plugin", ["list"])["plugins"], [])
                self.assertIn("Killing plugin:", node.log())
                self.assertEqual(self.error(node, "odd-echo")["code"], -32601)
                node.close()

    def test_odd_but_harmless_output_is_ignored(self) -> None:
        node = self.node()
        for text in ("\n\n\n\n", '{"jsonrpc":"2.0","id":"nobody knows","result":{}}', '{"jsonrpc":1,"method":"log","params":{"message":"a\\nb"}}'):
            node.call("odd-write", [text])
        self.assertIn("plugin-odd_plugin.py: a\n", node.log())

    def test_an_undeclared_topic_is_dropped_with_a_log_line(self) -> None:
        node = self.node(plugins=[ODD_PLUGIN, str(SUBSCRIBER)], environment={"SUBSCRIBER_TOPICS": "undeclared,oddtopic"})
        node.call("odd-emit", ["undeclared", "{}"])
        node.wait_for_log('topic "undeclared" it hasn\'t declared in its manifest')
        node.call("odd-emit", ["oddtopic", '{"u": "\\u20bf", "origin": "mine"}'])
        heard = wait_until(lambda: json_lines(node.network_directory / "subscriber.jsonl"), "the topic")
        self.assertEqual([(m["method"], m["origin"], m["params"]) for m in heard],
                         [("oddtopic", "odd_plugin.py", {"u": "\u20bf", "origin": "mine"})])  # fmt: skip
        node.wait_for_log("UNUSUAL plugin-subscriber.py: topic 'undeclared' is not a known notification topic")

    def test_topic_and_star_give_it_twice(self) -> None:
        node = self.node(plugins=[ODD_PLUGIN, str(SUBSCRIBER)], environment={"SUBSCRIBER_TOPICS": "oddtopic,*"})
        node.call("odd-emit", ["oddtopic", "[1]"])
        wait_until(lambda: sum(m["method"] == "oddtopic" for m in json_lines(node.network_directory / "subscriber.jsonl")) == 2, "both")

    def test_messages_reach_only_clients_that_enabled_them(self) -> None:
        node = self.node()
        node.call("odd-talk")
        self.assertEqual(node.rpc.notifications, [])
        node.call("notifications", {"enable": True})
        node.rpc.send("odd-talk", request_id="mine")
        node.rpc.result("mine")
        self.assertEqual([(n["method"], n["params"]["id"]) for n in node.rpc.notifications], [("message", "mine"), ("progress", "mine")])

    # The hook

    def hooked(self, **odd: Any) -> StandIn:
        return self.node({"manifest": {"hooks": [{"name": "rpc_command", "filters": ["delpay"]}]}, **odd})

    def test_an_error_reply_to_the_hook_kills_lightningd(self) -> None:
        node = self.hooked(hook_raw='{"jsonrpc":"2.0","id":ID,"error":{"code":1,"message":"m"}}')
        with self.assertRaises((EOFError, ConnectionError)):
            node.call("delpay", [HASH, "complete"])
        self.assertEqual(node.wait_exit(), -signal.SIGABRT)

    def test_a_returned_error_without_code_or_message_kills_lightningd(self) -> None:
        for error in ({"message": "m"}, {"code": 5}):
            node = self.hooked(hook={"return": {"error": error}})
            with self.assertRaises((EOFError, ConnectionError)):
                node.call("delpay", [HASH, "complete"])
            self.assertEqual(node.wait_exit(), -signal.SIGSEGV)

    def test_the_hook_answers_replaces_or_continues_a_call(self) -> None:
        unknown = {"code": 208, "message": f"Unknown payment with payment_hash: {HASH}"}
        node = self.hooked(hook={"return": {"error": {"code": 9, "message": "no", "data": [1]}}})
        self.assertEqual(self.error(node, "delpay", [HASH, "complete"]), {"code": 9, "message": "no", "data": [1]})
        node = self.hooked(hook={"return": {"result": {"a": 1}}})
        self.assertEqual(node.call("delpay", [HASH, "complete"]), {"a": 1})
        self.assertEqual(node.call("check", {"command_to_check": "getinfo"})["command_to_check"], "getinfo")
        node = self.hooked(hook={"replace": {"jsonrpc": "2.0", "id": 0, "method": "listsendpays", "params": {}}})
        self.assertEqual(node.call("delpay", [HASH, "complete"]), {"payments": []})
        node = self.hooked(hook={"replace": {"id": 0, "method": "listsendpays", "params": {}}})
        self.assertEqual(self.error(node, "delpay", [HASH, "complete"])["code"], -32600)
        node = self.hooked(hook={})
        self.assertEqual(self.error(node, "delpay", [HASH, "complete"]), unknown)
        node.wait_for_log("Bad response to 'rpc_command' hook.")
        node = self.hooked(hook_raw="garbage")  # the plugin exits, which means continue
        self.assertEqual(self.error(node, "delpay", [HASH, "complete"]), unknown)

    def test_a_held_hook_holds_only_its_command_until_the_plugin_is_stopped(self) -> None:
        node = self.hooked(hook_raw="")
        held = node.rpc.send("delpay", [HASH, "complete"])
        node.call("getinfo")
        self.assertFalse(node.rpc.has_reply(held))
        node.stop_plugin(ODD_PLUGIN)
        self.assertEqual(node.rpc.reply(held)["error"]["code"], 208)

    # The end

    def test_the_node_waits_for_a_subscriber_of_shutdown_that_does_not_exit(self) -> None:
        node = self.node({"stay": True, "manifest": {"subscriptions": ["shutdown"]}}, options=["--shutdown-limit=300"])
        self.assertEqual(node.call("stop"), {"result": "Shutdown complete"})
        self.assertEqual(node.wait_exit(), 0)

    def test_plugins_end_with_the_node(self) -> None:
        for odd in ({}, {"manifest": {"subscriptions": ["shutdown"]}}):
            for crash in (False, True):
                node = self.node(odd)
                children = Path(f"/proc/{node.process.pid}/task/{node.process.pid}/children").read_text().split()
                self.assertEqual(len(children), 1)
                node.kill() if crash else self.assertEqual(node.stop(), 0)
                wait_until(lambda: not os.path.exists(f"/proc/{children[0]}"), "the plugin's end")

    def test_a_crash_while_serving_fails_the_call(self) -> None:
        node = self.node()
        self.assertEqual(self.error(node, "odd-exit")["code"], -4)
        node.wait_for_log("INFO    plugin-odd_plugin.py: Killing plugin: exited during normal operation")
        node.start_plugin(ODD_PLUGIN)


if __name__ == "__main__":
    unittest.main()
