"""The fake lightningd (pylib/fake_lightningd.py) driven by a test byte for byte, over the row model of tests/replay. For messages that
no node would send, and for hosts that are not lightningd.

    with FakeHost() as host:
        host.begin()                                   # getmanifest, init, until the plugin waits for changes
        host.raw(b"nonsense")
        host.wait(lambda: host.logs("unusual"), "a complaint")

There are no threads: waiting runs the event loop.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from typing import Any, Callable

import support  # the paths
from support import BOUND
import judge
import protos
import strict_json
from fake_lightningd import Connection, FakeLightningd, encoded
from model import Model

INDEXES = {"created", "updated", "deleted"}


class FakeHost(FakeLightningd):
    """`version`: of lightningd in the environment, None for another host. `stdin`, `stdout`: descriptors instead of pipes."""

    def __init__(self, version: str | None = "v26.06.6", rows: list[dict[str, Any]] | None = None, stdin: Any = subprocess.PIPE,
                 stdout: Any = subprocess.PIPE, arguments: list[str] | None = None, **environment: str):
        self._temporary = tempfile.TemporaryDirectory(prefix="e2e-", ignore_cleanup_errors=True)
        self.directory = self._temporary.name
        self.model = Model(counters(rows or []), rows or [])
        self.answers: dict[str, Callable[[Any, Any], Any]] = {}  # by method, instead of the model's: reply members, bytes or None
        self.calls: list[tuple[str, Any]] = []
        self.messages: list[dict[str, Any]] = []
        self.texts: list[bytes] = []  # the same as bytes
        self._number = 0
        super().__init__([support.PLUGIN, *(arguments or [])], self.directory, version, environment, stdin, stdout)
        self.clients = self.connections

    def __enter__(self) -> "FakeHost":
        return self

    def __exit__(self, kind: Any, *_: Any) -> None:
        try:
            if kind is None and "Sanitizer" in self.errors():
                raise AssertionError(self.errors())
            if kind is None and (complaints := self.complaints()):
                raise AssertionError("\n".join(complaints))
        finally:
            self.close()
            self._temporary.cleanup()

    def complaints(self) -> list[str]:
        """Complaints about each published message by itself: only the test knows the right snapshots of its rows."""
        published = [(text, message) for text, message in zip(self.texts, self.messages) if message.get("method") in protos.TOPICS]
        payments = [message["params"][message["method"]] for _, message in published if message["method"] != "trackpayments_deleted"]
        return [c for payment in payments for c in judge.payment(payment)] + protos.walk(text for text, _ in published)

    # The event loop

    def wait(self, condition: Callable[[], Any], what: str, bound: float = BOUND) -> Any:
        end = time.monotonic() + bound
        while not (value := condition()):
            if time.monotonic() > end:
                raise AssertionError(f"waited {bound} s for {what}; last: {self.messages[-5:]}; stderr: {self.errors()[-2000:]}")
            self.pump(0.05)
        return value

    # stdin and stdout

    def raw(self, data: bytes) -> None:
        self.write_input(data)
        self.flush_input(BOUND)

    def send(self, *messages: dict[str, Any]) -> None:
        self.raw(b"".join(encoded({"jsonrpc": "2.0", **m}) for m in messages))

    def notify(self, topic: str, body: Any) -> None:
        self.send({"method": topic, "params": {topic: body}})

    def request(self, method: str, params: Any, identity: Any = None) -> dict[str, Any]:
        """Sends a request and waits for its reply."""
        self._number += 1
        chosen = f"host:{method}#{self._number}" if identity is None else identity
        self.send({"id": chosen, "method": method, "params": params})
        return self.reply(chosen)

    def reply(self, identity: Any) -> dict[str, Any]:
        return self.wait(lambda: next((m for m in self.messages if m.get("id") == identity), None), f"the reply to {identity}")

    def hook(self, identity: str, call: dict[str, Any]) -> None:
        """Sends a hook call for a client's call."""
        self.send({"id": identity, "method": "rpc_command", "params": {"rpc_command": {"jsonrpc": "2.0", **call}}})

    def barrier(self) -> None:
        """Waits until everything sent before was handled and answered."""
        assert self.request("no-such-method", {})["error"]["code"] == -32601

    def output_came(self, text: bytes) -> None:
        self.texts.append(text)
        self.messages.append(strict_json.loads(text))

    def published(self, topic: str = "trackpayments") -> list[dict[str, Any]]:
        return [m["params"][topic] for m in self.messages if m.get("method") == topic]

    def logs(self, level: str | None = None) -> list[str]:
        return [m["params"]["message"] for m in self.messages
                if m.get("method") == "log" and level in (None, m["params"].get("level"))]

    # Start and end of the plugin

    def begin(self, startup: bool = True, waits: bool = True, identity: Any = "cln:getmanifest#20", **options: Any) -> dict[str, Any]:
        """Starts the plugin and returns its manifest. `waits`: also until it waits for changes."""
        manifest = self.begin_manifest(identity)
        self.begin_init(startup, **options)
        if waits:
            self.wait_armed()
        return manifest

    def begin_manifest(self, identity: Any = "cln:getmanifest#20") -> dict[str, Any]:
        """The first half: lightningd may send other messages in between."""
        return self.request("getmanifest", {"allow-deprecated-apis": True}, identity)["result"]

    def begin_init(self, startup: bool = True, **options: Any) -> None:
        reply = self.request("init", {"options": options, "configuration": {
            "lightning-dir": self.directory, "rpc-file": "lightning-rpc", "startup": startup, "network": "regtest",
            "feature_set": {}}}, "cln:init#44")
        assert reply["result"] == {}, reply

    def wait_armed(self, bound: float = BOUND) -> None:
        self.wait(lambda: {index for _, index, _ in self.model.blocked} == INDEXES, "waits for all three indexes", bound)

    def stop(self) -> int:
        """End of file on stdin; the exit code."""
        self.child.stdin.close()
        return self.wait_exit()

    def wait_exit(self) -> int:
        self.wait(lambda: self.child.poll() is not None, "the exit")
        while not self.at_eof and self.pump(0):
            pass
        return self.child.returncode

    # The socket

    def hang_up(self) -> None:
        super().hang_up()
        self.model.forget_waits()

    def drop(self, connection: Connection) -> None:
        super().drop(connection)
        self.model.blocked = [entry for entry in self.model.blocked if entry[0][0] is not connection]

    def call_came(self, connection: Connection, text: bytes) -> None:
        request = strict_json.loads(text)
        self.calls.append((request["method"], request["params"]))
        self.answer(connection, request)

    def answer(self, client: Connection, request: dict[str, Any]) -> None:
        custom = self.answers.get(request["method"])
        token = (client, request)
        reply = custom(request["params"], token) if custom else self.model.call(request["method"], request["params"], token)
        if isinstance(reply, bytes):
            self.answer_call(client, reply)
        elif reply is not None:
            self.answer_call(client, encoded({"jsonrpc": "2.0", "id": request["id"], **reply}))
        self.fire()

    def fire(self) -> None:
        """Answers the waits that have fired."""
        for (client, request), result in self.model.fired:
            if client in self.clients:
                self.answer_call(client, encoded({"jsonrpc": "2.0", "id": request["id"], "result": result}))
        self.model.fired.clear()

    # Rows

    def insert(self, row: dict[str, Any]) -> dict[str, Any]:
        self.model.insert(row)
        self.fire()
        return row

    def end(self, row: dict[str, Any], status: str) -> dict[str, Any]:
        ended = ended_row(row, status, self.model.counters["updated"] + 1)
        self.model.end(ended)
        self.fire()
        return ended


