"""lightningd's side of the conversation with one plugin process: getmanifest and init, notifications by subscription, hook calls
by filter, the RPC socket over the row model, and a way to know that the plugin is at rest.

At rest means: unknown requests came back (stdin is read in order) while nothing else happened; no hook call and no RPC call is open
but `wait`s; a wait is armed on each of the three counters; every row that changed was listed since, or its end was notified. Nothing
here sleeps.
"""
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any

import strict_json
from fake_lightningd import Connection, FakeLightningd, encoded
from model import Model
from splitters import Broken

PATIENCE = 180.0  # seconds, enough for slow and busy machines: it only ends a test that hangs
TOPICS = ("trackpayments", "trackpayments_final", "trackpayments_deleted")
ID = re.compile(r'"id":("[^"]*"|[0-9]+)')
INDEXES = ("created", "updated", "deleted")


@dataclass
class Received:
    """One topic message, and the state of the model when it was read."""
    run: int
    position: int
    topic: str
    params: Any
    counters: dict[str, int]
    pending: set[int]  # rows still pending in the group of its attempts
    deleted: int
    rested: int = 0    # created counter when the plugin last was at rest: up to there it has read all rows


@dataclass
class HookCall:
    request: dict
    inner: tuple[Connection, dict] | None = None  # set when the client is the plugin itself
    answer: dict | None = None


