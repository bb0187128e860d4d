"""An HTTP/1.1 client that shows every byte of an answer."""

from __future__ import annotations

import json
import socket
import ssl
from pathlib import Path
from typing import Any

from rpc_client import BOUND, wait_until

TRACK_PAYMENTS = "/v2/router/payments"
TRACK_PAYMENT = "/v2/router/track/"
GET_INFO = "/v1/getinfo"
GET_STATE = "/v1/state"
SUBSCRIBE_STATE = "/v1/state/subscribe"
GET_VERSION = "/v2/versioner/version"


class Connection:
    """`certificate` None: without TLS."""

    def __init__(self, address: str, certificate: Path | None):
        host, _, port = address.rpartition(":")
        self.host = address
        plain = socket.create_connection((host, int(port)), BOUND)
        try:
            self.socket = plain
            if certificate:
                self.socket = ssl.create_default_context(cafile=str(certificate)).wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise
        self.data = bytearray()  # received and not taken
        self.closed = False

    def close(self) -> None:
        self.socket.close()
        self.closed = True

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def poll(self) -> None:
        """Receives what has come, without waiting."""
        self.socket.setblocking(False)
        try:
            while not self.closed:
                self._take(self.socket.recv(1 << 16))
        except (BlockingIOError, ssl.SSLWantReadError):
            pass
        except OSError:
            self.closed = True
        finally:
            if self.socket.fileno() >= 0:
                self.socket.settimeout(BOUND)

    def _take(self, data: bytes) -> None:
        self.data += data
        self.closed = self.closed or not data

    def until(self, end: bytes) -> bytes:
        """Takes everything up to and including `end`."""
        while end not in self.data:
            if self.closed:
                raise EOFError(f"closed after {bytes(self.data)!r}")
            self._take(self.socket.recv(1 << 16))
        return self.exactly(self.data.index(end) + len(end))

    def exactly(self, count: int) -> bytes:
        while len(self.data) < count:
            if self.closed:
                raise EOFError(f"closed after {bytes(self.data)!r}")
            self._take(self.socket.recv(1 << 16))
        taken = bytes(self.data[:count])
        del self.data[:count]
        return taken


class Answer:
    """Status line, header fields in their order without Date, and the body. Chunks are taken one by one while it has not ended."""

    def __init__(self, connection: Connection):
        self.connection = connection
        lines = connection.until(b"\r\n\r\n").decode().split("\r\n")[:-2]
        self.status_line = lines[0]
        self.status = int(lines[0].split(" ")[1])
        self.fields = [line for line in lines[1:] if not line.lower().startswith("date: ")]
        self.headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in self.fields)}
        self.chunked = self.headers.get("transfer-encoding") == "chunked"
        self.ended = False
        self.chunks: list[bytes] = []

    def whole(self) -> bytes:
        """The body, after its end."""
        if not self.chunked:
            return self.connection.exactly(int(self.headers["content-length"]))
        while not self.ended:
            self._chunk()
        return b"".join(self.chunks)

    def _chunk(self) -> None:
        size = int(self.connection.until(b"\r\n"), 16)
        data = self.connection.exactly(size + 2)
        assert data.endswith(b"\r\n"), data
        if size:
            self.chunks.append(data[:-2])
        self.ended = size == 0

    def poll(self) -> None:
        """Takes the chunks that have come."""
        self.connection.poll()
        data = self.connection.data
        while not self.ended and (at := data.find(b"\r\n")) > 0 and len(data) >= at + int(data[:at], 16) + 4:
            self._chunk()

    def lines(self) -> list[dict[str, Any]]:
        """The messages so far."""
        self.poll()
        body = b"".join(self.chunks)
        return [json.loads(line) for line in body[:body.rfind(b"\n") + 1].splitlines()]

    def wait(self, count: int) -> list[dict[str, Any]]:
        wait_until(lambda: len(self.lines()) >= count or self.ended or self.connection.closed, f"{count} lines")
        lines = self.lines()
        assert len(lines) >= count, f"only {len(lines)} lines: {self.chunks[-1:]}"
        return lines

    def wait_end(self) -> list[dict[str, Any]]:
        """All lines of a stream that ends."""
        wait_until(lambda: self.lines() is not None and (self.ended or self.connection.closed), "the end of the stream")
        assert self.ended, "the connection was closed inside the answer"
        return self.lines()


class RestClient:
    """Each call has a connection of its own, unless `on` gives one."""

    def __init__(self, address: str, certificate: Path | None, macaroon: str | None):
        self.address, self.certificate, self.macaroon = address, certificate, macaroon
        self._open: list[Connection] = []

    def __enter__(self) -> "RestClient":
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._open:
            connection.close()

    def connect(self) -> Connection:
        self._open.append(Connection(self.address, self.certificate))
        return self._open[-1]

    def send(self, path: str, headers: list[str] | None = None, verb: str = "GET", on: Connection | None = None) -> Connection:
        """Sends a request and does not wait for the answer."""
        connection = on or self.connect()
        own = [f"Grpc-Metadata-Macaroon: {self.macaroon}"] if self.macaroon is not None else []
        host = [] if any(header.startswith("Host: ") for header in headers or ()) else [f"Host: {self.address}"]
        lines = [f"{verb} {path} HTTP/1.1", *host, *own, *(headers or ())]
        connection.send("".join(f"{line}\r\n" for line in [*lines, ""]).encode())
        return connection

    def call(self, path: str, headers: list[str] | None = None, verb: str = "GET", on: Connection | None = None) -> Answer:
        """Waits for the header."""
        return Answer(self.send(path, headers, verb, on))

    def get(self, path: str, headers: list[str] | None = None) -> tuple[int, Any]:
        """Status and body of an answer that ends."""
        answer = self.call(path, headers)
        return answer.status, json.loads(answer.whole())
