"""The failure of an attempt in the last snapshot: every code of BOLT 4 through every payer, unreadable failures, those of our own node,
and those from before the plugin started. Bytes and names are written down from src/lnrpc/README.md, "Failures"."""

import base64
import struct
import unittest
from typing import Any

from support import PLUGIN, Stage, die_on_sigterm
from versions import needs_the_end, needs_xpay

REGTEST = bytes.fromhex("06226e46111a0b59caaf126043eb5bbf28c34f3a5e332a1fc7b2b73cf188910f")
SIGNATURE = bytes(range(64))
SHA = bytes([0x55]) * 32
AMOUNT = 5_000_000
PAYEES = 2  # hops to the payee
# signature, chain_hash, scid 103x2x0, timestamp, message_flags, channel_flags, delta, minimum, base fee, ppm, maximum, a TLV more
UPDATE = (SIGNATURE + REGTEST + struct.pack(">QIBBHQIIQ", 103 << 40 | 2 << 16, 1_700_000_000, 1, 3, 40, 1000, 7, 11, 990_000_000)
          + b"\xfe\xd9\x03\x01\x05")
TYPED = b"\x01\x02" + UPDATE


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


UPDATE_SHOWN = {
    "signature": b64(SIGNATURE), "chain_hash": "BiJuRhEaC1nKrxJgQ+tbvyjDTzpeMyofx7K3PPGIkQ8=", "chan_id": str(103 << 40 | 2 << 16),
    "timestamp": 1_700_000_000, "message_flags": 1, "channel_flags": 3, "time_lock_delta": 40, "htlc_minimum_msat": "1000", "base_fee": 7,
    "fee_rate": 11, "htlc_maximum_msat": "990000000", "extra_opaque_data": b64(b"\xfe\xd9\x03\x01\x05")}


def u16(value: int) -> bytes:
    return struct.pack(">H", value)


def u32(value: int) -> bytes:
    return struct.pack(">I", value)


def u64(value: int) -> bytes:
    return struct.pack(">Q", value)


def counted(update: bytes) -> bytes:
    return u16(len(update)) + update


def failure(code: str, index: int = 1, **more: Any) -> dict[str, Any]:
    plain = {"code": code, "channel_update": None, "htlc_msat": "0", "onion_sha_256": "", "cltv_expiry": 0, "flags": 0,
             "failure_source_index": index, "height": 0}
    assert set(more) <= set(plain), more
    return plain | more


# The failure message of the failing node, and the expected failure.
MESSAGES: list[tuple[int, bytes, dict[str, Any]]] = [
    # The amount is not copied, even by LND.
    (0x400F, u64(AMOUNT) + u32(110), failure("INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS", PAYEES, height=110)),
    (0x400F, b"", failure("INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS", PAYEES)),  # in the form of old nodes
    (0x4010, b"", failure("INCORRECT_PAYMENT_AMOUNT", PAYEES)),
    (0x0012, u32(700), failure("FINAL_INCORRECT_CLTV_EXPIRY", PAYEES, cltv_expiry=700)),
    (0x0013, u64(4999), failure("FINAL_INCORRECT_HTLC_AMOUNT", PAYEES, htlc_msat="4999")),
    (0x0011, b"", failure("FINAL_EXPIRY_TOO_SOON", PAYEES)),
    (0x4001, b"", failure("INVALID_REALM")),
    (0x100E, counted(TYPED), failure("EXPIRY_TOO_SOON", channel_update=UPDATE_SHOWN)),
    (0xC004, SHA, failure("INVALID_ONION_VERSION", onion_sha_256=b64(SHA))),
    (0xC005, SHA, failure("INVALID_ONION_HMAC", onion_sha_256=b64(SHA))),
    (0xC006, SHA, failure("INVALID_ONION_KEY", onion_sha_256=b64(SHA))),
    (0x100B, u64(77) + counted(TYPED), failure("AMOUNT_BELOW_MINIMUM", htlc_msat="77", channel_update=UPDATE_SHOWN)),
    (0x100C, u64(AMOUNT) + counted(TYPED), failure("FEE_INSUFFICIENT", htlc_msat="5000000", channel_update=UPDATE_SHOWN)),
    (0x100C, u64(AMOUNT) + counted(b""), failure("FEE_INSUFFICIENT", htlc_msat="5000000")),
    (0x100D, u32(130) + counted(TYPED), failure("INCORRECT_CLTV_EXPIRY", cltv_expiry=130, channel_update=UPDATE_SHOWN)),
    (0x1014, u16(2) + counted(TYPED), failure("CHANNEL_DISABLED", flags=2, channel_update=UPDATE_SHOWN)),
    (0x1007, counted(TYPED), failure("TEMPORARY_CHANNEL_FAILURE", channel_update=UPDATE_SHOWN)),
    (0x1007, counted(UPDATE), failure("TEMPORARY_CHANNEL_FAILURE", channel_update=UPDATE_SHOWN)),  # without its type, as LND did
    (0x1007, counted(b""), failure("TEMPORARY_CHANNEL_FAILURE")),
    (0x1007, u16(999) + b"cut off", failure("TEMPORARY_CHANNEL_FAILURE")),
    (0x6003, b"", failure("REQUIRED_NODE_FEATURE_MISSING")),
    (0x4009, b"", failure("REQUIRED_CHANNEL_FEATURE_MISSING")),
    (0x400A, b"", failure("UNKNOWN_NEXT_PEER")),
    (0x2002, b"", failure("TEMPORARY_NODE_FAILURE")),
    (0x6002, b"", failure("PERMANENT_NODE_FAILURE")),
    (0x4008, b"", failure("PERMANENT_CHANNEL_FAILURE")),
    (0x0015, b"", failure("EXPIRY_TOO_FAR")),
    (0x0017, b"", failure("MPP_TIMEOUT", PAYEES)),
    (0x4016, b"\x06\x00\x00", failure("INVALID_ONION_PAYLOAD", PAYEES)),
    (0xC018, SHA, failure("INVALID_ONION_BLINDING", onion_sha_256=b64(SHA))),
    (0x6ABC, b"\x01\x02\x03", failure("UNKNOWN_FAILURE")),  # a code that we do not know
]


