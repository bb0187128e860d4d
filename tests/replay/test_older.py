"""Recordings of older versions: values and payers, compared with numbers written down by hand; how their node talks to the plugin;
a minute of silence."""
import os
import unittest

import paths  # noqa: F401
import node_versions
from model import Model
from node import Node
from player import Player
from test_worth import payments, values
from transcript import load, notification
from truthful import Truthful


class Payments(unittest.TestCase):
    def test_the_groups_of_one_renepay_are_one_payment(self):
        self.assertEqual([sorted(e.rows) for e in payments("v24.11/renepay_retried").values()], [[16, 17, 18]])
        self.assertEqual([sorted(e.rows) for e in payments("v23.11/renepay_retried").values()], [[22, 23, 24]])
        self.assertEqual([sorted(e.rows) for e in payments("v25.12/renepay_split_retried").values()], [[1, 2, 3, 4, 5]])

    def test_the_value_of_a_renepay_that_delivers_more_is_that_of_the_invoice(self):
        self.assertEqual(values("v23.11/renepay"), {30: 3_300_000, 31: 600_000_000})
        self.assertEqual(values("v23.11/renepay_retried"), {22: 3_300_000})

    def test_without_known_parts_the_value_comes_from_the_invoice(self):
        self.assertEqual(values("v24.11/xpay_mpp"), {50: 700_000_000})
        self.assertEqual(values("v24.11/xpay_partial_held_failed"), {9: 4_000_000})
        self.assertEqual(values("v24.11/two_invoices_one_hash"), {6: 1_050_000, 7: 1_000_000})

    def test_renepaystatus_shows_the_end_also_where_its_call_is_not_named(self):
        for name in ("v25.12/renepay_refused", "v24.11/renepay_refused", "v23.11/renepay_refused"):
            payment, = payments(name).values()
            self.assertTrue(payment.before_the_end, name)

    def test_xpay_does_not_report_its_end(self):
        for name in ("v25.12/xpay_payee_rejects", "v24.11/xpay_payee_rejects", "v25.12/held_then_failed"):
            payment, = payments(name).values()
            self.assertEqual((payment.before_the_end, payment.patient), (False, True), name)
        payment, = payments("xpay_payee_rejects").values()
        self.assertFalse(payment.patient)

    def test_pay_waits_for_blocks_up_to_v23_11(self):
        for name, patient in (("v23.11/held_then_failed", True), ("v24.11/pay_legacy_mpp", False), ("pay_legacy_mpp", False)):
            self.assertEqual([e.patient for e in payments(name).values()], [patient], name)

    def test_pay_failure_is_read_in_each_wrapping(self):
        for name in ("pay_legacy_fails", "v24.11/pay_legacy_fails", "v23.11/pay_legacy_fails"):
            found = [notification(entry, "pay_failure") for entry in load(name)]
            self.assertEqual([set(one) >= {"payment_hash", "bolt11", "error"} for one in found if one], [True], name)


class Silence(Truthful):
    def test_failed_before_the_minute_is_over(self):
        for name in ("v25.12/xpay_payee_rejects", "v24.11/xpay_mpp_payee_rejects"):
            end = len(load(name))

            def change(published):
                self.assertEqual([one.position for one in published[-2:]], [end + 1, end + 1], name)
                for one in published[-2:]:
                    one.position = end
            self.changed(name, change, "may wait a minute")

    def test_never_failed(self):
        self.changed("v24.11/xpay_payee_rejects", lambda sent: [sent.pop(), sent.pop()], "was shown in flight and never ended")


class Time(Truthful):
    def test_a_payer_that_waits_for_blocks_has_not_given_up(self):
        """No row is pending for almost a minute, many times the silence after which other payments end."""
        for name in ("held_then_failed", "v25.12/held_then_failed", "v23.11/held_then_failed"):
            played = Player([os.environ["REPLAY_PLUGIN"]], name, "rows-first", library=os.environ["REPLAY_AHEAD"], failed_after=10,
                            in_time=True).run()
            self.assertGreater(max(b.t - a.t for a, b in zip(played.entries, played.entries[1:])), 40, "the silence is in it")
            self.assertEqual(self.judged(played, played.journal.published), [], name)


class Speech(unittest.TestCase):
    def node(self, version: node_versions.Version) -> Node:
        node = Node.__new__(Node)
        node.model = Model({"created": 0, "updated": 0, "deleted": 0}, [], version=version)
        node.manifest = {"hooks": [{"name": "rpc_command", "filters": ["delpay", "sendpay"]}]}
        return node

    def test_every_command_comes_to_the_hook_where_filters_are_ignored(self):
        for folder, expected in (("v25.12", False), ("v24.11", True), ("v23.11", True)):
            node = self.node(node_versions.BY_FOLDER[folder])
            self.assertEqual((node.hooks("sendpay"), node.hooks("listsendpays"), node.asks_for("listsendpays")), (True, expected, False))
            node.manifest = {"hooks": []}
            self.assertFalse(node.hooks("listsendpays"), "without the hook none come")

    def test_wait_and_listpays_answer_as_their_version_does(self):
        row = {"created_index": 1, "payment_hash": "11" * 32, "groupid": 1, "amount_sent_msat": 5, "created_at": 1, "status": "pending"}
        for folder, members, indexes in (("v25.12", ["details", "sendpays"], True), ("v24.11", ["details"], True),
                                         ("v23.11", ["details"], False)):
            model = self.node(node_versions.BY_FOLDER[folder]).model
            model.call("wait", ["sendpays", "created", 1], "token")
            model.insert(row)
            self.assertEqual(list(model.fired[0][1])[2:], members)
            pay, = model.call("listpays", {})["result"]["pays"]
            self.assertEqual("created_index" in pay, indexes)

    def test_recordings_outside_of_the_folders_are_of_the_newest_version(self):
        self.assertEqual(node_versions.of("xpay_mpp"), node_versions.NEWEST)
        self.assertEqual(node_versions.of("v23.11/renepay").name, "v23.11.2-modded")


if __name__ == "__main__":
    unittest.main()
