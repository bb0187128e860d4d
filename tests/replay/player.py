"""Plays one recording to the plugin: its to_plugin messages in order, its row changes on the model, its stops and starts.

There are two orders, because a node has none between stdin and the RPC socket. rows-first: a change of a row is answered on the
socket, and processed, before its notification is sent. messages-first: answers of waits follow the next message on stdin. (In both,
a call made after a notification was read sees the new rows: lightningd commits before it writes either.)
"""
import os
import tempfile
import time
from dataclasses import dataclass, field
from typing import Any, Callable

import checks
import delpays
import making
import payers
import renepays
import shown
from ahead import Ahead
from held import held_until
from model import Model
from node import PATIENCE, HookCall, Journal, Node
from splitters import Broken
from timeline import Step, timeline
from transcript import Call, Entry, Recording, calls, hooked, load

ORDERS = ("rows-first", "messages-first")
FAILED_AFTER, RETAIN = 3600, 20000
LONGEST_SILENCE = 61  # seconds, of payers that wait for blocks
LONGEST_PAUSE = 6     # between two status calls to a payer that has such a command

# autoclean deletes the rows of earlier recordings of the same node: this one lists all rows and was made just before it.
EARLIER = {"autoclean": "listsendpays_variants"}

# Rows that were final before a plugin started are made this much older: else the rule "rows updated within failed-after" would
# depend on the age of the recordings.
AGED = 10**9


@dataclass
class Played:
    """The results of a run, for the oracle and the golden."""
    name: str
    order: str
    entries: Recording
    journal: Journal
    model: Model
    runs: list[tuple[int, int]] = field(default_factory=list)  # entry indexes: alive from, until
    put_forward: float = 0  # seconds that the plugin's clock was put forward

    @property
    def faults(self) -> list[str]:
        return self.journal.faults


