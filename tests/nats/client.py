"""A client of NATS for tests: its text protocol on one socket, requests to JetStream's API, and whole streams with their headers. There
are no threads: waiting for a message reads until it has come.

    with NatsClient(port) as client:
        client.api("STREAM.CREATE.ONE", {"name": "ONE", "subjects": ["one.>"]})
        messages = client.read_stream("ONE")
"""

from __future__ import annotations

import base64
import itertools
import json
import secrets
import socket
import ssl
import time
from typing import Any, Callable, NamedTuple

Login = dict[str, Any] | Callable[[dict[str, Any]], dict[str, Any]]  # members of CONNECT, or a function of the server's INFO
BOUND = 60.0  # seconds: only ends a test that hangs


class ApiError(Exception):
    """An error answer of JetStream's API."""

    def __init__(self, error: dict[str, Any]):
        super().__init__(f"{error.get('err_code', error.get('code'))}: {error.get('description')}")
        self.code = error.get("err_code", error.get("code"))


class Message(NamedTuple):
    subject: str
    reply: str
    headers: list[tuple[str, str]]
    body: bytes
    status: str = ""  # of a message from the server itself, as 503
    sequence: int = 0  # in its stream

    def header(self, name: str) -> str | None:
        """None if it is missing; a test that wants one must not find two."""
        values = [value for known, value in self.headers if known == name]
        assert len(values) <= 1, f"{len(values)} headers {name}"
        return values[0] if values else None


def parse_headers(data: bytes) -> tuple[str, list[tuple[str, str]]]:
    """Status and headers of `NATS/1.0 …`."""
    first, *lines = data.decode().split("\r\n")
    assert first.startswith("NATS/1.0"), first
    pairs = [line.partition(":") for line in lines if line]
    return first[len("NATS/1.0"):].strip(), [(name, value.strip()) for name, _, value in pairs]


def write_headers(headers: dict[str, str]) -> bytes:
    return ("NATS/1.0\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n").encode()


