"""Unreadable calls that make parts: the hook continues them, the log has one line for each, and their payments are published with the
amounts of their rows, without a route."""

import unittest
from typing import Any

from fake_host import FakeHost, pending_row
from support import PAYEE, PEER, Stage, die_on_sigterm

HEIGHT = 108


class UnreadableCalls(unittest.TestCase):
    def lines(self, stage: Stage, method: str) -> list[str]:
        stage.allowed.append(f"cannot read the params of a {method} call")
        return [line for line in stage.plugin_log() if f"cannot read the params of a {method} call" in line]

    def only_totals(self, payment: dict[str, Any], sent: int, delivered: int, lock: int) -> None:
        route = payment["htlcs"][0]["route"]
        self.assertEqual((route["hops"], route["total_amt_msat"], route["total_fees_msat"], route["total_time_lock"]),
                         ([], str(sent), str(sent - delivered), lock))
        self.assertEqual(payment["value_msat"], str(delivered))

    def test_a_sendpay_without_hash_is_refused_by_the_node_and_does_no_harm(self) -> None:
        odd: list[Any] = [{"route": [], "amount_msat": 1}, {"payment_hash": "ab", "route": []}, [[], 7], [], {"payment_hash": ["ab" * 32]}]
        with Stage() as stage:
            for number, params in enumerate(odd, 1):
                with self.subTest(params=params):
                    self.assertEqual(stage.refused("sendpay", params)[0], -32602)
                    stage.barrier()
                    self.assertEqual(len(self.lines(stage, "sendpay")), number)
            invoice = stage.by_hand(5_000_000, "settle")
            self.assertEqual(len(stage.wait_status(invoice, "SUCCEEDED")["htlcs"][0]["route"]["hops"]), 2)

    def test_a_part_with_an_unreadable_route_has_only_totals(self) -> None:
        with Stage() as stage:
            invoice = stage.invoice(5_000_000)
            route = [{"id": PEER, "channel": "103x1x0", "amount_msat": 5_000_011},
                     {"id": PAYEE, "channel": "103x2x0", "amount_msat": 5_000_000}]
            stage.node.call("sendpay", {"route": route, "payment_hash": invoice["payment_hash"], "bolt11": invoice["bolt11"]})  # no delay
            self.only_totals(stage.wait_status(invoice, "SUCCEEDED"), 5_000_011, 5_000_000, 0)
            self.assertEqual(len(self.lines(stage, "sendpay")), 1)

    def test_a_part_with_a_garbage_onion_has_only_totals(self) -> None:
        garbage = [[{"pubkey": PEER, "payload": "zz"}], [{"pubkey": PEER, "payload": "ff"}], [{"pubkey": PEER, "payload": "0502"}],
                   [{"payload": "00"}], [{"pubkey": PEER}], ["hop"], [{"pubkey": "02", "payload": "00"}]]
        with Stage() as stage:
            for number, hops in enumerate(garbage, 1):
                with self.subTest(hops=hops):
                    invoice = stage.invoice(5_000_000)
                    made = stage.node.call("createonion", {"hops": hops, "assocdata": invoice["payment_hash"]})
                    stage.node.call("sendonion", {
                        "onion": made["onion"], "shared_secrets": made["shared_secrets"], "payment_hash": invoice["payment_hash"],
                        "amount_msat": 5_000_000, "first_hop": {"id": PEER, "channel": "103x1x0", "amount_msat": 5_000_011, "delay": 20}})
                    self.only_totals(stage.wait_status(invoice, "SUCCEEDED"), 5_000_011, 5_000_000, HEIGHT + 1 + 20)
                    self.assertEqual(len(self.lines(stage, "createonion")), number)
            self.assertEqual(self.lines(stage, "sendonion"), [])

    def test_each_kind_of_call_is_continued_before_it_is_logged(self) -> None:
        with FakeHost() as host:
            host.begin()
            for method in ("sendpay", "createonion", "sendonion", "injectpaymentonion"):
                before = len(host.messages)
                host.hook(f"odd {method}", {"id": f"cli:{method}#1", "method": method, "params": {"payment_hash": 7, "partid": "x"}})
                self.assertEqual(host.reply(f"odd {method}")["result"], {"result": "continue"})
                host.wait(lambda: len(host.messages) == before + 2, "the complaint")
                self.assertEqual(host.messages[before].get("id"), f"odd {method}", "the answer is first")
                self.assertIn(f"cannot read the params of a {method} call", host.messages[before + 1]["params"]["message"])
            host.insert(pending_row(1))
            host.wait(host.published, "a payment of which only the row is known")
            self.only_totals(host.published()[-1], 1_000_011, 1_000_000, 0)
            host.barrier()
            self.assertEqual(len(host.logs("unusual")), 4)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
