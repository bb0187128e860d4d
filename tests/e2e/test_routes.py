"""The route of every attempt in the last snapshot of a payment, for each payer. The expected route is the one that the sender of the part
gave (stand-in topology, block height 108), in LND's terms: src/lnrpc/README.md, "Hops"."""

import base64
import unittest
from typing import Any

from support import PAYEE, PEER, Stage, die_on_sigterm
from versions import needs_getroutes, needs_pay_part, needs_the_end, needs_xpay

PEER4 = "039640c72c9ad130c4f88348bf7b2ffc9d239d7ce72fb8ca73e80157159b1a3339"
HEIGHT = 108
KEYSEND_RECORD = "5482373484"
NOBODY = "02" + "00" * 31 + "01"  # xpay's node id for everything after the introduction node of a blinded path


def chan_id(block: int, tx: int, output: int) -> str:
    return str(block << 40 | tx << 16 | output)


def b64(text: str) -> str:
    return base64.b64encode(bytes.fromhex(text)).decode()


def hop(node: str, channel: str, incoming: int, forward: int, expiry: int, fee: int | None = None, **more: Any) -> dict[str, Any]:
    """Without `fee`, a node keeps the difference."""
    fee = incoming - forward if fee is None else fee
    plain = {"chan_id": channel, "chan_capacity": str(incoming // 1000), "amt_to_forward": str(forward // 1000), "fee": str(fee // 1000),
             "expiry": expiry, "amt_to_forward_msat": str(forward), "fee_msat": str(fee), "pub_key": node, "tlv_payload": True,
             "mpp_record": None, "amp_record": None, "custom_records": {}, "metadata": "", "blinding_point": "", "encrypted_data": "",
             "total_amt_msat": "0"}
    assert set(more) <= set(plain), more
    return plain | more


def two_hops(sent: int, delivered: int, expiry: int, through: int = 2, **last: Any) -> list[dict[str, Any]]:
    """Over l2 or l4 to the payee; both hops have the same height, the final one, as in LND."""
    node, channels = (PEER, (1, 2)) if through == 2 else (PEER4, (3, 4))
    return [hop(node, chan_id(103, channels[0], 0), sent, delivered, expiry),
            hop(PAYEE, chan_id(103, channels[1], 0), delivered, delivered, expiry, **last)]


def mpp(invoice: dict[str, Any], total: int | None = None) -> dict[str, str]:
    return {"payment_addr": b64(invoice["payment_secret"]), "total_amt_msat": str(total or invoice["amount_msat"])}


class Ready(Stage):
    """The plugin has asked for the chain's height: until then an expiry is 0, which means unknown."""

    def __enter__(self) -> "Ready":
        super().__enter__()
        self.node.call("trackpayments")
        return self


class Routes(unittest.TestCase):
    maxDiff = None

    def check(self, route: dict[str, Any], sent: int, delivered: int, lock: int, hops: list[dict[str, Any]]) -> None:
        self.assertEqual(route["hops"], hops)
        self.assertEqual({name: value for name, value in route.items() if name != "hops"}, {
            "total_time_lock": lock, "total_fees": str((sent - delivered) // 1000), "total_amt": str(sent // 1000),
            "total_fees_msat": str(sent - delivered), "total_amt_msat": str(sent), "first_hop_amount_msat": str(sent),
            "custom_channel_data": ""})

    def routes(self, stage: Stage, what: Any, with_record: bool = True) -> list[dict[str, Any]]:
        """Routes of the finished payment. The payment secret of an invoice is decoded meanwhile: it may come with a last snapshot."""
        def complete(payment: dict[str, Any]) -> bool:
            routes = [attempt["route"] for attempt in payment["htlcs"]]
            recorded = all(route["hops"] and route["hops"][-1]["mpp_record"] for route in routes)
            return payment["status"] in ("SUCCEEDED", "FAILED") and (recorded or not with_record)

        payment = stage.wait_payment(what, complete, "a finished payment and its routes")
        return [attempt["route"] for attempt in payment["htlcs"]]

    def test_route_of_sendpay_by_hand(self) -> None:
        with Ready() as stage:
            secret = {"payment_secret": "7a" * 32}
            for more, record in (({}, None), (secret, {"payment_addr": b64("7a" * 32), "total_amt_msat": "5000000"})):
                invoice = stage.invoice(5_000_000)
                stage.sendpay(invoice, **more)  # delays 17 and 11, counted from the block after this one
                route, = self.routes(stage, invoice, with_record=False)
                self.check(route, 5_000_011, 5_000_000, HEIGHT + 1 + 17, two_hops(5_000_011, 5_000_000, HEIGHT + 1 + 11, mpp_record=record))

    @needs_getroutes
    def test_route_of_sendpay_in_parts_in_positions_and_with_metadata(self) -> None:
        with Ready() as stage:
            invoice = stage.invoice(5_000_000)
            path = [{"node_id_out": PEER4, "short_channel_id_dir": "103x3x0/1", "amount_out_msat": 2_000_777, "cltv_out": 40,
                     "id": PEER, "channel": "1x1x1", "amount_msat": 1, "delay": 1},  # the new spelling counts if both are there
                    {"node_id_out": PAYEE, "short_channel_id_dir": "103x4x0/0", "amount_out_msat": 2_000_000, "cltv_out": 9}]
            metadata = "c0ffee"
            stage.node.call("sendpay", [path, invoice["payment_hash"], None, 5_000_000, invoice["bolt11"], invoice["payment_secret"], 1,
                                        None, 1, metadata])
            stage.sendpay(invoice, 3_000_000, partid=2, groupid=1)
            first, second = self.routes(stage, invoice)
            self.check(first, 2_000_777, 2_000_000, HEIGHT + 1 + 40, two_hops(
                2_000_777, 2_000_000, HEIGHT + 1 + 9, through=4, mpp_record=mpp(invoice), metadata=b64(metadata)))
            self.check(second, 3_000_011, 3_000_000, HEIGHT + 1 + 17, two_hops(
                3_000_011, 3_000_000, HEIGHT + 1 + 11, mpp_record=mpp(invoice)))

    def test_route_of_pay(self) -> None:
        with Ready() as stage:
            invoice = stage.pay(5_000_000, {"do": "fail", "code": "temporary_channel_failure", "via": "l4", "fee_msat": 1234},
                                {"do": "settle", "via": "l2", "fee_msat": 321}, by="pay")
            failed, settled = self.routes(stage, invoice)
            self.check(failed, 5_001_234, 5_000_000, 120, two_hops(5_001_234, 5_000_000, 114, through=4, mpp_record=mpp(invoice)))
            self.check(settled, 5_000_321, 5_000_000, 120, two_hops(5_000_321, 5_000_000, 114, mpp_record=mpp(invoice)))

    @needs_pay_part
    def test_each_of_several_parts_over_one_peer_has_its_own_route(self) -> None:
        for by in ("pay", "xpay"):
            with self.subTest(by=by), Ready() as stage:
                amounts = [3_000_000, 2_000_000, 4_000_000]
                invoice = stage.pay(9_000_000, by=by, parts=[
                    {"amount_msat": amount, "attempts": [{"do": "settle", "via": "l2", "fee_msat": amount // 1000}]} for amount in amounts])
                routes = self.routes(stage, invoice)
                rows = stage.wait_rows(invoice, *["complete"] * 3)
                self.assertEqual(sorted(row["amount_msat"] for row in rows), sorted(amounts))
                for row, route in zip(rows, routes):
                    amount = row["amount_msat"]
                    sent = amount + amount // 1000
                    expiry = 114 if by == "pay" else 0
                    self.check(route, sent, amount, 120, two_hops(sent, amount, expiry, mpp_record=mpp(invoice)))

    @needs_pay_part
    @needs_the_end
    def test_route_of_xpay(self) -> None:
        with Ready(["--trackpayments-failed-after=3600"]) as stage:
            fail = {"do": "fail", "code": "temporary_channel_failure", "via": "l4", "fee_msat": 1234}
            for ending, status in (({"do": "settle", "via": "l2", "fee_msat": 321}, "SUCCEEDED"),
                                   ({"do": "fail", "code": "unknown_next_peer", "via": "l2", "fee_msat": 321}, "FAILED")):
                invoice = stage.pay(5_000_000, fail, ending)
                # Only the height of our own HTLC is known (injectpaymentonion's cltv_expiry); the record is the invoice's.
                first, second = self.routes(stage, invoice)
                self.check(first, 5_001_234, 5_000_000, 120, two_hops(5_001_234, 5_000_000, 0, through=4, mpp_record=mpp(invoice)))
                self.check(second, 5_000_321, 5_000_000, 120, two_hops(5_000_321, 5_000_000, 0, mpp_record=mpp(invoice)))
                self.assertEqual(stage.snapshots(invoice)[-1]["status"], status)

    @needs_pay_part
    def test_route_of_xpay_into_a_blinded_path(self) -> None:
        with Ready() as stage:
            invoice = stage.pay(5_000_000, {"do": "settle", "via": "l2", "fee_msat": 321}, bolt12=True)
            route, = self.routes(stage, invoice, with_record=False)
            self.check(route, 5_000_321, 5_000_000, 120, [
                hop(PEER, chan_id(103, 1, 0), 5_000_321, 5_000_000, 0), hop(PAYEE, chan_id(103, 2, 0), 5_000_000, 5_000_000, 0),
                hop(NOBODY, "0", 5_000_000, 5_000_000, 0)])
            self.assertTrue(stage.snapshots(invoice)[-1]["payment_request"].startswith("lni"))
            stage.settle()
            self.assertIsNone(stage.snapshots(invoice)[-1]["htlcs"][0]["route"]["hops"][-1]["mpp_record"], "a path needs none")

    @needs_pay_part
    def test_route_of_xpay_without_the_hook(self) -> None:
        with Ready(environment={"TRACKPAYMENTS_NO_HOOK": "1"}) as stage:
            invoice = stage.pay(5_000_000, {"do": "settle", "via": "l2", "fee_msat": 321})
            route, = self.routes(stage, invoice)
            self.check(route, 5_000_321, 5_000_000, 0, two_hops(5_000_321, 5_000_000, 0, mpp_record=mpp(invoice)))

    def test_route_of_keysend(self) -> None:
        with Ready() as stage:
            stage.node.call("scenario", {"label": "gift", "attempts": [{"do": "settle", "via": "l2", "fee_msat": 5}]})
            sent = stage.node.call("keysend", {"destination": "02" + "11" * 32, "amount_msat": 7000, "label": "gift"})
            route, = self.routes(stage, sent["payment_hash"], with_record=False)
            record = {KEYSEND_RECORD: b64(sent["payment_preimage"])}
            self.check(route, 7005, 7000, 120, two_hops(7005, 7000, 114, custom_records=record))

    @needs_xpay
    def test_a_payment_to_ourselves_has_no_route(self) -> None:
        with Ready() as stage:
            for by, lock in (("pay", 0), ("xpay", 114)):  # injectpaymentonion has a height also then
                invoice = stage.pay(5_000_000, "settle", to_self=True, by=by)
                route, = self.routes(stage, invoice, with_record=False)
                self.check(route, 5_000_000, 5_000_000, lock, [])

    def test_a_part_with_a_foreign_onion_has_only_totals(self) -> None:
        with Ready() as stage:
            invoice = stage.invoice(5_000_000)
            stage.node.call("sendonion", {
                "onion": "00" * 1366, "first_hop": {"id": PEER, "amount_msat": 5_000_007, "delay": 30}, "amount_msat": 5_000_000,
                "payment_hash": invoice["payment_hash"], "shared_secrets": ["11" * 32] * 2, "bolt11": invoice["bolt11"]})
            route, = self.routes(stage, invoice, with_record=False)
            self.check(route, 5_000_007, 5_000_000, HEIGHT + 1 + 30, [])


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