def counters(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {"created": max((r["created_index"] for r in rows), default=0),
            "updated": max((r.get("updated_index", 0) for r in rows), default=0), "deleted": 0}


def pending_row(index: int, payment_hash: str | None = None, **more: Any) -> dict[str, Any]:
    return {"created_index": index, "id": index, "payment_hash": payment_hash or f"{index:064x}", "groupid": 1,
            "amount_msat": 1_000_000, "amount_sent_msat": 1_000_011, "created_at": int(time.time()), "status": "pending",
            "bolt11": f"lnbcrt{index}", **more}


def ended_row(row: dict[str, Any], status: str, updated: int) -> dict[str, Any]:
    ended = {**row, "status": status, "updated_index": updated, "completed_at": int(time.time())}
    return ended | ({"payment_preimage": f"{row['created_index']:064x}"} if status == "complete" else {})


def failure(row: dict[str, Any], code: int = 204) -> dict[str, Any]:
    """The body of sendpay_failure: the row as it was before."""
    return {"code": code, "message": "failed: WIRE_TEMPORARY_CHANNEL_FAILURE (reply from remote)",
            "data": {**row, "status": "pending", "erring_index": 1, "failcode": 4103, "failcodename": "WIRE_TEMPORARY_CHANNEL_FAILURE"}}
