"""Odd requests: before init, unknown, with ids of all kinds, with unusable parameters. Each is answered, or refused by name."""

import unittest

from fake_host import FakeHost, pending_row
from support import Stage, die_on_sigterm

IDS = [b"1", b"-7", b"1.50", b"1E+3", b"18446744073709551616", b'""', b'"x"', b'"cli:x#1/cln:y#2"', b'"a\\/b"', b'"\\u00e9\\ud83d\\ude00"',
       '"é ₿"'.encode(), b'"q\\"q\\\\"', b"null", b"true"]


class BadRequests(unittest.TestCase):
    def test_unknown_methods_are_refused_and_ids_come_back_unchanged(self) -> None:
        with FakeHost() as host:
            host.begin()
            for identity in IDS:
                with self.subTest(identity=identity):
                    before = len(host.texts)
                    host.raw(b'{"jsonrpc":"2.0","id":' + identity + b',"method":"no_such","params":[]}')
                    host.wait(lambda: len(host.texts) > before, "an answer")
                    self.assertIn(b'"id":' + identity + b',"error":{"code":-32601,', host.texts[before])
                    before = len(host.texts)
                    host.raw(b'{"params":{"rpc_command":{"id":1,"method":"sendpay","params":[]}},"method":"rpc_command","id":' + identity + b"}")
                    host.wait(lambda: len(host.texts) > before + 1, "the answer, and the complaint")
                    self.assertIn(b'"id":' + identity + b',"result":{"result":"continue"}}', host.texts[before])
                    self.assertIn(b"cannot read the params of a sendpay call", host.texts[before + 1])

    def test_hooks_before_init_are_continued(self) -> None:
        with FakeHost() as host:
            host.hook("before-everything", {"id": 1, "method": "delpay", "params": ["ab" * 32, "complete"]})
            self.assertEqual(host.reply("before-everything")["result"], {"result": "continue"})
            host.request("getmanifest", {}, "cln:getmanifest#20")
            for method in ("delpay", "sendpay", "injectpaymentonion", "createonion", "sendonion"):
                host.hook(f"early-{method}", {"id": "u#1", "method": method, "params": {"payment_hash": "ab" * 32, "status": "complete"}})
                self.assertEqual(host.reply(f"early-{method}")["result"], {"result": "continue"})
            self.assertEqual(host.calls, [])
            host.begin()

    def test_notifications_before_init_do_no_harm(self) -> None:
        row = pending_row(1)
        with FakeHost(rows=[row]) as host:
            host.notify("sendpay_success", {"garbage": 1})
            host.request("getmanifest", {}, "cln:getmanifest#20")
            self.assertEqual(host.published(), [])
            host.begin(identity="cln:getmanifest#21")
            host.wait(host.published, "the payment in flight")
            host.notify("sendpay_success", host.end(row, "complete"))
            host.wait(lambda: host.published()[-1]["status"] == "SUCCEEDED", "success")

    def test_unreadable_hooks_are_continued(self) -> None:
        odd = [b"{}", b"[]", b"7", b'{"rpc_command":7}', b'{"rpc_command":{}}', b'{"rpc_command":{"method":5,"id":1,"params":{}}}',
               b'{"rpc_command":{"method":"delpay","id":1}}', b'{"rpc_command":{"method":"delpay","id":1,"params":7}}',
               b'{"rpc_command":{"method":"delpay","id":1,"params":{"payment_hash":"\xff"}}}',
               b'{"rpc_command":{"method":"delpay","id":1,"params":["ab","complete"]}}',
               b'{"rpc_command":{"method":"sendpay","id":1,"params":{"payment_hash":[],"partid":-1}}}',
               b'{"rpc_command":{"method":"injectpaymentonion","id":{},"params":[1e999]}}']
        with FakeHost() as host:
            host.begin()
            for number, params in enumerate(odd):
                with self.subTest(params=params):
                    host.raw(b'{"jsonrpc":"2.0","id":"odd#%d","method":"rpc_command","params":%s}' % (number, params))
                    self.assertEqual(host.reply(f"odd#{number}").get("result"), {"result": "continue"})
            host.raw(b'{"jsonrpc":"2.0","id":"none","method":"rpc_command"}')
            self.assertEqual(host.reply("none").get("result"), {"result": "continue"})
            self.assertNotIn("delpay", [method for method, _ in host.calls])


    def test_delpay_without_a_socket_is_passed_to_the_node(self) -> None:
        with FakeHost() as host:
            host.begin()
            row = host.insert(pending_row(1))
            host.notify("sendpay_success", host.end(row, "complete"))
            host.wait(lambda: host.published() and host.published()[-1]["status"] == "SUCCEEDED", "success")
            host.hang_up()
            host.wait(lambda: host.logs("unusual"), "the complaint")
            host.hook("h", {"id": "cli:delpay#1", "method": "delpay", "params": [row["payment_hash"], "complete"]})
            self.assertEqual(host.reply("h")["result"], {"result": "continue"})
            host.model.table.clear()
            host.listen()
            host.wait(lambda: host.published("trackpayments_deleted"), "the deletion by the node itself")
            self.assertEqual(host.published("trackpayments_deleted")[0]["attempt_ids"], ["1"])

    def test_setconfig_names_the_refused_option(self) -> None:
        bad = [({}, "config"), ({"config": "trackpayments-failed-after"}, "val"), ({"val": "1"}, "config"),
               ({"config": 7, "val": "1"}, "config"),
               ({"config": "trackpayments-failed-after", "val": "soon"}, "trackpayments-failed-after"),
               ({"config": "trackpayments-failed-after", "val": "-1"}, "trackpayments-failed-after"),
               ({"config": "trackpayments-failed-after", "val": "86401"}, "trackpayments-failed-after"),
               ({"config": "trackpayments-failed-after", "val": ""}, "trackpayments-failed-after"),
               ({"config": "trackpayments-failed-after", "val": []}, "trackpayments-failed-after"),
               ({"config": "trackpayments-retain", "val": "1e3"}, "trackpayments-retain"),
               ({"config": "trackpayments-retain", "val": "99999999999999999999"}, "trackpayments-retain"),
               ({"config": "trackpayments-other", "val": "1"}, "trackpayments-other"),
               ({"config": "trackpayments-failed-after", "val": "1", "more": 1}, "more")]
        with FakeHost() as host:
            host.begin()
            for params, name in bad:
                with self.subTest(params=params):
                    error = host.request("setconfig", params)["error"]
                    self.assertEqual(error["code"], -32602)
                    self.assertIn(name, error["message"])
            self.assertEqual(host.request("setconfig", {"config": "trackpayments-retain", "val": "5"})["result"], {})
            host.raw(b'{"jsonrpc":"2.0","id":"p","method":"setconfig","params":{"config":}}')
            self.assertIn("error", host.reply("p"))

    def test_absurd_options_disable_the_plugin_with_a_reason(self) -> None:
        configuration = {"lightning-dir": "/nonexistent", "rpc-file": "lightning-rpc", "startup": True, "network": "regtest"}
        bad = [({"options": {"trackpayments-failed-after": -1}, "configuration": configuration}, "trackpayments-failed-after"),
               ({"options": {"trackpayments-failed-after": 10**9}, "configuration": configuration}, "trackpayments-failed-after"),
               ({"options": {"trackpayments-retain": "many"}, "configuration": configuration}, "trackpayments-retain"),
               ({"options": {"trackpayments-retain": None}, "configuration": configuration}, "trackpayments-retain"),
               ({"options": {"other": 1}, "configuration": configuration}, "other"),
               ({"options": {}}, "configuration"), ({"options": {}, "configuration": 7}, "configuration"), ([], "configuration"),
               ({"options": {}, "configuration": {"rpc-file": "x"}}, "lightning-dir")]
        for params, name in bad:
            with self.subTest(params=params), FakeHost() as host:
                host.request("getmanifest", {}, "cln:getmanifest#20")
                self.assertIn(name, host.request("init", params)["result"]["disable"])

    def test_a_node_with_an_absurd_option_starts_without_the_plugin(self) -> None:
        with Stage(["--trackpayments-failed-after=-5"]) as stage:
            line = next(line for line in stage.node.log().splitlines() if "disabled itself" in line)
            self.assertIn("trackpayments-failed-after: should be a whole number", line)
            self.assertEqual(stage.stop(), [])
            stage.finish = lambda: None  # nothing was published


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
