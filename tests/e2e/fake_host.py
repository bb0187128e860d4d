"""The other side of the plugin's pipes, played by the test byte for byte, and a scripted lightning-rpc socket over the row model of
tests/replay. For what no node would send, and for hosts that are not lightningd.

    with FakeHost() as host:
        host.begin()                                   # getmanifest, init, until the plugin waits for changes
        host.raw(b"nonsense")
        host.wait(lambda: host.logs("unusual"), "a complaint")

No threads: whoever waits pumps.
"""

from __future__ import annotations

import os
import selectors
import socket
import subprocess
import tempfile
import time
from typing import Any, Callable

import support  # the paths
from support import BOUND
import judge
import protos
import strict_json
from model import Model
from process import LineSplitter, Splitter

CHUNK = 1 << 16
NO_EVENTS = {"created": 0, "updated": 0, "deleted": 0}


class Client:
    """One connection of the plugin's."""

    def __init__(self, sock: socket.socket):
        self.sock = sock
        self.splitter = Splitter()


class FakeHost:
    """`version`: of lightningd in the environment, None for a host that is none. `stdin`, `stdout`: descriptors instead of pipes."""

    def __init__(self, version: str | None = "v26.06.6", rows: list[dict[str, Any]] | None = None, stdin: Any = subprocess.PIPE,
                 stdout: Any = subprocess.PIPE, arguments: list[str] | None = None, **environment: str):
        self._temporary = tempfile.TemporaryDirectory(prefix="e2e-", ignore_cleanup_errors=True)
        self.directory = self._temporary.name
        self.model = Model(counters(rows or []), rows or [])
        self.answers: dict[str, Callable[[Any, Any], Any]] = {}  # by method, instead of the model's: reply members, bytes or None
        self.calls: list[tuple[str, Any]] = []
        self.messages: list[dict[str, Any]] = []
        self.texts: list[bytes] = []  # the same as they came
        self.clients: list[Client] = []
        self.selector = selectors.DefaultSelector()
        self._listener: socket.socket | None = None
        self._splitter = LineSplitter()
        self._reading = False
        self._number = 0
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("LIGHTNINGD_", "TRACKPAYMENTS_"))}
        if version:
            clean |= {"LIGHTNINGD_PLUGIN": "1", "LIGHTNINGD_VERSION": version}
        self.stderr = tempfile.TemporaryFile()
        self.child = subprocess.Popen([support.PLUGIN, *(arguments or [])], cwd=self.directory, env=clean | environment,
                                      stdin=stdin, stdout=stdout, stderr=self.stderr, bufsize=0)
        self.listen()
        self.read_output(True)
        if self.child.stdin:
            os.set_blocking(self.child.stdin.fileno(), False)

    def __enter__(self) -> "FakeHost":
        return self

    def __exit__(self, kind: Any, *_: Any) -> None:
        try:
            if kind is None and "Sanitizer" in self.errors():
                raise AssertionError(self.errors())
            if kind is None and (complaints := self.complaints()):
                raise AssertionError("\n".join(complaints))
        finally:
            if self.child.poll() is None:
                self.child.kill()
            self.child.wait()
            self.hang_up()
            for stream in (self.child.stdin, self.child.stdout, self.stderr):
                if stream:
                    stream.close()
            self.selector.close()
            self._temporary.cleanup()

    def complaints(self) -> list[str]:
        """About what was told, message by message: what these rows make of a payment only the test knows."""
        told = [(text, message) for text, message in zip(self.texts, self.messages) if message.get("method") in protos.TOPICS]
        payments = [message["params"][message["method"]] for _, message in told if message["method"] != "trackpayments_deleted"]
        return [c for payment in payments for c in judge.payment(payment)] + protos.walk(text for text, _ in told)

    def errors(self) -> str:
        self.stderr.seek(0)
        return self.stderr.read().decode(errors="replace")

    # The event loop

    def pump(self, seconds: float = 1.0) -> bool:
        events = self.selector.select(seconds)
        for key, _ in events:
            key.data()
        return bool(events)

    def wait(self, condition: Callable[[], Any], what: str, bound: float = BOUND) -> Any:
        end = time.monotonic() + bound
        while not (value := condition()):
            if time.monotonic() > end:
                raise AssertionError(f"waited {bound} s for {what}; last: {self.messages[-5:]}; stderr: {self.errors()[-2000:]}")
            self.pump(0.05)
        return value

    # stdin and stdout

    def raw(self, data: bytes) -> None:
        end = time.monotonic() + BOUND
        while data:
            try:
                data = data[os.write(self.child.stdin.fileno(), data[:CHUNK]):]
            except BlockingIOError:
                if time.monotonic() > end:
                    raise AssertionError("the plugin does not read its stdin") from None
                self.pump(0.01)

    def send(self, *messages: dict[str, Any]) -> None:
        self.raw(b"".join(strict_json.dumps({"jsonrpc": "2.0", **m}).encode() + b"\n\n" for m in messages))

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
        """lightningd asks about a call of a client."""
        self.send({"id": identity, "method": "rpc_command", "params": {"rpc_command": {"jsonrpc": "2.0", **call}}})

    def barrier(self) -> None:
        """What was sent before has been worked off and answered."""
        assert self.request("no-such-method", {})["error"]["code"] == -32601

    def read_output(self, wanted: bool) -> None:
        if not self.child.stdout or wanted == self._reading:
            return
        self._reading = wanted
        if wanted:
            os.set_blocking(self.child.stdout.fileno(), False)
            self.selector.register(self.child.stdout, selectors.EVENT_READ, self._read_output)
        else:
            self.selector.unregister(self.child.stdout)

    def _read_output(self) -> None:
        data = self.child.stdout.read(CHUNK)
        if data == b"":
            self.read_output(False)
            assert not self._splitter.rest, f"stdout ends inside a message: {self._splitter.rest[:200]!r}"
        for text in self._splitter.feed(data or b""):
            self.texts.append(text)
            self.messages.append(strict_json.loads(text))

    def told(self, topic: str = "trackpayments") -> list[dict[str, Any]]:
        return [m["params"][topic] for m in self.messages if m.get("method") == topic]

    def logs(self, level: str | None = None) -> list[str]:
        return [m["params"]["message"] for m in self.messages
                if m.get("method") == "log" and level in (None, m["params"].get("level"))]

    # The life of the plugin

    def begin(self, startup: bool = True, waits: bool = True, identity: Any = "cln:getmanifest#20", **options: Any) -> dict[str, Any]:
        """The manifest, once the plugin has started; `waits`: and waits for changes."""
        manifest = self.begin_manifest(identity)
        self.begin_init(startup, **options)
        if waits:
            self.wait_armed()
        return manifest

    def begin_manifest(self, identity: Any = "cln:getmanifest#20") -> dict[str, Any]:
        """Half of it: lightningd may speak in between."""
        return self.request("getmanifest", {"allow-deprecated-apis": True}, identity)["result"]

    def begin_init(self, startup: bool = True, **options: Any) -> None:
        reply = self.request("init", {"options": options, "configuration": {
            "lightning-dir": self.directory, "rpc-file": "lightning-rpc", "startup": startup, "network": "regtest",
            "feature_set": {}}}, "cln:init#44")
        assert reply["result"] == {}, reply

    def wait_armed(self, bound: float = BOUND) -> None:
        self.wait(lambda: {index for _, index, _ in self.model.blocked} == set(NO_EVENTS), "waits for all three indexes", bound)

    def stop(self) -> int:
        """End of file on stdin; the exit code."""
        self.child.stdin.close()
        return self.wait_exit()

    def wait_exit(self) -> int:
        self.wait(lambda: self.child.poll() is not None, "the exit")
        while self._reading and self.pump(0):
            pass
        return self.child.returncode

    # The socket

    def listen(self) -> None:
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(os.path.join(self.directory, "lightning-rpc"))
        self._listener.listen()
        self._listener.setblocking(False)
        self.selector.register(self._listener, selectors.EVENT_READ, self._accept)

    def hang_up(self) -> None:
        """The socket is gone, connections and all."""
        if self._listener:
            self.selector.unregister(self._listener)
            self._listener.close()
            self._listener = None
            os.unlink(os.path.join(self.directory, "lightning-rpc"))
        for client in list(self.clients):
            self._drop(client)
        self.model.forget_waits()

    def _accept(self) -> None:
        client = Client(self._listener.accept()[0])
        self.clients.append(client)
        self.selector.register(client.sock, selectors.EVENT_READ, lambda: self._serve(client))

    def _drop(self, client: Client) -> None:
        self.selector.unregister(client.sock)
        client.sock.close()
        self.clients.remove(client)
        self.model.blocked = [entry for entry in self.model.blocked if entry[0][0] is not client]

    def _serve(self, client: Client) -> None:
        try:
            data = client.sock.recv(CHUNK)
        except ConnectionResetError:
            data = b""
        if not data:
            return self._drop(client)
        for text in client.splitter.feed(data):
            request = strict_json.loads(text)
            self.calls.append((request["method"], request["params"]))
            self.answer(client, request)

    def answer(self, client: Client, request: dict[str, Any]) -> None:
        custom = self.answers.get(request["method"])
        token = (client, request)
        reply = custom(request["params"], token) if custom else self.model.call(request["method"], request["params"], token)
        if isinstance(reply, bytes):
            self._write(client, reply)
        elif reply is not None:
            self._write(client, {"jsonrpc": "2.0", "id": request["id"], **reply})
        self.fire()

    def fire(self) -> None:
        """Waits whose time has come are answered."""
        for (client, request), result in self.model.fired:
            if client in self.clients:
                self._write(client, {"jsonrpc": "2.0", "id": request["id"], "result": result})
        self.model.fired.clear()

    @staticmethod
    def _write(client: Client, message: dict[str, Any] | bytes) -> None:
        try:
            client.sock.sendall(message if isinstance(message, bytes) else strict_json.dumps(message).encode() + b"\n\n")
        except (BrokenPipeError, ConnectionResetError):
            pass  # the plugin hung up: the next read says so

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
