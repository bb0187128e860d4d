"""Stands between a sink and its server, and refuses or loses single messages. It reads both directions of NATS' text protocol.

    with Proxy(server.port) as proxy:
        proxy.refuse = lambda one: {"code": 503, "err_code": 10008, "description": "unavailable"} if one.number == 7 else None
        stage = NatsStage(proxy.url)
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from typing import Any, Callable, NamedTuple

from client import parse_headers


class Publish(NamedTuple):
    """A message that the sink publishes into the stream. `number`: counted from 1."""
    number: int
    subject: str
    headers: dict[str, str]
    body: bytes


class Proxy:
    """`refuse` returns the error for a message that must not reach the server, `hold` says that it waits, `lose_acks` that no
    acknowledgement comes back. They may be changed at any time."""

    def __init__(self, server_port: int):
        self.server_port = server_port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.refuse: Callable[[Publish], dict[str, Any] | None] = lambda one: None
        self.lose_acks = False
        self.published: list[Publish] = []  # everything that the sink sent
        self.refused: list[Publish] = []
        self.lost = 0
        self.connections = 0
        self._gate = threading.Condition()
        self._held = False
        self._sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.listener.getsockname()[1]}"

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut()
        for one in self._sockets:
            one.close()

    def cut(self) -> None:
        """Ends all connections."""
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def hold(self) -> None:
        """Messages for the stream wait here."""
        self._held = True

    def release(self) -> None:
        with self._gate:
            self._held = False
            self._gate.notify_all()

    def _accept(self) -> None:
        while True:
            try:
                client = self.listener.accept()[0]
                server = socket.create_connection(("127.0.0.1", self.server_port))
            except OSError:
                if self.listener.fileno() < 0:
                    return
                client.close()  # the server is away
                continue
            self.connections += 1
            self._sockets += [client, server]
            Connection(self, client, server)


class Connection:
    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket):
        self.proxy, self.client, self.server = proxy, client, server
        self.inboxes: dict[str, str] = {}  # number of the subscription, by the part of its subject before a wildcard
        self.replies: set[str] = set()     # where acknowledgements go
        self.to_client, self.to_server = threading.Lock(), threading.Lock()
        self.order = threading.Lock()  # what comes while the held ones are passed waits for them
        self.held: list[tuple[Publish, bytes, str]] = []
        for read in (self._from_client, self._from_server):
            threading.Thread(target=self._run, args=(read,), daemon=True).start()

    def _run(self, read: Callable[[], None]) -> None:
        with contextlib.suppress(OSError, EOFError, ValueError):
            read()
        for one in (self.client, self.server):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _send(self, data: bytes, server: bool) -> None:
        with self.to_server if server else self.to_client:
            (self.server if server else self.client).sendall(data)

    def _from_client(self) -> None:
        with self.client.makefile("rb") as stream:
            while line := stream.readline():
                name, *fields = line.decode().split()
                if name == "SUB":
                    self.inboxes[fields[0].rstrip("*>")] = fields[-1]
                data = line
                if name in ("PUB", "HPUB"):
                    size = int(fields[-1])
                    payload = stream.read(size + 2)
                    data += payload
                    if fields[0].startswith("lightning."):
                        self._publish(name, fields, payload[:size], data)
                        continue
                self._send(data, server=True)

    def _publish(self, name: str, fields: list[str], payload: bytes, data: bytes) -> None:
        head = int(fields[-2]) if name == "HPUB" else 0
        headers = dict(parse_headers(payload[:head])[1]) if head else {}
        reply = fields[1]
        one = Publish(len(self.proxy.published) + 1, fields[0], headers, payload[head:])
        self.replies.add(reply)
        self.proxy.published.append(one)
        with self.order:
            if self.proxy._held or self.held:
                if not self.held:
                    threading.Thread(target=self._run, args=(self._pass_held,), daemon=True).start()
                self.held.append((one, data, reply))
            else:
                self._pass(one, data, reply)

    def _pass_held(self) -> None:
        with self.proxy._gate:
            self.proxy._gate.wait_for(lambda: not self.proxy._held)
        with self.order:
            # The refused ones last: the sink may end the connection then.
            for held in sorted(self.held, key=lambda held: self.proxy.refuse(held[0]) is not None):
                self._pass(*held)
            self.held.clear()
        threading.Event().wait()  # the connection goes on without this thread

    def _pass(self, one: Publish, data: bytes, reply: str) -> None:
        error = self.proxy.refuse(one)
        if error is None:
            self._send(data, server=True)
            return
        self.proxy.refused.append(one)
        number = next(number for prefix, number in self.inboxes.items() if reply.startswith(prefix))
        answer = json.dumps({"error": error, "stream": "LIGHTNING", "seq": 0}).encode()
        self._send(f"MSG {reply} {number} {len(answer)}\r\n".encode() + answer + b"\r\n", server=False)

    def _from_server(self) -> None:
        with self.server.makefile("rb") as stream:
            while line := stream.readline():
                name, *fields = line.decode().split()
                data = line
                if name in ("MSG", "HMSG"):
                    data += stream.read(int(fields[-1]) + 2)
                    if self.proxy.lose_acks and fields[0] in self.replies:
                        self.proxy.lost += 1
                        continue
                self._send(data, server=False)