class Failures(unittest.TestCase):
    maxDiff = None

    def pay(self, stage: Stage, by: str, outcome: Any) -> dict[str, Any]:
        """The last snapshot of a payment by `sendpay`, `keysend`, `pay` or `xpay` whose only attempt has this outcome."""
        if by == "sendpay":
            invoice = stage.by_hand(AMOUNT, outcome)
        elif by == "keysend":
            before = stage.counter("created")
            self.gifts += 1
            stage.node.call("scenario", {"label": f"gift {self.gifts}", "attempts": [outcome]})
            stage.refused("keysend", {"destination": "02" + "11" * 32, "amount_msat": AMOUNT, "label": f"gift {self.gifts}"})
            invoice = stage.node.rows(index="created", start=before + 1)[0]
        else:
            invoice = stage.pay(AMOUNT, outcome, by=by)
        return stage.wait_status(invoice, "FAILED", parts=1)

    def settled_failure(self, stage: Stage, by: str, outcome: Any, expected: dict[str, Any]) -> dict[str, Any]:
        """xpay's own report of the failure follows the node's, which could not read it."""
        payment = self.pay(stage, by, outcome)
        return stage.wait_payment(payment["payment_hash"], lambda p: p["htlcs"][0]["failure"]["code"] == expected["code"], expected["code"])

    def setUp(self) -> None:
        self.gifts = 0

    @needs_the_end
    def test_every_code_is_published_with_its_data_for_every_payer(self) -> None:
        for by in ("sendpay", "pay", "xpay", "keysend"):
            with Stage(["--trackpayments-failed-after=0"]) as stage:
                for code, data, expected in MESSAGES:
                    raw = u16(code) + data
                    outcome = {"do": "fail", "code": code, "erring_index": expected["failure_source_index"], "raw_message": raw.hex()}
                    with self.subTest(by=by, code=f"{code:04x}", data=len(data)):
                        payment = self.settled_failure(stage, by, outcome, expected)
                        self.assertEqual(payment["htlcs"][0]["failure"], expected)

    @needs_the_end
    def test_an_unreadable_error_onion_is_an_unreadable_failure(self) -> None:
        with Stage(["--trackpayments-failed-after=0"]) as stage:
            for by in ("sendpay", "pay", "xpay", "keysend"):
                with self.subTest(by=by):
                    payment = self.pay(stage, by, "garble")
                    self.assertEqual(payment["htlcs"][0]["failure"], failure("UNREADABLE_FAILURE", 0))
                    self.assertEqual(payment["failure_reason"], "FAILURE_REASON_ERROR")

    @needs_the_end
    def test_a_failure_in_our_own_node_has_index_0(self) -> None:
        with Stage(["--trackpayments-failed-after=0"]) as stage:
            for by in ("sendpay", "pay", "xpay", "keysend"):
                with self.subTest(by=by):
                    payment = self.pay(stage, by, "local_fail")
                    self.assertEqual(payment["htlcs"][0]["failure"], failure("TEMPORARY_CHANNEL_FAILURE", 0))

    def test_an_onion_that_our_peer_cannot_read_has_index_0(self) -> None:
        # lightningd counts it as hop 1, LND as 0 (src/lnrpc/README.md, "Failures").
        expected = failure("INVALID_ONION_HMAC", 0, onion_sha_256=b64(SHA))
        with Stage(["--trackpayments-failed-after=0"]) as stage:
            for by in ("sendpay", "pay", "keysend"):
                with self.subTest(by=by):
                    self.assertEqual(self.pay(stage, by, "malformed")["htlcs"][0]["failure"], expected)

    @needs_the_end
    def test_the_reason_comes_from_the_payees_failure_if_there_is_one(self) -> None:
        refusal = "incorrect_or_unknown_payment_details"
        cases = [([refusal, "temporary_channel_failure"], "INCORRECT_PAYMENT_DETAILS"),
                 (["temporary_channel_failure", "permanent_node_failure"], "NO_ROUTE"),
                 (["temporary_channel_failure", "mpp_timeout"], "TIMEOUT"),
                 (["garble", "temporary_channel_failure"], "NO_ROUTE"),
                 ([{"do": "fail", "code": 0x4010, "erring_index": 2}], "INCORRECT_PAYMENT_DETAILS"),
                 ([{"do": "fail", "code": 0x0011, "erring_index": 2}], "INCORRECT_PAYMENT_DETAILS"),
                 ([{"do": "fail", "code": 0x2002, "erring_index": 2}], "ERROR"),
                 ([{"do": "fail", "code": 0x4016, "erring_index": 2}], "ERROR")]
        with Stage(["--trackpayments-failed-after=3600"]) as stage:
            for outcomes, reason in cases:
                for by in ("pay", "xpay"):
                    with self.subTest(by=by, outcomes=outcomes):
                        invoice = stage.pay(AMOUNT, *outcomes, by=by)
                        payment = stage.wait_status(invoice, "FAILED", parts=len(outcomes))
                        self.assertEqual(payment["failure_reason"], f"FAILURE_REASON_{reason}")