class Player:
    """`library`: ahead.cpp, built; without it payments whose payer may wait for blocks stay in flight. `in_time`: the plugin's
    clock follows the times of the recording."""

    def __init__(self, argv: list[str], name: str, order: str, patience: float = PATIENCE, library: str = "",
                 failed_after: int = FAILED_AFTER, in_time: bool = False):
        self.argv, self.order, self.library, self.failed_after, self.in_time = argv, order, library, failed_after, in_time
        entries = load(name)
        plan = timeline(entries)
        rows = list(plan.start)
        if name in EARLIER:
            rows += timeline(load(EARLIER[name])).start
        self.calls: dict[str, Call] = {call.request.msg["id"]: call for call in calls(entries)}
        decoded = {call.params["string"]: call.reply["result"] for call in self.calls.values()
                   if call.method == "decode" and "result" in call.reply}
        self.model = Model(plan.counters, rows, decoded, renepays.read(entries), entries.version)
        self.held_until = held_until(entries)
        self.played = Played(name, order, entries, Journal(), self.model)
        self.steps = list(plan.steps)
        self.passed: set[int] = set()  # entries played before their turn
        self.hook_calls: list[tuple[Entry, HookCall]] = []  # to be answered with continue
        self.node: Node | None = None
        self.directory = ""
        self.ahead: Ahead | None = None
        self.t = 0.0  # seconds of the recording that the plugin's clock was put forward
        self.patience = patience

    def run(self) -> Played:
        entries = self.played.entries
        with tempfile.TemporaryDirectory(prefix="replay-") as self.directory:
            self.ahead = Ahead(self.directory, self.library) if self.library else None
            try:
                self._start(-1)
                self._made_up_greeting()
                for entry in entries:
                    self._at(entry)
                self._steps_until(len(entries))
                self._end_silence()
                self._stop(len(entries))
            finally:
                if self.node:
                    self.node.close()
        return self.played

    # Runs of the plugin.

    def _start(self, position: int) -> None:
        for row in self.model.table.values():
            if row["status"] != "pending" and row["created_at"] > AGED:
                self.model.table[row["created_index"]] = {
                    k: v - AGED if k in ("created_at", "completed_at") else v for k, v in row.items()}
        run = len(self.played.runs)
        self.played.runs.append((position, 1 << 60))
        self.node = Node(self.argv, self.directory, self.model, self.played.journal, run, self.order == "messages-first",
                         self.ahead.environment if self.ahead else {})
        self.node.position = position

    def _stop(self, position: int) -> None:
        if self.node is None:
            return
        self.played.runs[-1] = (self.played.runs[-1][0], position)
        code = self.node.stop()
        for entry, call in self.hook_calls:
            if call.answer != delpays.CONTINUE:
                self.played.faults.append(f"{call.request.get('method', 'a call that is not JSON')}, entry {entry.index}, was not continued: "
                                          f"{call.answer}")
        self.hook_calls.clear()
        self.node.close()
        self.node = None
        if code != 0:
            self.played.faults.append(f"end of file on stdin: exit code {code}, expected 0")

    def _made_up_greeting(self) -> None:
        """Most recordings begin while the plugin is running: getmanifest and init are made up."""
        head = next((e for e in self.played.entries if e.direction == "to_plugin"), None)
        stops_first = any(self._is_stop(e) for e in self.played.entries[:head.index if head else None])
        if head is not None and head.msg["method"] == "getmanifest" and not stops_first:
            return
        numbers = self.played.entries.version.numeric_ids
        self._get_manifest({"jsonrpc": "2.0", "id": 20 if numbers else "cln:getmanifest#20", "method": "getmanifest",
                            "params": {"allow-deprecated-apis": True}})
        self._init({"jsonrpc": "2.0", "id": 44 if numbers else "cln:init#44", "method": "init", "params": {"configuration": {
            "startup": False, "network": "regtest", "feature_set": {
                "init": "800898880a8a59a1", "node": "808898880a8a59a1", "channel": "", "invoice": "02000002024100",
                "bolt12_offer": "", "bolt12_invreq": "", "bolt12_invoice": "020000", "channel_type": "08800000800000"}}}})

    def _get_manifest(self, message: dict) -> None:
        self.node.get_manifest(message)
        self.played.faults.extend(checks.manifest(self.node.manifest))

    def _init(self, message: dict) -> None:
        """With our own directory, and a failed-after that is longer than the recording."""
        given = message["params"]["configuration"]
        configuration = {"lightning-dir": self.directory, "rpc-file": "lightning-rpc"}
        configuration.update((k, v) for k, v in given.items() if k not in configuration)
        options = {"trackpayments-failed-after": self.failed_after, "trackpayments-retain": RETAIN}
        self.node.init(dict(message, params={"options": options, "configuration": configuration}))

    def _end_silence(self) -> None:
        """Decides the undecided payments. Those of xpay and renepay are decided first, by listpays and renepaystatus. The plugin
        makes these calls by a timer, which rest cannot see. Groups that xpay still held at the end of the recording are then
        released."""
        end = len(self.played.entries)
        xpays = {group for group, until in self.held_until.items() if until < end}
        renepays = {one.payment_hash for one in self.model.renepaid if one.answered < end}
        self._decide(LONGEST_PAUSE, lambda group: group in xpays or group[0] in renepays, "after xpay or renepay gave up")
        self.node.position = self.model.position = end
        self.model.held = set()
        reply = self.node.request({"jsonrpc": "2.0", "id": "replay:setconfig#1", "method": "setconfig",
                                   "params": {"config": "trackpayments-failed-after", "val": "0"}})
        if "result" not in reply:
            self.played.faults.append(f"setconfig trackpayments-failed-after 0 refused: {reply}")
        self.node.rest("after the silence ended")
        waiting = {call.given["payment_hash"] for call in making.makings(self.played.entries)
                   if payers.waits_for_blocks(call, self.played.entries.version)}
        self._decide(LONGEST_PAUSE, lambda group: group[0] not in waiting, "after the silence ended")
        self.node.position = end + 1
        if self.ahead:
            self._decide(LONGEST_SILENCE, lambda group: True, "after a minute of silence")

    def _decide(self, seconds: int, expected: Callable[[tuple[str, int]], bool], when: str) -> None:
        """Waits until none of these groups is undecided. The plugin's clock is put forward by `seconds` first."""
        def left() -> list[tuple[str, int]]:
            return [group for group in self._undecided() if expected(group)]
        if self.ahead and left():
            self._put_forward(seconds)
        self._wait_while(left, when)

    def _wait_while(self, condition: Callable[[], Any], when: str) -> None:
        """The condition is checked later, so running out of patience is no failure here; but none is left for the rest of the run."""
        limit = time.monotonic() + self.patience
        while condition():
            if time.monotonic() > limit:
                self.patience = 0.0
                return
            time.sleep(0.01)
            self.node.rest(when)

    def _undecided(self) -> set[tuple[str, int]]:
        return shown.undecided(self.played.journal.published, self.model.table)

    def _is_stop(self, entry: Entry) -> bool:
        if entry.direction == "note":
            return entry.msg.get("tap", {}).get("event") == "exit"
        if entry.direction == "rpc_response":
            result = entry.msg.get("result")
            return isinstance(result, dict) and result.get("command") == "stop"
        return False

    # One entry after the other.

    def _at(self, entry: Entry) -> None:
        if self.node:
            self.node.position = entry.index
        self.model.position = entry.index
        self.model.held = {group for group, until in self.held_until.items() if entry.index < until}
        if self.in_time:
            self._wait_until(entry.t)
        self._steps_until(entry.index)
        if self._is_stop(entry):
            self._stop(entry.index)
        elif entry.direction == "note" and entry.msg.get("tap", {}).get("event") == "start":
            if self.node is None:
                self._start(entry.index)
        elif entry.direction == "note" and "raw_to_plugin" in entry.msg:
            self.hook_calls.append((entry, self.node.call_unreadable_hook(entry.msg["raw_to_plugin"])))
            self.node.rest(f"after the unreadable hook call, entry {entry.index}")
        elif entry.direction == "to_plugin" and entry.index not in self.passed:
            self._message(entry)

    def _wait_until(self, t: float) -> None:
        """Second by second, so that timers due at different times fire one after the other."""
        while self.t < t:
            self._put_forward(min(t - self.t, 1))

    def _put_forward(self, seconds: float) -> None:
        self.t += seconds
        self.played.put_forward = self.t
        self.ahead.put_forward(self.t)
        if self.node:
            self.node.rest(f"when its clock was put forward by {seconds} s")

    def _steps_until(self, position: int) -> None:
        while self.steps and self.steps[0].position <= position:
            self._step(self.steps.pop(0))

    def _step(self, step: Step) -> None:
        if step.kind == "created":
            self.model.insert(step.row)
        else:
            self.model.end(step.row)
        if self.node and self.node.initialised:
            self.node.rows_changed(step.row)

    def _message(self, entry: Entry) -> None:
        message = entry.msg
        if self.node is None:
            raise Broken(f"entry {entry.index} is a message to a plugin that was stopped")
        if message["method"] == "getmanifest":
            self._get_manifest(message)
        elif message["method"] == "init":
            self._init(message)
        elif message["method"] == "rpc_command":
            if self.node.hooks(message["params"]["rpc_command"]["method"]):
                self._hook(entry)
        elif "id" in message:
            raise Broken(f"entry {entry.index}: request {message['method']} is new to this player")
        else:
            self.node.notify(message)
            self.node.rest(f"after {message['method']}, entry {entry.index}")

    def _hook(self, entry: Entry) -> None:
        if hooked(entry, "delpay"):
            self._delpays(delpays.at_once(self.played.entries, entry))
            return
        call = self.node.call_hook(entry.msg)
        self.hook_calls.append((entry, call))
        if self.node.asks_for(call.request["method"]):
            self.node.rest(f"after the hook call of {call.request['method']}, entry {entry.index}")

    def _delpays(self, entries: list[Entry]) -> None:
        """Calls that were on their way together are sent together."""
        self.node.position = entries[-1].index
        hook_calls = [self.node.call_hook(entry.msg) for entry in entries]
        self.node.rest(f"after the hook call of delpay, entry {entries[0].index}")
        answered = []
        for entry, call in zip(entries, hook_calls):
            self.passed.add(entry.index)
            if call.answer == delpays.CONTINUE:
                outcome = self.model.call("delpay", call.request["params"])
                self.node.rows_changed()
            else:
                outcome = call.answer["return"]
            answered.append(delpays.Answered(entry, call.answer, outcome, self.calls.get(call.request["id"])
                                             or delpays.of_cli(self.played.entries, entry)))
        published = self.played.journal.published
        # The plugin lists the rows again by a timer.
        self._wait_while(lambda: shown.unpublished_deletions(published, self.node.run, self.model.deleted), "after a deletion")
        self.played.faults.extend(delpays.judge(answered))
