"""Shows what contrib/recorder writes, one line a message, as it comes."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Callable, Iterator

COLOURS = {"IN_FLIGHT": "33", "SUCCEEDED": "32", "FAILED": "31"}


def colour(text: str, status: str) -> str:
    return f"\033[{COLOURS[status]}m{text}\033[0m" if sys.stdout.isatty() and status in COLOURS else text


def channel(chan_id: str) -> str:
    """As lightningd spells it; LND's number packs block, transaction and output."""
    number = int(chan_id)
    return f"{number >> 40}x{number >> 16 & 0xffffff}x{number & 0xffff}" if number else "blinded"


def attempt(htlc: dict) -> str:
    route = htlc["route"]
    text = f"#{htlc['attempt_id']} {htlc['status'].lower()} {route['total_amt_msat']} msat"
    if route["hops"]:
        text += " over " + " ".join(f"{channel(hop['chan_id'])}>{hop['pub_key'][:6]}" for hop in route["hops"])
    if htlc["failure"]:
        text += f" ({htlc['failure']['code']} at {htlc['failure']['failure_source_index']})"
    return text


def line(message: dict) -> str | None:
    """Nothing for the copies on trackpayments_final."""
    topic = message["topic"]
    if topic == "trackpayments_deleted":
        gone = message[topic]
        return f"  deleted    payment {gone['payment_index']}: attempts {', '.join(gone['attempt_ids'])}"
    if topic != "trackpayments":
        return None
    payment = message[topic]
    status = payment["status"]
    text = f"  {colour(f'{status:10}', status)} payment {payment['payment_index']} of {payment['value_msat']} msat"
    if payment["fee_msat"] != "0":
        text += f", fee {payment['fee_msat']} msat"
    if status == "FAILED":
        text += f", {payment['failure_reason'].removeprefix('FAILURE_REASON_').lower()}"
    return text + "".join(f"\n               {attempt(htlc)}" for htlc in payment["htlcs"])


def follow(path: Path, until: Callable[[], bool]) -> Iterator[dict]:
    """Messages appended to the file, also those already there; ends when `until` says so and nothing is left."""
    while not path.exists() and not until():
        time.sleep(0.05)
    with open(path, encoding="utf-8") as file:
        rest = ""
        while True:
            over = until()
            rest += file.read()
            *whole, rest = rest.split("\n")
            yield from (json.loads(text) for text in whole)
            if over:
                return
            time.sleep(0.05)


def show(path: Path, until: Callable[[], bool]) -> None:
    for message in follow(path, until):
        if text := line(message):
            print(text, flush=True)


if __name__ == "__main__":
    try:
        show(Path(sys.argv[1]), lambda: False)
    except (KeyboardInterrupt, BrokenPipeError):
        os._exit(0)