class Unwatched(unittest.TestCase):
    """Parts that failed before the plugin started, of payments still in flight: no listing has the failure, waitsendpay may."""

    @needs_xpay
    def test_waitsendpay_is_called_and_forgotten_failures_stay_unknown(self) -> None:
        fail = {"do": "fail", "code": "fee_insufficient"}
        refusal = "incorrect_or_unknown_payment_details"
        cases = [("sendpay", fail, failure("FEE_INSUFFICIENT")),
                 ("sendpay", refusal, failure("INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS", PAYEES)),
                 ("sendpay", "local_fail", failure("TEMPORARY_CHANNEL_FAILURE", 0)),
                 ("sendpay", "garble", failure("UNREADABLE_FAILURE", 0)),
                 # For a part of `sendonion`, the node keeps only the fact that it failed.
                 ("pay", fail, failure("UNKNOWN_FAILURE", 0)), ("pay", "garble", failure("UNREADABLE_FAILURE", 0)),
                 # Only xpay could read it, and its report came before the plugin.
                 ("xpay", fail, failure("UNREADABLE_FAILURE", 0))]
        with Stage(["--trackpayments-failed-after=3600"], plugin=False, hooks="waitsendpay") as stage:
            paid: list[tuple[dict[str, Any], dict[str, Any]]] = []
            for by, outcome, expected in cases:
                if by == "sendpay":
                    invoice = stage.by_hand(AMOUNT, outcome, "hold", partid=1, groupid=1)
                    stage.wait_rows(invoice, "failed")
                    stage.sendpay(invoice, partid=2, groupid=1)
                else:
                    invoice = stage.pay(AMOUNT, outcome, "hold", by=by)
                stage.wait_rows(invoice, "failed", "pending")
                paid.append((invoice, expected))
            stage.start_plugin()
            for invoice, expected in paid:
                stage.wait_attempts(invoice, "FAILED", "IN_FLIGHT")
                stage.wait_payment(invoice, lambda p: p["htlcs"][0]["failure"] == expected, f"{expected['code']}")
                stage.release(invoice)
                stage.wait_status(invoice, "SUCCEEDED", parts=2)
            for invoice, expected in paid:
                self.assertEqual(stage.snapshots(invoice)[-1]["htlcs"][0]["failure"], expected)
                unreadable = expected["code"] == "UNREADABLE_FAILURE"  # it is in the row: no call is needed
                self.assertEqual(stage.asked("waitsendpay", invoice), 0 if unreadable else 1)

    def test_failures_from_before_and_after_the_start_of_the_plugin_are_in_one_snapshot(self) -> None:
        with Stage(["--trackpayments-failed-after=3600"]) as stage:
            invoice = stage.undecided("permanent_node_failure", "unknown_next_peer", "hold")
            stage.node.stop_plugin(PLUGIN)
            stage.sendpay(invoice, partid=2, groupid=1)
            stage.wait_rows(invoice, "failed", "failed")
            stage.start_plugin()
            stage.sendpay(invoice, partid=3, groupid=1)
            stage.wait_attempts(invoice, "FAILED", "FAILED", "FAILED")
            codes = ["TEMPORARY_CHANNEL_FAILURE", "PERMANENT_NODE_FAILURE", "UNKNOWN_NEXT_PEER"]
            stage.wait_payment(invoice, lambda p: [a["failure"]["code"] for a in p["htlcs"]] == codes, f"{codes}")
            stage.sendpay(invoice, partid=4, groupid=1)
            stage.release(invoice)
            stage.wait_status(invoice, "SUCCEEDED", parts=4)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
