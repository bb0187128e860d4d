"""The base of the oracle's tests: runs of the plugin (REPLAY_PLUGIN in the environment) that agree with their recording. Each test
then falsifies one thing."""
import copy
import os
import unittest
from typing import Any, Callable

import decided
import ends
import oracle
import sequence
from node import Received
from player import Played, Player


class Truthful(unittest.TestCase):
    runs: dict[str, Played] = {}

    def played(self, name: str) -> Played:
        if name not in self.runs:
            played = Player([os.environ["REPLAY_PLUGIN"]], name, "rows-first", library=os.environ.get("REPLAY_AHEAD", "")).run()
            self.assertEqual(self.judged(played, played.journal.published), [], f"{name}: the run to be changed has complaints itself")
            self.runs[name] = played
        return self.runs[name]

    def published(self, name: str) -> list[Received]:
        """A copy that may be changed."""
        return copy.deepcopy(self.played(name).journal.published)

    def judged(self, played: Played, published: list[Received]) -> list[str]:
        malformed = sequence.shapes(published)
        if malformed:
            return malformed
        snapshots = [(one.run, one.params["trackpayments"]) for one in published if one.topic == "trackpayments"]
        return [*oracle.judge(played.entries, played.runs, snapshots), *decided.check(played.entries, played.runs, published),
                *ends.check(published, len(played.runs), played.model.pending()),
                *sequence.check(published, played.model.deleted, True, len(played.runs))]

    def changed(self, name: str, change: Callable[[list[Received]], Any], complaint: str) -> None:
        """Changes the published messages and expects that complaint."""
        published = self.published(name)
        change(published)
        complaints = self.judged(self.played(name), published)
        self.assertTrue(any(complaint in c for c in complaints), f"{name}: expected a complaint about {complaint!r}, got {complaints}")

    def reject(self, name: str, change: Callable[[dict], Any], complaint: str) -> None:
        """Changes the last snapshot, on both topics alike."""
        def both(published: list[Received]) -> None:
            for payment in last_snapshots(published)[-1]:
                change(payment)
        self.changed(name, both, complaint)


def last_snapshots(published: list[Received]) -> list[list[dict]]:
    """The last snapshot of each payment, with its copy on the final topic, in the order in which they ended."""
    found: dict[tuple, dict[str, dict]] = {}
    for one in published:
        if one.topic == "trackpayments_deleted":
            continue
        payment = one.params[one.topic]
        key = one.run, *oracle.snapshot_key(payment)
        if one.topic == "trackpayments":
            found.pop(key, None)
        found.setdefault(key, {})[one.topic] = payment
    return [list(topics.values()) for topics in found.values()]
