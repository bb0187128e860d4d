"""One payment of every kind."""

from __future__ import annotations

from typing import Any

from support import Stage

OPTIONS = ["--trackpayments-failed-after=0"]  # a payment by hand has failed with its last part
FAILURES = ("incorrect_or_unknown_payment_details", "fee_insufficient", "temporary_node_failure", "mpp_timeout", "unknown_next_peer",
            "garble", "local_fail", "malformed")


def hold_two(stage: Stage) -> list[dict[str, Any]]:
    """Two payments that are in flight when clients subscribe; one of them had a failed attempt."""
    held = [stage.pay(2_000_000, "hold"), stage.pay(3_000_001, "temporary_channel_failure", "hold")]
    stage.wait_attempts(held[0], "IN_FLIGHT")
    stage.wait_attempts(held[1], "FAILED", "IN_FLIGHT")
    stage.barrier()
    return held


def every_kind(stage: Stage) -> list[str]:
    """Makes the payments, waits until they have ended, and returns their hashes."""
    made = [stage.pay(5_000_000, by=by) for by in ("xpay", "pay")]
    made.append(stage.pay(9_000_003, parts=["settle", "settle", "settle"]))
    made.append(stage.pay(8_000_000, parts=["settle", {"attempts": ["temporary_channel_failure", "settle"]}]))
    made.append(stage.pay(4_000_000, "fee_insufficient", "temporary_channel_failure", "settle", by="pay"))
    made += [stage.pay(4_000_000, failure) for failure in FAILURES]
    made.append(stage.pay(6_000_000, parts=["incorrect_or_unknown_payment_details", "mpp_timeout"]))
    made.append(stage.pay(7_000_000, bolt12=True))
    made.append(stage.pay(1_000, to_self=True))
    by_hand = stage.invoice(3_000_000, outcomes=["expiry_too_far"])
    stage.sendpay(by_hand)
    made.append(by_hand)
    made.append(stage.node.call("keysend", {"destination": "02" + "11" * 32, "amount_msat": 7000}))
    for payment in made:
        stage.wait_payment(payment, lambda p: p["status"] != "IN_FLIGHT", "its end")
    stage.barrier()
    return [payment["payment_hash"] for payment in made]