@dataclass
class Journal:
    """All output of the plugin, over all its runs."""
    published: list[Received] = field(default_factory=list)
    logs: list[dict] = field(default_factory=list)
    stderr: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class Node(FakeLightningd):
    """`late_waits`: the answer of a wait stays unsent until the plugin has read the next message on stdin, or makes another call on
    the socket, whose answers are in order. Real nodes do that: there is no order between stdin and the socket."""

    def __init__(self, argv: list[str], directory: str, model: Model, journal: Journal, run: int, late_waits: bool,
                 environment: dict[str, str]):
        self.model, self.journal, self.run = model, journal, run
        self.late_waits = late_waits
        self.position = -1
        self.manifest: dict = {}
        self.initialised = False
        self._replies: dict[str, dict] = {}
        self._asked: set[str] = set()
        self._hooks: dict[str, HookCall] = {}
        self._rpc_ids: set[str] = set()
        self._number = 0
        self._activity = 0
        self._rested = model.counters["created"]
        self._unread: dict[int, str] = {}  # rows that changed and were not listed since
        super().__init__(argv, directory, model.version.name, environment)

    def send(self, *messages: Any) -> None:
        """All in one write; text goes as it is."""
        self.write_input(b"".join(encoded(message) for message in messages))

    def output_came(self, text: bytes) -> None:
        self._output(_parsed(text, "stdout"))

    def call_came(self, connection: Connection, text: bytes) -> None:
        self._rpc(connection, _parsed(text, "the RPC socket"))

    # Requests to the plugin.

    def request(self, message: dict) -> dict:
        """Sends a request and waits for its reply."""
        self._asked.add(message["id"])
        self.send(message)
        return self._reply_to(message)

    def _reply_to(self, message: dict) -> dict:
        identity = message["id"]
        deadline = time.monotonic() + PATIENCE
        while identity not in self._replies:
            self._pump(1, deadline, f"no reply to {message['method']}")
        self._asked.discard(identity)
        return self._replies.pop(identity)

    def get_manifest(self, message: dict) -> None:
        reply = self.request(message)
        if "result" not in reply:
            raise Broken(f"getmanifest refused: {reply}")
        self.manifest = reply["result"]

    def init(self, message: dict) -> None:
        reply = self.request(message)
        if "result" not in reply or "disable" in reply["result"]:
            raise Broken(f"init refused: {reply}")
        self.initialised = True
        self.rest("after init")

    def notify(self, message: dict) -> None:
        if message["method"] in self.manifest.get("subscriptions", []):
            self.send(message)
            self._unread.pop(_ended(message), None)

    def hooks(self, method: str) -> bool:
        """Whether the plugin gets the hook call of that command, requested or not."""
        return self._filters() is not None and (not self.model.version.hook_filters or self.asks_for(method))

    def asks_for(self, method: str) -> bool:
        filters = self._filters()
        return filters is not None and (not filters or method in filters)

    def _filters(self) -> list[str] | None:
        """The filters of the hook: None without the hook, an empty list for every command."""
        for hook in self.manifest.get("hooks", []):
            if hook == "rpc_command" or (isinstance(hook, dict) and hook["name"] == "rpc_command"):
                return hook.get("filters", []) if isinstance(hook, dict) else []
        return None

    def call_hook(self, message: dict, inner: tuple[Connection, dict] | None = None) -> HookCall:
        call = HookCall(message["params"]["rpc_command"], inner)
        self._hooks[message["id"]] = call
        self.send(message)
        return call

    def call_unreadable_hook(self, text: str) -> HookCall:
        """A hook call that is not JSON, in one read between good messages. It must be answered before the message behind it."""
        call = HookCall({"text": text})
        self._hooks[json.loads(ID.search(text)[1])] = call
        before, after = self._unknown_request(), self._unknown_request()
        self.send(before, text, after)
        for request in (before, after):
            self._refusal_of(request)
        if call.answer is None:
            self.journal.faults.append(f"a hook call that is not JSON was not answered before the request behind it: {text[:80]}")
        return call

    # Rest.

    def _unknown_request(self) -> dict:
        self._number += 1
        message = {"jsonrpc": "2.0", "id": f"replay:barrier#{self._number}", "method": "replay-barrier", "params": {}}
        self._asked.add(message["id"])
        return message

    def _refusal_of(self, request: dict) -> None:
        reply = self._reply_to(request)
        if reply.get("error", {}).get("code") != -32601:
            raise Broken(f"an unknown method was answered {reply}, not -32601")

    def barrier(self) -> None:
        request = self._unknown_request()
        self.send(request)
        self._refusal_of(request)
        while self.pump(0):
            pass

    def rest(self, when: str) -> None:
        deadline = time.monotonic() + PATIENCE
        quiet = 0
        while quiet < 4:
            before = self._activity
            self.barrier()
            self._pump(0, deadline, "")  # its calls on the socket before it answered the barrier
            self._release_waits()
            open_hooks = [identity for identity, call in self._hooks.items() if call.answer is None]
            unarmed = [index for index in INDEXES if not any(wanted == index for _, wanted, _ in self.model.blocked)]
            unread = sorted(self._unread.keys() & self.model.table.keys())
            busy = before != self._activity or open_hooks or unread or (unarmed and self.initialised)
            quiet = 0 if busy else quiet + 1
            if not quiet:
                # More messages are on their way: read them, or look again soon.
                self._pump(0 if before != self._activity else 0.02, deadline,
                           f"the plugin does not come to rest {when}: unanswered hook calls {open_hooks}, no wait armed on "
                           f"{unarmed}, rows changed and never listed {unread}")
        self._rested = self.model.counters["created"]

    def _release_waits(self) -> None:
        for (connection, request), result in self.model.fired:
            self._activity += 1
            self.answer_call(connection, encoded({"jsonrpc": "2.0", "id": request["id"], "result": result}))
        self.model.fired.clear()

    def rows_changed(self, row: dict | None = None) -> None:
        """The model changed (without `row`: some were deleted). Waits are answered now or, if late, after the next message on stdin."""
        if row:
            self._unread[row["created_index"]] = row["status"]
        if not self.late_waits:
            self._release_waits()
            self.rest("after a row changed")

    def stop(self) -> int | None:
        """End of file on stdin, as at shutdown; the exit code."""
        self.flush_input(PATIENCE)
        self.child.stdin.close()
        self.model.forget_waits()
        return self.exit_code(PATIENCE)

    def close(self) -> None:
        if text := self.errors():
            self.journal.stderr.append(text)
        super().close()

    def _pump(self, seconds: float, deadline: float, complaint: str) -> None:
        self.pump(seconds)
        if self.at_eof:
            raise Broken(f"the plugin is gone ({complaint}); stderr: {self.errors()[-2000:]}")
        if time.monotonic() > deadline:
            raise Broken(complaint)

    # Output of the plugin.

    def _output(self, message: dict) -> None:
        if "id" in message:
            self._reply(message)
            return
        self._activity += 1
        method, params = message.get("method"), message.get("params")
        if not isinstance(method, str) or params is None:
            raise Broken(f"a notification needs method and params: {message}")
        declared = {entry["method"] for entry in self.manifest.get("notifications", [])}
        if method == "log":
            self.journal.logs.append(params)
        elif method in declared and method in TOPICS:
            self.journal.published.append(Received(self.run, self.position, method, params, dict(self.model.counters),
                                          self.model.pending_beside(_attempts(params)), len(self.model.deleted), self._rested))
        else:
            self.journal.faults.append(f"notification of a topic that is not declared: {method}")

    def _reply(self, message: dict) -> None:
        identity = message["id"]
        if ("result" in message) == ("error" in message):
            raise Broken(f"a reply has either result or error: {message}")
        if identity in self._hooks and self._hooks[identity].answer is None:
            self._activity += 1
            self._hook_answered(identity, message)
        elif identity in self._asked and identity not in self._replies:
            self._replies[identity] = message
        else:
            self.journal.faults.append(f"a reply to no request: {message}")

    def _hook_answered(self, identity: str, message: dict) -> None:
        call = self._hooks[identity]
        if "error" in message:
            raise Broken(f"an error as reply to a hook aborts lightningd: {message}")
        answer = message["result"]
        refusal = answer.get("return", {}).get("error") if isinstance(answer, dict) else None
        if refusal is not None and not (isinstance(refusal.get("code"), int) and isinstance(refusal.get("message"), str)):
            raise Broken(f"return.error without code or message crashes lightningd: {message}")
        if not isinstance(answer, dict) or (answer != {"result": "continue"} and list(answer) != ["return"]):
            raise Broken(f"neither continue nor return: {message}")
        call.answer = answer
        if call.inner:
            if answer != {"result": "continue"}:
                self.journal.faults.append(f"the plugin's own {call.request['method']} was not continued: {answer}")
            self._answer_rpc(*call.inner)

    # Calls of the plugin on the socket.

    def _rpc(self, connection: Connection, request: dict) -> None:
        self._activity += 1
        method, identity = request.get("method"), request.get("id")
        form = rf"trackpayments:{method}#[0-9]+-[0-9a-f]{{16}}"
        if not (isinstance(identity, str) and re.fullmatch(form, identity)) or identity in self._rpc_ids:
            self.journal.faults.append(f"the id of a call is not trackpayments:{method}#n-tag or was used before: {identity!r}")
        if request["jsonrpc"] != "2.0" or not isinstance(request.get("params"), (dict, list)):
            self.journal.faults.append(f"not a request that lightningd takes: {request}")
        self._rpc_ids.add(str(identity))
        if self.hooks(str(method)):
            self._number += 1
            hook_id = 10**9 + self._number if self.model.version.numeric_ids else f"{identity}/cln:rpc_command#{self._number}"
            self.call_hook({"jsonrpc": "2.0", "id": hook_id, "method": "rpc_command", "params": {"rpc_command": request}},
                           (connection, request))
        else:
            self._answer_rpc(connection, request)

    def _answer_rpc(self, connection: Connection, request: dict) -> None:
        # Answers leave the socket in the order of events: waits that fired before this call are answered first.
        self._release_waits()
        answer = self.model.call(request["method"], request["params"], (connection, request))
        if answer is not None:
            if answer.get("error", {}).get("code") == -32601:
                self.journal.faults.append(f"called a method that is not modelled: {request['method']}")
            self.answer_call(connection, encoded({"jsonrpc": "2.0", "id": request["id"], **answer}))
            for row in answer.get("result", {}).get("payments", []):
                if self._unread.get(row["created_index"]) == row["status"]:
                    del self._unread[row["created_index"]]
            if not self.late_waits:
                self._release_waits()


def _ended(message: dict) -> int | None:
    """The created_index of the row whose end the notification contains."""
    row = message["params"].get(message["method"], {}) if message["method"] in ("sendpay_success", "sendpay_failure") else {}
    return row.get("data", row).get("created_index")


def _attempts(params: Any) -> set[int]:
    payment = params.get("trackpayments", {}) if isinstance(params, dict) else {}
    return {int(htlc["attempt_id"]) for htlc in payment.get("htlcs", [])} if isinstance(payment, dict) else set()


def _parsed(text: bytes, where: str) -> dict:
    try:
        message = strict_json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Broken(f"not JSON on {where}: {error}: {text[:200]!r}") from error
    if not isinstance(message, dict) or "jsonrpc" not in message:
        raise Broken(f"no JSON-RPC message on {where}: {text[:200]!r}")
    return message
