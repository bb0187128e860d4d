"""A client that means harm: TCP from an address of its own, TLS or not, and frames of HTTP/2 (RFC 9113) with header blocks (RFC 7541)
made by hand, right or wrong."""

from __future__ import annotations

import select
import socket
import ssl
import time
from typing import Iterable, NamedTuple

from rpc_client import BOUND

SOURCE = "127.0.0.2"  # well-behaved clients come from 127.0.0.1
PATIENCE = 1.0        # seconds: a server that takes nothing for so long has stopped to read

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM = ACK = 1
END_HEADERS = 4
INITIAL_WINDOW_SIZE = 4
CANCEL = (8).to_bytes(4, "big")


def frame(kind: int, flags: int = 0, stream: int = 0, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def setting(name: int, value: int) -> bytes:
    return frame(SETTINGS, payload=name.to_bytes(2, "big") + value.to_bytes(4, "big"))


def integer(value: int, bits: int, first: int = 0) -> bytes:
    """RFC 7541, 5.1: `first` has the bits before the prefix."""
    most = (1 << bits) - 1
    if value < most:
        return bytes([first | value])
    out = bytearray([first | most])
    value -= most
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def text(value: bytes) -> bytes:
    return integer(len(value), 7) + value


def literal(name: str, value: bytes, kept: bool = False) -> bytes:
    """`kept`: in the table, so that one byte repeats it."""
    return (b"\x40" if kept else b"\0") + text(name.encode()) + text(value)


def fields(path: str, more: Iterable[tuple[str, bytes]] = (), method: str = "POST") -> bytes:
    """The header block of a request, complete for gRPC."""
    all_of_them = [(":method", method.encode()), (":scheme", b"https"), (":path", path.encode()), (":authority", b"localhost"),
                   ("content-type", b"application/grpc"), ("te", b"trailers"), *more]
    return b"".join(literal(name, value) for name, value in all_of_them)


def request(stream: int, path: str, more: Iterable[tuple[str, bytes]] = (), body: bytes = b"\0\0\0\0\0") -> bytes:
    """A whole call of gRPC, with an empty message."""
    return frame(HEADERS, END_HEADERS, stream, fields(path, more)) + frame(DATA, END_STREAM, stream, body)


class Frame(NamedTuple):
    kind: int
    flags: int
    stream: int
    payload: bytes


class Hostile:
    """One connection. Nothing is read until a method is asked to. `alpn` None: without TLS."""

    def __init__(self, address: str, alpn: str | None = "h2", source: str = SOURCE):
        host, _, port = address.rpartition(":")
        self.data = b""  # received
        self.closed = False
        self.socket = socket.create_connection((host, int(port)), BOUND, (source, 0))
        if alpn is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            context.set_alpn_protocols([alpn])
            try:
                self.socket = context.wrap_socket(self.socket)
            except BaseException:
                self.socket.close()
                raise
        self.socket.setblocking(False)

    def __enter__(self) -> "Hostile":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def begin(self, settings: bytes = frame(SETTINGS)) -> "Hostile":
        """Of HTTP/2."""
        self.send(PREFACE + settings)
        return self

    def send(self, data: bytes, read: bool = True) -> bool:
        """False if the server has closed the connection, or takes no more. `read`: what it answers is read meanwhile."""
        left, progress = memoryview(data), time.monotonic()
        while left and not self.closed and time.monotonic() - progress < PATIENCE:
            try:
                sent = self.socket.send(left)
                left, progress = left[sent:], time.monotonic()
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                select.select([self.socket] if read else [], [self.socket], [], 0.05)
            except OSError:
                self.closed = True
            if read:
                self.poll()
        return not left and not self.closed

    def poll(self) -> None:
        """Reads what has come."""
        try:
            while not self.closed:
                more = self.socket.recv(1 << 16)
                self.data += more
                self.closed = not more
        except (BlockingIOError, ssl.SSLWantReadError):
            pass
        except OSError:
            self.closed = True

    def until(self, condition: "callable", what: str) -> None:
        """Reads until it is true."""
        end = time.monotonic() + BOUND
        while True:
            self.poll()
            if condition():
                return
            if self.closed or time.monotonic() > end:
                raise TimeoutError(f"no {what}; closed: {self.closed}; received: {self.data[-200:]!r}")
            select.select([self.socket], [], [], 0.05)

    def is_closed(self) -> bool:
        self.poll()
        return self.closed

    def wait_closed(self) -> bytes:
        """Reads to the end. Returns everything received."""
        end = time.monotonic() + BOUND
        while not self.is_closed():
            if time.monotonic() > end:
                raise TimeoutError(f"not closed; received: {self.data[-200:]!r}")
            select.select([self.socket], [], [], 0.05)
        return self.data

    def frames(self) -> list[Frame]:
        """The whole frames received so far."""
        return self._split()[0]

    def take_frames(self) -> list[Frame]:
        """Those since the last call."""
        out, end = self._split()
        self.data = self.data[end:]
        return out

    def _split(self) -> tuple[list[Frame], int]:
        out, at, data = [], 0, self.data
        while len(data) >= at + 9 and len(data) >= (end := at + 9 + int.from_bytes(data[at:at + 3], "big")):
            out.append(Frame(data[at + 3], data[at + 4], int.from_bytes(data[at + 5:at + 9], "big") & 0x7FFFFFFF, data[at + 9:end]))
            at = end
        return out, at

    def count(self, kind: int) -> int:
        return sum(each.kind == kind for each in self.frames())