class NatsClient:
    """`tls`: then the server's name is `name`. `bound`: seconds, for a server that
    may not answer."""

    def __init__(self, port: int, login: Login | None = None, tls: ssl.SSLContext | None = None, name: str = "localhost",
                 bound: float = BOUND):
        self.bound = bound
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=bound)
        self.data = b""
        self.received: dict[str, list[Message]] = {}  # by subscription
        self.numbers = itertools.count(1)
        try:
            self.info = json.loads(self._line().removeprefix(b"INFO "))
            if tls:
                self.socket = tls.wrap_socket(self.socket, server_hostname=name)
            options = {"verbose": False, "pedantic": False, "headers": True, "no_responders": True, "lang": "test", "version": "1",
                       **(login(self.info) if callable(login) else login or {})}
            self._send(f"CONNECT {json.dumps(options)}\r\nPING\r\n".encode())
            while self.take() != "PONG":
                pass
        except BaseException:
            self.socket.close()
            raise
        self.inbox = "_INBOX." + secrets.token_hex(8)
        self.inbox_number = self.subscribe(self.inbox + ".*")

    def __enter__(self) -> "NatsClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    # Protocol

    def _send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def _more(self) -> None:
        data = self.socket.recv(1 << 20)
        if not data:
            raise EOFError("the server closed the connection")
        self.data += data

    def _line(self) -> bytes:
        while b"\r\n" not in self.data:
            self._more()
        line, _, self.data = self.data.partition(b"\r\n")
        return line

    def _bytes(self, size: int) -> bytes:
        while len(self.data) < size + 2:
            self._more()
        found, self.data = self.data[:size], self.data[size + 2:]
        return found

    def take(self) -> str:
        """Reads one operation and returns its name."""
        line = self._line().decode()
        name, _, rest = line.partition(" ")
        if name == "PING":
            self._send(b"PONG\r\n")
        elif name == "-ERR":
            raise EOFError(rest)
        elif name in ("MSG", "HMSG"):
            self._take_message(name, rest.split())
        return name

    def _take_message(self, name: str, fields: list[str]) -> None:
        sizes = [int(field) for field in fields[-(2 if name == "HMSG" else 1):]]
        subject, number, *reply = fields[:-len(sizes)]
        data = self._bytes(sizes[-1])
        status, headers = parse_headers(data[:sizes[0]]) if name == "HMSG" else ("", [])
        body = data[sizes[0]:] if name == "HMSG" else data
        self.received[number].append(Message(subject, reply[0] if reply else "", headers, body, status))

    def subscribe(self, subject: str, queue: str = "") -> str:
        number = str(next(self.numbers))
        self.received[number] = []
        self._send(f"SUB {subject} {queue} {number}\r\n".encode())
        return number

    def wait(self, number: str) -> Message:
        """The oldest message of a subscription."""
        end = time.monotonic() + self.bound
        while not self.received[number]:
            assert time.monotonic() < end, "no message came"
            self.take()
        return self.received[number].pop(0)

    def publish(self, subject: str, body: bytes = b"", headers: dict[str, str] | None = None, reply: str = "") -> None:
        head = write_headers(headers) if headers else b""
        sizes = f"{len(head)} {len(head) + len(body)}" if headers else str(len(body))
        self._send(f"{'HPUB' if headers else 'PUB'} {subject} {reply} {sizes}\r\n".encode() + head + body + b"\r\n")

    def request(self, subject: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Message:
        reply = f"{self.inbox}.{next(self.numbers)}"
        self.publish(subject, body, headers, reply)
        while (answer := self.wait(self.inbox_number)).subject != reply:
            pass
        return answer

    # JetStream

    def api(self, name: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """A call to `$JS.API.…`, as `STREAM.INFO.ONE`."""
        return self._checked(self.request(f"$JS.API.{name}", json.dumps(params).encode() if params is not None else b""))

    def store(self, subject: str, body: bytes = b"", headers: dict[str, str] | None = None) -> dict[str, Any]:
        """Publishes into the stream of the subject and returns the acknowledgement."""
        return self._checked(self.request(subject, body, headers))

    @staticmethod
    def _checked(answer: Message) -> dict[str, Any]:
        if answer.status:
            raise ApiError({"code": int(answer.status), "description": "nobody answers"})
        result = json.loads(answer.body)
        if "error" in result:
            raise ApiError(result["error"])
        return result

    def has_stream(self, stream: str) -> bool:
        return self.info_of(stream) is not None

    def info_of(self, stream: str) -> dict[str, Any] | None:
        try:
            return self.api(f"STREAM.INFO.{stream}")
        except ApiError as error:
            if error.code == 10059:  # not found
                return None
            raise

    def get(self, stream: str, **which: Any) -> Message | None:
        """`seq` or `last_by_subj`."""
        try:
            found = self.api(f"STREAM.MSG.GET.{stream}", which)["message"]
        except ApiError as error:
            if error.code == 10037:  # not found
                return None
            raise
        headers = parse_headers(base64.b64decode(found["hdrs"]))[1] if "hdrs" in found else []
        return Message(found["subject"], "", headers, base64.b64decode(found.get("data", "")), sequence=found["seq"])

    def read_stream(self, stream: str, subject: str = "", last_only: bool = False) -> list[Message]:
        """All messages that it has now, in order; of each subject the last one only, if so wanted."""
        deliver = f"{self.inbox}-{next(self.numbers)}"
        number = self.subscribe(deliver)
        config = {"deliver_subject": deliver, "ack_policy": "none", "replay_policy": "instant", "mem_storage": True, "num_replicas": 1,
                  "deliver_policy": "last_per_subject" if last_only else "all",
                  **({"filter_subject": subject or ">"} if subject or last_only else {})}
        made = self.api(f"CONSUMER.CREATE.{stream}", {"stream_name": stream, "config": config})
        messages: list[Message] = []
        left = made["num_pending"]
        while left:
            message = self.wait(number)
            # $JS.ACK.STREAM.CONSUMER.DELIVERED.SEQUENCE.CONSUMERSEQUENCE.TIME.PENDING
            fields = message.reply.split(".")
            left = int(fields[8])
            messages.append(message._replace(sequence=int(fields[5]), reply=""))
        self._send(f"UNSUB {number}\r\n".encode())
        self.api(f"CONSUMER.DELETE.{stream}.{made['name']}")
        return messages
