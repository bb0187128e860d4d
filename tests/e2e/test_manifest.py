"""The manifest: for lightningd, whose `delpay` must not be registered again, and for a host that has none."""

import unittest

from fake_host import FakeHost, ended_row, failure, pending_row
from support import PLUGIN, Stage, die_on_sigterm

FILTERS = {"delpay", "sendpay", "createonion", "sendonion", "injectpaymentonion"}


class Manifest(unittest.TestCase):
    def test_lightningd_accepts_it(self) -> None:
        with Stage() as stage:
            usage = [entry["command"] for entry in stage.node.call("help", {"command": "delpay"})["help"]]
            self.assertEqual(usage, ["delpay payment_hash status [partid] [groupid]"])
            stage.node.stop_plugin(PLUGIN)
            stage.start_plugin()
            stage.settle()

    def test_delpay_is_never_registered_under_lightningd(self) -> None:
        hosts = [("v26.06.6", 1), ("v26.06.6", "cln:getmanifest#20"), ("v0.9.1", 7), ("nonsense", 7), (None, "cln:getmanifest#1")]
        for version, identity in hosts:
            with self.subTest(version=version, identity=identity), FakeHost(version) as host:
                manifest = host.request("getmanifest", {}, identity)["result"]
                self.assertEqual([m["name"] for m in manifest["rpcmethods"]], ["trackpayments", "trackpayments-status"], "no second delpay: lightningd would crash")
                self.assertEqual({f for hook in manifest["hooks"] for f in hook["filters"]}, FILTERS)
                self.assertEqual(host.request("delpay", ["ab" * 32, "complete"])["error"]["code"], -32601)

    def test_the_manifest_is_in_lightningds_form(self) -> None:
        with FakeHost() as host:
            manifest = host.begin()
            self.assertEqual([n["method"] for n in manifest["notifications"]],
                             ["trackpayments", "trackpayments_final", "trackpayments_deleted"])
            self.assertIs(manifest["dynamic"], True)
            self.assertIs(manifest["nonnumericids"], True)
            options = {option["name"]: option for option in manifest["options"]}
            self.assertEqual({name: (o["type"], o.get("default"), o.get("dynamic"), o.get("deprecated"))
                              for name, o in options.items()},
                             {"trackpayments-failed-after": ("int", 10, True, None),
                              "trackpayments-retain": ("int", 20000, True, None),
                              "trackpayments-topics": ("string", "trackpayments,trackpayments_final,trackpayments_deleted", None, None),
                              "trackpayments-linger": ("int", None, True, True)})
            self.assertLessEqual({"sendpay_success", "sendpay_failure", "pay_failure", "shutdown"}, set(manifest["subscriptions"]))

    def test_subscriptions_depend_on_the_version(self) -> None:
        for version, wanted in (("v25.05", False), ("v25.09", True), ("v26.06-241-gb35b848-modded", True), ("v24.11.1", False),
                                ("25.12", True), ("who knows", True)):
            with self.subTest(version=version), FakeHost(version) as host:
                topics = host.request("getmanifest", {})["result"]["subscriptions"]
                self.assertEqual("pay_part_start" in topics, wanted)

    def test_a_host_without_delpay_gets_one(self) -> None:
        with FakeHost(None) as host:
            manifest = host.request("getmanifest", {}, 1)["result"]
            self.assertEqual([m["name"] for m in manifest["rpcmethods"]], ["trackpayments", "trackpayments-status", "delpay"])
            self.assertEqual([m["usage"] for m in manifest["rpcmethods"]],
                             ["[no_inflight_updates] [payment_hash] [since] [timeout] [index_offset] [max_payments] [reversed] "
                              "[include_incomplete] [creation_date_start] [creation_date_end] [omit_hops] [count_total_payments]", "",
                              "payment_hash status [partid] [groupid]"])
            self.assertTrue(all(m["description"] for m in manifest["rpcmethods"]))
            self.assertEqual({f for hook in manifest["hooks"] for f in hook["filters"]}, FILTERS - {"delpay"})

    def test_that_delpay_is_served_from_the_table(self) -> None:
        with FakeHost(None) as host:
            host.begin(identity=1, **{"trackpayments-failed-after": 0})
            both = "cd" * 32
            done = host.insert(pending_row(1))
            rows = [host.insert(pending_row(n, both, partid=n, groupid=8912158845556297834)) for n in (2, 3)]
            host.wait(lambda: len(host.published()) >= 2, "both payments")
            done = host.end(done, "complete")
            host.notify("sendpay_success", done)
            host.notify("sendpay_failure", failure(rows[0]))
            host.wait(lambda: host.published()[-1]["payment_hash"] == both and host.published()[-1]["htlcs"][0]["status"] == "FAILED",
                      "a failure")
            host.end(rows[0], "failed")

            def refusal(params: object) -> tuple[int, str]:
                error = host.request("delpay", params)["error"]
                return error["code"], error["message"]

            self.assertEqual(refusal(["ab" * 32, "complete"]), (208, f"Unknown payment with payment_hash: {'ab' * 32}"))
            self.assertEqual(refusal({"payment_hash": both, "status": "failed", "partid": 9, "groupid": 1}),
                             (208, "No payment for that payment_hash with that partid and groupid"))
            self.assertEqual(refusal([both, "complete"])[0], 211)
            self.assertEqual(refusal([done["payment_hash"], "failed"])[0], 211)
            self.assertEqual(refusal([both, "pending"])[0], -32602)
            self.assertEqual(refusal([both])[0], -32602)
            self.assertIn("payment_hash", refusal(["xy", "failed"])[1])
            self.assertEqual(refusal({"payment_hash": both, "status": "failed", "partid": 2})[0], -32602)
            self.assertEqual(refusal({"payment_hash": both, "status": "failed", "more": 2})[0], -32602)

            result = host.request("delpay", [done["payment_hash"], "complete"])["result"]
            self.assertEqual(result, {"payments": [done]})
            params = {"payment_hash": both, "status": "failed", "partid": 2, "groupid": 8912158845556297834}
            result = host.request("delpay", params)["result"]["payments"]
            self.assertEqual([(row["created_index"], row["partid"], row["groupid"], row["status"]) for row in result],
                             [(2, 2, 8912158845556297834, "failed")])
            self.assertEqual([(d["payment_index"], d["attempt_ids"]) for d in
                              host.wait(lambda: len(host.published("trackpayments_deleted")) == 2 and host.published("trackpayments_deleted"),
                                        "both deletions")], [("1", ["1"]), ("2", ["2"])])
            self.assertEqual(refusal([done["payment_hash"], "complete"])[0], 208)
            self.assertEqual(host.stop(), 0)

    def test_that_delpay_applies_a_filter(self) -> None:
        with FakeHost(None) as host:
            host.begin(identity=1)
            row = host.insert(pending_row(1))
            host.wait(host.published, "the payment")
            host.notify("sendpay_success", ended_row(row, "complete", 1))
            host.wait(lambda: host.published()[-1]["status"] == "SUCCEEDED", "success")
            host.send({"id": "f", "method": "delpay", "params": [row["payment_hash"], "complete"],
                       "filter": {"payments": [{"status": True}]}})
            self.assertEqual(host.reply("f")["result"], {"payments": [{"status": "complete"}]})


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
