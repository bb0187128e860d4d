"""A payment with hundreds of parts must not flood the node: snapshots over 64 kB that are not terminal go out at most once a second."""
from node import Received
from oracle import SECOND, snapshot_key
from strict_json import dumps

LARGE = 64 * 1024


def is_paced(payment: dict) -> bool:
    return payment["status"] == "IN_FLIGHT" and len(dumps(payment).encode()) > LARGE


def check(published: list[Received], took_ns: int) -> list[str]:
    """`took_ns`: how long the whole run took. One more than its seconds is allowed: the first goes out at once."""
    found: dict[tuple[int, tuple[str, str]], int] = {}
    for one in published:
        if one.topic == "trackpayments" and is_paced(one.params["trackpayments"]):
            key = one.run, snapshot_key(one.params["trackpayments"])
            found[key] = found.get(key, 0) + 1
    return [f"payment {key[0][:8]}…: {number} large snapshots in {took_ns / SECOND:.1f} s" for (_, key), number in found.items()
            if number > took_ns // SECOND + 1]
