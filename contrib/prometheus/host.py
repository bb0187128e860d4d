"""What a lightningd plugin needs and nothing more: messages from stdin, answers and log lines to stdout, calls on the RPC socket."""

from __future__ import annotations

import codecs
import json
import os
import socket
import sys
from typing import Any, Iterator

SILENCE = 60.0  # seconds after which a call is given up


class CallFailed(Exception):
    """The node's error, or code None when it could not be asked."""

    def __init__(self, code: int | None, message: str) -> None:
        super().__init__(message)
        self.code = code


def objects(chunks: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    """By JSON structure: what lightningd forwards may contain blank lines."""
    decoder = json.JSONDecoder()
    text = codecs.getincrementaldecoder("utf-8")("replace")
    pending = ""
    for data in chunks:
        pending = (pending + text.decode(data)).lstrip()
        while pending and data.rstrip(b" ")[-1:] in (b"\n", b"}"):  # else the end is not there yet
            try:
                message, end = decoder.raw_decode(pending)
            except json.JSONDecodeError:
                break
            pending = pending[end:].lstrip()
            yield message


def stdin() -> Iterator[dict[str, Any]]:
    return objects(iter(lambda: os.read(0, 1 << 20), b""))


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n\n")
    sys.stdout.flush()


def reply(request: dict[str, Any], result: dict[str, Any]) -> None:
    _say({"id": request["id"], "result": result})


def refuse(request: dict[str, Any], code: int, message: str) -> None:
    _say({"id": request["id"], "error": {"code": code, "message": message}})


def log(message: str, level: str = "info") -> None:
    _say({"method": "log", "params": {"level": level, "message": message}})


def call(path: str, method: str, params: dict[str, Any]) -> dict[str, Any]:
    """One call on a connection of its own; waits."""
    request = {"jsonrpc": "2.0", "id": f"prometheus:{method}#1", "method": method, "params": params}
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(SILENCE)
            connection.connect(path)
            connection.sendall(json.dumps(request).encode())
            answer = next(objects(iter(lambda: connection.recv(1 << 20), b"")), None)
    except OSError as error:
        raise CallFailed(None, f"{method}: {error}") from None
    if answer is None:
        raise CallFailed(None, f"{method}: the node closed the connection")
    if "error" in answer:
        raise CallFailed(answer["error"].get("code"), answer["error"].get("message", ""))
    return answer["result"]
