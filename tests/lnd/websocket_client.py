"""A WebSocket client by hand, which shows every byte and may break every rule."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from typing import Any

from rest_client import Connection
from rpc_client import wait_until

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def frame(opcode: int, payload: bytes = b"", final: bool = True, masked: bool = True) -> bytes:
    size = len(payload)
    head = bytes([opcode | (0x80 if final else 0)])
    bit = 0x80 if masked else 0
    if size < 126:
        head += bytes([bit | size])
    elif size < 1 << 16:
        head += bytes([bit | 126]) + size.to_bytes(2, "big")
    else:
        head += bytes([bit | 127]) + size.to_bytes(8, "big")
    mask = os.urandom(4) if masked else b""
    return head + mask + bytes(byte ^ mask[i % 4] if masked else byte for i, byte in enumerate(payload))


def close(code: int) -> bytes:
    return frame(CLOSE, code.to_bytes(2, "big"))


def upgrade(path: str, host: str, headers: list[str], key: str, version: str = "13") -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Connection: Upgrade", "Upgrade: websocket", f"Sec-WebSocket-Key: {key}",
             f"Sec-WebSocket-Version: {version}", *headers]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode()


class WebSocket:
    """An open one. `headers`: besides those of the handshake. `first`: bytes that are sent with it."""

    def __init__(self, connection: Connection, path: str, headers: list[str], first: bytes = b""):
        self.connection = connection
        key = base64.b64encode(os.urandom(16)).decode()
        connection.send(upgrade(path, connection.host, headers, key) + first)
        self.answer = connection.until(b"\r\n\r\n").decode().split("\r\n")[:-2]
        assert self.answer[0] == "HTTP/1.1 101 Switching Protocols", self.answer
        digest = hashlib.sha1(key.encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
        assert f"Sec-WebSocket-Accept: {base64.b64encode(digest).decode()}" in self.answer, self.answer
        self.frames: list[tuple[int, bytes]] = []
        self._lines: list[dict[str, Any]] = []

    @property
    def subprotocol(self) -> str | None:
        return next((line.partition(": ")[2] for line in self.answer if line.startswith("Sec-WebSocket-Protocol: ")), None)

    def send(self, data: bytes) -> None:
        self.connection.send(data)

    def poll(self) -> list[tuple[int, bytes]]:
        """All frames so far."""
        self.connection.poll()
        data = self.connection.data
        while len(data) >= 2:
            assert data[0] & 0xF0 == 0x80 and data[1] < 0x80, "the server sends whole messages, and masks none"
            more = {126: 2, 127: 8}.get(data[1], 0)
            size = int.from_bytes(data[2:2 + more], "big") if more else data[1]
            if len(data) < 2 + more + size:
                break
            opcode, payload = data[0] & 0x0F, bytes(data[2 + more:2 + more + size])
            self.frames.append((opcode, payload))
            if opcode == TEXT:
                self._lines.append(json.loads(payload))
            del data[:2 + more + size]
        return self.frames

    def lines(self) -> list[dict[str, Any]]:
        """The messages so far."""
        self.poll()
        return self._lines

    def wait(self, count: int) -> list[dict[str, Any]]:
        wait_until(lambda: len(self.lines()) >= count or self.connection.closed, f"{count} messages")
        assert len(self.lines()) >= count, self.frames[-1:]
        return self.lines()

    def wait_close(self) -> int | None:
        """The server's code, after the connection has ended; None if it sent no Close."""
        wait_until(lambda: self.poll() is not None and self.connection.closed, "the end")
        assert not self.connection.data, "a frame was cut off"
        codes = [int.from_bytes(payload[:2], "big") for opcode, payload in self.frames if opcode == CLOSE]
        assert len(codes) <= 1 and (not codes or self.frames[-1][0] == CLOSE), self.frames
        return codes[0] if codes else None
