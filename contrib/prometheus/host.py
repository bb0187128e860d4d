"""A minimal lightningd plugin: messages from stdin, answers and log lines to stdout, calls on the RPC socket."""

from __future__ import annotations

import codecs
import json
import os
import socket
import sys
from typing import Any, Iterator

SILENCE = 60.0  # seconds without an answer after which a call fails


class CallFailed(Exception):
    """The node's error, or code None if the node did not answer."""

    def __init__(self, code: int | None, message: str) -> None:
        super().__init__(message)
        self.code = code


def require_lightningd(program: str) -> None:
    """Exits with a hint if a user starts the plugin in a terminal."""
    if os.isatty(0):
        sys.exit(f"This is a plugin, lightningd starts it: lightning-cli plugin start {os.path.realpath(program)}")


def objects(chunks: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    """Splits by JSON structure, because forwarded messages may contain blank lines. Skips everything but objects."""
    decoder = json.JSONDecoder()
    text = codecs.getincrementaldecoder("utf-8")("replace")
    pending = ""
    for data in chunks:
        pending = (pending + text.decode(data)).lstrip()
        while pending and data.rstrip(b" ")[-1:] in (b"\n", b"}"):  # else the message is incomplete
            try:
                message, end = decoder.raw_decode(pending)
            except json.JSONDecodeError:
                break
            pending = pending[end:].lstrip()
            if isinstance(message, dict):
                yield message


def stdin() -> Iterator[dict[str, Any]]:
    return objects(iter(lambda: os.read(0, 1 << 20), b""))


def _send(message: dict[str, Any]) -> None:
    data = (json.dumps({"jsonrpc": "2.0", **message}) + "\n\n").encode()
    try:
        while data:
            data = data[os.write(1, data):]
    except BrokenPipeError:
        pass  # lightningd has ended: the end of stdin follows


def reply(request: dict[str, Any], result: dict[str, Any]) -> None:
    _send({"id": request["id"], "result": result})


def refuse(request: dict[str, Any], code: int, message: str) -> None:
    _send({"id": request["id"], "error": {"code": code, "message": message}})


def log(message: str, level: str = "info") -> None:
    _send({"method": "log", "params": {"level": level, "message": message}})


def give_up(request: dict[str, Any], reason: str) -> None:
    """Answers `init` with `disable`. lightningd logs that at level DEBUG only, so the reason is logged first."""
    log(reason, "broken")
    reply(request, {"disable": reason})


def call(path: str, method: str, params: dict[str, Any]) -> dict[str, Any]:
    """One call on a connection of its own; blocks."""
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
    error, result = answer.get("error"), answer.get("result")
    if isinstance(error, dict):
        raise CallFailed(error.get("code"), str(error.get("message", "")))
    if not isinstance(result, dict):
        raise CallFailed(None, f"{method}: the answer has no result")
    return result
