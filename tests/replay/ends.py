"""Every payment that was shown in flight ends on the stream, before the deletion of its last row is published. A payment whose
preimage was shown does not end as FAILED."""
from node import Received
from oracle import snapshot_key
from payment_shape import ZERO_PREIMAGE

Key = tuple[str, str]
ENDS = ("SUCCEEDED", "FAILED")


def check(published: list[Received], runs: int, pending: set[int]) -> list[str]:
    """`pending`: rows that had not ended when the replay did; their payments may still be in flight. Payments that ended while no
    plugin ran are in no stream."""
    out: list[str] = []
    last: dict[Key, dict] = {}
    paid: set[Key] = set()
    run = 0
    for one in published:
        if one.run != run:
            last, run = {}, one.run
        if one.topic == "trackpayments":
            payment = one.params["trackpayments"]
            key = snapshot_key(payment)
            last[key] = payment
            if payment["payment_preimage"] != ZERO_PREIMAGE:
                paid.add(key)
            if payment["status"] == "FAILED" and key in paid:
                out.append(f"{_name(key)}: FAILED after its preimage was shown")
        elif one.topic == "trackpayments_deleted":
            out += _deleted(one.params["trackpayments_deleted"], last)
    if published and published[-1].run == runs - 1:
        out += [f"{_name(key)} was shown in flight and never ended" for key, payment in last.items() if payment["status"] not in ENDS
                and not pending & {int(htlc["attempt_id"]) for htlc in payment["htlcs"] if htlc["status"] == "IN_FLIGHT"}]
    return out


def _deleted(message: dict, last: dict[Key, dict]) -> list[str]:
    key = message["payment_hash"], message["payment_index"]
    if message["remaining"] or last.get(key, {"status": ENDS[0]})["status"] in ENDS:
        return []
    return [f"{_name(key)}: the deletion of its last attempt was published before its end"]


def _name(key: Key) -> str:
    return f"payment {key[0][:8]}… index {key[1]}"
