"""A JSON-RPC connection to lightning-rpc: many calls in flight, replies in any order, notifications kept. There are no threads: waiting
for a reply reads until it has come."""

from __future__ import annotations

import codecs
import itertools
import json
import socket
import time
from typing import Any, Callable, TypeVar

T = TypeVar("T")
BOUND = 180.0  # seconds; tests wait for events, so this only ends a test that hangs


def wait_until(condition: Callable[[], T], what: str, bound: float = BOUND) -> T:
    """Waits for the first true value of the condition and returns it."""
    end = time.monotonic() + bound
    pause = 0.005
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError(f"waited {bound} s for {what}")
        time.sleep(pause)
        pause = min(1.5 * pause, 0.1)  # long waits should cost little CPU


class RpcError(Exception):
    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(f"{error.get('code')}: {error.get('message')}")
        self.error = error
        self.code = error.get("code")
        self.message = error.get("message")
        self.data = error.get("data")


class RpcClient:
    def __init__(self, path: str, bound: float = BOUND, prefix: str = "test") -> None:
        self.prefix = prefix
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(bound)
        try:
            self.socket.connect(path)
        except OSError:
            self.socket.close()
            raise
        self.buffer = ""
        self.chunks: list[bytes] = []  # not parsed yet
        self.text = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self.decoder = json.JSONDecoder()
        self.numbers = itertools.count(1)
        self.replies: dict[Any, dict[str, Any]] = {}
        self.notifications: list[dict[str, Any]] = []
        self.order: list[Any] = []  # ids in the order of their replies

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> "RpcClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, method: str, params: Any = None, request_id: Any = None, **more: Any) -> Any:
        """Sends a request and returns its id; reply() fetches the answer. `more`: further members, as filter."""
        chosen = f"{self.prefix}:{method}#{next(self.numbers)}" if request_id is None else request_id
        self.send_raw(json.dumps({"jsonrpc": "2.0", "id": chosen, "method": method, "params": params or {}, **more}))
        return chosen

    def send_raw(self, text: str | bytes) -> None:
        self.socket.sendall(text if isinstance(text, bytes) else text.encode())

    def call(self, method: str, params: Any = None, **more: Any) -> Any:
        """Waits for the result; an error raises RpcError."""
        return self.result(self.send(method, params, **more))

    def result(self, request_id: Any) -> Any:
        reply = self.reply(request_id)
        if "error" in reply:
            raise RpcError(reply["error"])
        return reply["result"]

    def reply(self, request_id: Any) -> dict[str, Any]:
        """Waits for the whole reply."""
        while request_id not in self.replies:
            self.read()
        return self.replies.pop(request_id)

    def has_reply(self, request_id: Any) -> bool:
        """Whether the reply has come, without waiting."""
        self.poll()
        return request_id in self.replies

    def poll(self) -> None:
        """Reads everything that has come."""
        self.socket.setblocking(False)
        try:
            while True:
                self.read()
        except BlockingIOError:
            pass
        finally:
            self.socket.settimeout(BOUND)

    def read(self) -> None:
        data = self.socket.recv(1 << 20)
        if not data:
            raise EOFError("the node closed the connection")
        self.chunks.append(data)
        if not b"".join(self.chunks[-2:]).endswith(b"\n\n"):
            return  # every message ends so: a long one is not parsed repeatedly while it comes
        self.buffer += self.text.decode(b"".join(self.chunks))
        self.chunks.clear()
        at = 0
        while True:
            while at < len(self.buffer) and self.buffer[at].isspace():
                at += 1
            if at == len(self.buffer):
                break
            message, at = self.decoder.raw_decode(self.buffer, at)
            self.take(message)
        self.buffer = ""

    def take(self, message: dict[str, Any]) -> None:
        if "method" in message:
            self.notifications.append(message)
        else:
            self.order.append(message["id"])
            self.replies[message["id"]] = message
