"""Prints the messages that contrib/recorder writes, as they come.

    stream_view.py FILE                       until ^C
    stream_view.py FILE NAME… -- CLI…         until one of these plugins or the node stops; CLI is lightning-cli and its options
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable, Iterator

COLOURS = {"IN_FLIGHT": "33", "SUCCEEDED": "32", "FAILED": "31"}


def colour(text: str, status: str) -> str:
    return f"\033[{COLOURS[status]}m{text}\033[0m" if sys.stdout.isatty() and status in COLOURS else text


def channel(chan_id: str) -> str:
    """In lightningd's spelling; LND packs block, transaction and output into one number."""
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
    """None for the copies on trackpayments_final."""
    topic = message["topic"]
    if topic == "trackpayments_deleted":
        gone = message[topic]
        return f"  deleted    payment {gone['payment_index']}: attempts {', '.join(gone['attempt_ids'])}"
    if topic != "trackpayments":
        return None
    payment = message[topic]
    status = payment["status"]
    text = f"  {colour(f'{status:10}', status)} payment {payment['payment_index']}: {payment['value_msat']} msat"
    if payment["fee_msat"] != "0":
        text += f", fee {payment['fee_msat']} msat"
    if status == "FAILED":
        text += f", {payment['failure_reason'].removeprefix('FAILURE_REASON_').lower()}"
    return text + "".join(f"\n               {attempt(htlc)}" for htlc in payment["htlcs"])


def parsed(text: str) -> dict | None:
    """None for a line that a full disk or a kill cut short."""
    try:
        message = json.loads(text)
        line(message)
        return message
    except (ValueError, KeyError, TypeError, AttributeError):
        print("stream_view: skipping a line that is not a message of the recorder", file=sys.stderr, flush=True)
        return None


def follow(path: Path, until: Callable[[], bool]) -> Iterator[dict]:
    """All messages of the file, old and new; ends when `until()` is true and all are read."""
    while not path.exists():
        if until():
            return
        time.sleep(0.05)
    with open(path, encoding="utf-8") as file:
        rest = ""
        while True:
            over = until()
            rest += file.read()
            *whole, rest = rest.split("\n")
            yield from (message for text in whole if (message := parsed(text)))
            if over:
                return
            time.sleep(0.05)


class Node:
    """Polls the node. over() is true once one of the plugins or the node has stopped; then `why` is the reason."""

    def __init__(self, plugins: list[str], cli: list[str]) -> None:
        self.plugins, self.cli = plugins, cli
        self.why = ""
        self.due = 0.0

    def over(self) -> bool:
        if self.why or not self.cli or time.monotonic() < self.due:
            return bool(self.why)
        asked = subprocess.run([*self.cli, "plugin", "list"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        self.due = time.monotonic() + 2.0
        try:
            names = [plugin["name"] for plugin in json.loads(asked.stdout)["plugins"]]
        except (ValueError, KeyError, TypeError):
            self.why = "lightningd no longer answers: " + " ".join((asked.stderr or asked.stdout).split())
            return True
        ended = [name for name in self.plugins if name not in names]
        if ended:
            self.why = f"{ended[0]} has stopped; see lightningd's log"
        return bool(self.why)


def main(arguments: list[str]) -> int:
    separator = arguments.index("--") if "--" in arguments else len(arguments)
    if not arguments[:separator] or arguments[0].startswith("-") or (len(arguments) > 1 and separator + 1 >= len(arguments)):
        print((__doc__ or "").strip(), file=sys.stderr)
        return 2
    path, node = Path(arguments[0]), Node(arguments[1:separator], arguments[separator + 1:])
    if not path.parent.is_dir():
        print(f"stream_view: no such directory: {path.parent}", file=sys.stderr)
        return 1
    try:
        for message in follow(path, node.over):
            if text := line(message):
                print(text, flush=True)
    except BrokenPipeError:
        return 0  # the reader has closed the pipe
    except OSError as error:
        print(f"stream_view: {error.filename or 'cannot write'}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"\n{node.why}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    try:
        ended_with = main(sys.argv[1:])
    except KeyboardInterrupt:
        ended_with = 0
    sys.stderr.flush()
    os._exit(ended_with)  # stdout may be closed or full: Python must not flush it again
