#!/usr/bin/env python3
"""Plays one recording to the plugin and checks that the messages it publishes agree with the recording, the rules and the golden.

    run.py --plugin PATH --transcript NAME [--order rows-first|messages-first] [--golden FOLDER] [--bless] [--show]
           [--patience SECONDS] [--ahead LIBRARY]

Exit code 0: agreed. `--bless` writes the golden, only after everything else agreed and only from a rows-first run.
`--show` prints every message as it was published. `--patience` is how long to wait for actions that the plugin does by a timer.
`--ahead` is ahead.cpp, built: recordings of nodes whose payers wait for blocks need it.
"""
import argparse
import signal
import sys
import time
from pathlib import Path

import paths  # noqa: F401

import checks
import decided
import ends
import expect
import facts
import golden
import oracle
import pacing
import sequence
from node import PATIENCE
from player import ORDERS, Played, Player
from splitters import Broken
from strict_json import dumps


def judge(played: Played, clock: tuple[int, int]) -> list[str]:
    """All complaints but those about the golden."""
    journal = played.journal
    out = list(played.faults)
    out += checks.logs(played.name, journal, played.entries)
    malformed = sequence.shapes(journal.published)
    if malformed:
        return out + malformed
    snapshots = [(one.run, one.params["trackpayments"]) for one in journal.published if one.topic == "trackpayments"]
    late = clock if played.order == "messages-first" else None
    out += oracle.judge(played.entries, played.runs, snapshots, late)
    out += pacing.check(journal.published, clock[1] - clock[0] + int(played.put_forward * oracle.SECOND))
    out += decided.check(played.entries, played.runs, journal.published)
    out += ends.check(journal.published, len(played.runs), played.model.pending())
    return out + sequence.check(journal.published, played.model.deleted, late is None, len(played.runs))


def loose_values(played: Played) -> set[str]:
    known = facts.read(played.entries)
    return {one.payment_hash for run in played.runs for one in expect.expected_payments(known, run, True, True)
            if one.value.loose}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--plugin", required=True)
    parser.add_argument("--transcript", required=True)
    parser.add_argument("--order", choices=ORDERS, default=ORDERS[0])
    parser.add_argument("--golden", type=Path, default=Path(__file__).resolve().parent / "golden")
    parser.add_argument("--bless", action="store_true")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--patience", type=float, default=PATIENCE)
    parser.add_argument("--ahead", default="")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the plugin ends with a test that is stopped
    path = given.golden / f"{given.transcript}.jsonl"
    began = time.time_ns()
    player = Player([str(Path(given.plugin).resolve())], given.transcript, given.order, given.patience,
                    given.ahead)
    try:
        played = player.run()
        complaints = judge(played, (began, time.time_ns()))
    except Broken as broken:
        played = player.played
        complaints = [str(broken), *played.faults]
    if given.show or complaints:
        for one in played.journal.published if given.show else []:
            print(f"run {one.run} entry {one.position} {one.topic} {dumps(one.params)}")
        for line in played.journal.logs:
            print(f"log {dumps(line)}")
        for text in played.journal.stderr:
            print(f"stderr {text}")
    published = played.journal.published
    if not complaints and given.order == ORDERS[0]:
        if given.bless:
            golden.write(path, published)
        complaints += golden.compare(path, published)
    elif not complaints:
        complaints += golden.compare_ends(path, published, loose_values(played))
    for complaint in complaints:
        print(complaint)
    topics = sum(1 for one in published if one.topic == "trackpayments")
    print(f"{given.transcript} {given.order}: {topics} snapshots, {len(published)} messages, "
          f"{'agreed' if not complaints else f'{len(complaints)} complaints'}")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
