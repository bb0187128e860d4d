"""The options, set at the start and changed while the plugin runs."""

import os
import unittest

from fake_host import FakeHost, ended_row, pending_row
from support import PLUGIN, Stage, die_on_sigterm


class Options(unittest.TestCase):
    def test_setconfig_answers_with_the_new_value(self) -> None:
        with Stage(["--trackpayments-retain=7"]) as stage:
            before = stage.node.call("listconfigs")["configs"]
            self.assertEqual([before[f"trackpayments-{name}"]["value_int"] for name in ("failed-after", "retain")], [10, 7])
            for name, value in (("failed-after", 86400), ("failed-after", 0), ("retain", 0), ("retain", 10_000_000)):
                changed = stage.node.call("setconfig", {"config": f"trackpayments-{name}", "val": str(value)})["config"]
                self.assertEqual((changed["value_int"], changed["dynamic"]), (value, True))
            for name, value in (("failed-after", "86401"), ("failed-after", "-1"), ("retain", "10000001")):
                code, message = stage.refused("setconfig", {"config": f"trackpayments-{name}", "val": value})
                self.assertEqual(code, -32602)
                self.assertIn(f"trackpayments-{name}", message)
            self.assertEqual(stage.node.call("listconfigs")["configs"]["trackpayments-failed-after"]["value_int"], 0)

    def test_a_changed_time_counts_for_payments_already_waiting(self) -> None:
        with Stage(["--trackpayments-failed-after=3600"]) as stage:
            failed = [stage.undecided(amount_msat=1_000_000 + n) for n in range(5)]
            stage.settle()
            self.assertEqual({p["status"] for invoice in failed for p in stage.snapshots(invoice)}, {"IN_FLIGHT"})
            stage.node.call("setconfig", {"config": "trackpayments-failed-after", "val": "0"})
            for invoice in failed:
                stage.wait_status(invoice, "FAILED")

    def test_a_longer_time_keeps_payments_in_flight(self) -> None:
        with Stage(["--trackpayments-failed-after=0"]) as stage:
            stage.node.call("setconfig", {"config": "trackpayments-failed-after", "val": "3600"})
            invoice = stage.undecided()
            stage.settle()
            self.assertEqual(stage.statuses(invoice), ["IN_FLIGHT"])

    def test_the_old_name_of_an_option_still_works(self) -> None:
        with Stage(["--trackpayments-linger=3600"]) as stage:
            hint = "trackpayments-linger is deprecated: use trackpayments-failed-after"
            stage.allowed.append(hint)
            self.assertIn(" UNUSUAL ", stage.wait_log(hint))
            self.assertEqual(stage.node.call("listconfigs")["configs"]["trackpayments-linger"]["value_int"], 3600)
            invoice = stage.undecided()
            stage.settle()
            self.assertEqual(stage.statuses(invoice), ["IN_FLIGHT"])
            stage.node.call("setconfig", {"config": "trackpayments-linger", "val": "0"})
            stage.wait_status(invoice, "FAILED")

    def test_the_old_name_is_not_set_where_the_node_would_not_start_with_it(self) -> None:
        for allowed in (True, False):
            with Stage([f"--allow-deprecated-apis={str(allowed).lower()}"]) as stage:
                setting = {"config": "trackpayments-linger", "val": "30"}
                if allowed:
                    self.assertEqual(stage.node.call("setconfig", setting)["config"]["value_int"], 30)
                else:
                    code, message = stage.refused("setconfig", setting)
                    self.assertEqual(code, -32602)
                    self.assertIn("Use trackpayments-failed-after", message)

    def test_with_both_names_the_new_one_counts(self) -> None:
        with Stage(["--trackpayments-linger=0", "--trackpayments-failed-after=3600"]) as stage:
            stage.allowed.append("trackpayments-linger is deprecated")
            invoice = stage.undecided()
            stage.settle()
            self.assertEqual(stage.statuses(invoice), ["IN_FLIGHT"])
            stage.node.call("setconfig", {"config": "trackpayments-failed-after", "val": "0"})
            stage.wait_status(invoice, "FAILED")

    def test_an_unusable_value_is_logged_at_a_level_that_operators_see(self) -> None:
        for option, value in (("failed-after", "86401"), ("retain", "10000001")):
            with Stage([f"--trackpayments-{option}={value}"]).alone() as stage:
                line = stage.wait_log("trackpayments does not run")
                self.assertIn(" UNUSUAL ", line)
                self.assertIn(f"trackpayments-{option}: should be a whole number from 0 to {int(value) - 1}", line)
                code, message = stage.refused("trackpayments", {})
                self.assertEqual((code, message), (-32601, "Unknown command 'trackpayments'"))
                # The command that the line recommends.
                *start, example = line[line.index("lightning-cli plugin -k"):].split()[3:]
                self.assertEqual(example, "OPTION=VALUE")
                stage.node.call("plugin", dict(argument.split("=") for argument in (*start, f"trackpayments-{option}=7")))
                self.assertEqual(stage.node.call("listconfigs")["configs"][f"trackpayments-{option}"]["value_int"], 7)

    @unittest.skipIf("WRAPPED" in os.environ, "the program's path is not the one that the node started")
    def test_setconfig_is_refused_where_the_node_would_not_start_again(self) -> None:
        with Stage(plugin=False) as stage:
            stage.start_plugin()
            setting = {"config": "trackpayments-failed-after", "val": "30"}
            for method, params in (("setconfig", setting), ("check", {"command_to_check": "setconfig", **setting})):
                if method == "check" and not stage.version.has_cancheck:
                    continue
                code, message = stage.refused(method, params)
                self.assertEqual(code, -32602)
                self.assertIn("trackpayments-failed-after is unchanged: no plugin= or plugin-dir=", message)
            self.assertEqual(stage.node.call("listconfigs")["configs"]["trackpayments-failed-after"]["value_int"], 10)
            # A bad value is still refused as such.
            self.assertIn("should be a whole number", stage.refused("setconfig", {**setting, "val": "86401"})[1])
            # The commands that the refusal recommends.
            stop, start = message[message.index("lightning-cli"):].split(". Or")[0].split(" && ")
            self.assertEqual(stop.split(), ["lightning-cli", "plugin", "stop", PLUGIN])
            stage.node.call("plugin", stop.split()[2:])
            stage.node.call("plugin", dict(argument.split("=") for argument in start.split()[3:]))
            self.assertEqual(stage.node.call("listconfigs")["configs"]["trackpayments-failed-after"]["value_int"], 30)

    def test_setconfig_is_refused_where_listconfigs_does_not_show_the_plugin(self) -> None:
        setting = {"config": "trackpayments-failed-after", "val": "30"}
        with FakeHost() as host:
            host.begin()
            for answer in ({"error": {"code": -1, "message": "no"}}, {"result": {}}, {"result": {"configs": {"plugin": {"values_str": 5}}}},
                           {"result": {"configs": []}}):
                host.answers["listconfigs"] = lambda params, token, answer=answer: answer
                error = host.request("setconfig", setting)["error"]
                self.assertEqual(error["code"], -32602)
                self.assertIn("trackpayments-failed-after is unchanged: listconfigs failed", error["message"])
            host.answers["listconfigs"] = lambda params, token: {"result": {"configs": {"plugin": {"values_str": [PLUGIN]}}}}
            self.assertEqual(host.request("setconfig", setting)["result"], {})
            host.answers["listconfigs"] = lambda params, token: {"error": {"code": -32601, "message": "a host without a configuration"}}
            self.assertEqual(host.request("setconfig", setting)["result"], {})

    def test_topics_that_are_left_out_get_no_message(self) -> None:
        every = ["trackpayments", "trackpayments_final", "trackpayments_deleted"]
        for chosen in ([], every[:1], every[1:2], [every[0], every[2]]):
            with FakeHost() as host:
                declared = host.begin(**{"trackpayments-topics": ", ".join(chosen) or "none"})["notifications"]
                self.assertEqual([topic["method"] for topic in declared], every)  # a subscription to each is no error
                missing = [topic for topic in every if topic not in chosen]
                self.assertEqual([line for line in host.logs("info") if line.startswith("trackpayments-topics")],
                                 [f"trackpayments-topics: nothing is published on {topic}" for topic in missing])
                host.send({"id": "follower", "method": "trackpayments", "params": {"timeout": 3600}})
                begun = host.request("trackpayments", {})["result"]
                self.assertEqual(begun["unpublished_topics"], missing)

                row = host.insert(pending_row(1))
                self.lines(host, 1)
                ended = ended_row(row, "complete", 1)
                host.notify("sendpay_success", ended)
                self.lines(host, 2)  # callers get everything
                host.end(row, "complete")

                def resumed() -> bool:
                    answer = host.request("trackpayments", {"since": begun["cursor"]})["result"]
                    self.assertEqual([payment["status"] for payment in answer["payments"]], ["SUCCEEDED"])
                    return answer["cursor"].endswith(".1.1")

                host.wait(resumed, "a cursor past the payment, though nothing was published")
                expected = {"trackpayments": ["IN_FLIGHT", "SUCCEEDED"], "trackpayments_final": ["SUCCEEDED"], "trackpayments_deleted": []}
                for topic in every:
                    self.assertEqual([payment["status"] for payment in host.published(topic)], expected[topic] if topic in chosen else [])

    def lines(self, host: FakeHost, count: int) -> None:
        host.wait(lambda: sum(m.get("method") == "message" for m in host.messages) == count, f"{count} lines for the caller")

    def test_a_subscriber_of_a_topic_that_is_left_out_gets_nothing(self) -> None:
        with Stage(["--trackpayments-topics=trackpayments,trackpayments_deleted"]).alone() as stage:  # its checks expect all topics
            self.assertEqual(stage.node.call("listconfigs")["configs"]["trackpayments-topics"]["value_str"], "trackpayments,trackpayments_deleted")
            invoice = stage.pay(1_000_000)
            stage.wait_status(invoice, "SUCCEEDED")
            stage.node.call("delpay", {"payment_hash": invoice["payment_hash"], "status": "complete"})
            self.assertEqual(stage.wait_deletion(invoice)["remaining"], 0)
            self.assertEqual(stage.snapshots(topic="trackpayments_final"), [])
            self.assertEqual(stage.node.call("trackpayments")["unpublished_topics"], ["trackpayments_final"])
            code, _ = stage.refused("setconfig", {"config": "trackpayments-topics", "val": "none"})
            self.assertEqual(code, -32602)

    def test_an_unknown_topic_is_refused_by_name_at_the_start(self) -> None:
        for value in ("trackpayments_finals", "", "none,trackpayments"):
            with Stage([f"--trackpayments-topics={value}"]).alone() as stage:
                line = stage.wait_log("trackpayments does not run")
                self.assertIn(" UNUSUAL ", line)
                self.assertIn("trackpayments-topics: should be some of trackpayments, trackpayments_final and trackpayments_deleted", line)
        with FakeHost() as host:
            host.begin()
            self.assertNotIn("unpublished_topics", host.request("trackpayments", {})["result"])
            for method, params in (("setconfig", {}), ("check", {"command_to_check": "setconfig"})):
                for value, reason in (("trackpayments_finals", "trackpayments-topics: should be some of"),
                                      ("none", "trackpayments-topics: cannot be changed while the plugin runs")):
                    error = host.request(method, {**params, "config": "trackpayments-topics", "val": value})["error"]
                    self.assertEqual(error["code"], -32602)
                    self.assertIn(reason, error["message"])

    def test_finished_payments_beyond_retain_are_evicted(self) -> None:
        with FakeHost(None) as host:  # without a delpay of its own, so that ours shows the retained payments
            host.begin(identity=1)
            for index in range(1, 6):
                row = host.insert(pending_row(index))
                host.wait(lambda: len(host.published()) == 2 * index - 1, "the payment")
                host.notify("sendpay_success", ended_row(row, "complete", index))
                host.wait(lambda: len(host.published()) == 2 * index, "its end")
                host.end(row, "complete")
            host.wait(lambda: any(index == "updated" and nextvalue == 6 for _, index, nextvalue in host.model.blocked), "the last end")
            held = host.insert(pending_row(6))
            host.wait(lambda: len(host.published()) == 11, "the payment in flight")
            self.assertEqual(host.request("setconfig", {"config": "trackpayments-retain", "val": "2"})["result"], {})

            def code(index: int, status: str) -> int:
                return host.request("delpay", [f"{index:064x}", status]).get("error", {}).get("code", 0)

            self.assertEqual([code(index, "failed") for index in range(1, 7)], [208, 208, 208, 211, 211, 211])
            host.notify("sendpay_success", ended_row(held, "complete", 6))
            host.wait(lambda: len(host.published()) == 12, "the end of the one in flight, which is never evicted")


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
