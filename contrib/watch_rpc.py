"""A connection to lightning-rpc that never blocks, for a program that also waits for other input."""

from __future__ import annotations

import errno
import itertools
import json
import os
import socket
import stat
from typing import Any

LONGEST_PATH = 107  # bytes; sun_path of unix(7)
NO_PERMISSION = "; run it as lightningd's user, or see lightningd's option rpc-file-mode"


class Lost(Exception):
    """The node is not reachable, or no longer."""


def hopeless(path: str) -> str:
    """Why no node can ever be at this path; empty if one can. A stopped node has no socket, but its directory exists."""
    folder = os.path.dirname(os.path.abspath(path))
    if len(os.fsencode(path)) > LONGEST_PATH:
        return f"{path}: the path is too long for a socket; cd {folder} and pass only {os.path.basename(path)}"
    try:
        kind = os.stat(path).st_mode
    except FileNotFoundError:
        return "" if os.path.isdir(folder) else f"no such directory: {folder}; see --lightning-dir and --network"
    except OSError as error:
        return f"{path}: {error.strerror}" + (NO_PERMISSION if error.errno == errno.EACCES else "")
    if not stat.S_ISSOCK(kind):
        return f"{path} is not a socket; the node's socket is called lightning-rpc"
    return "" if os.access(path, os.W_OK) else f"{path}: Permission denied{NO_PERMISSION}"


class Link:
    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.setblocking(False)
        self._data = b""
        self._numbers = itertools.count(1)
        try:
            self._socket.connect(path)
        except OSError as error:
            self.close()
            raise Lost(f"{path}: {error.strerror or error}") from None

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def send(self, method: str, params: dict[str, Any]) -> str:
        """Sends a request; returns its id."""
        request_id = f"watch:{method}#{next(self._numbers)}"
        request = json.dumps({"jsonrpc": "2.0", "id": request_id, "method": method, "params": params})
        try:
            self._socket.sendall(request.encode())
        except OSError as error:
            raise Lost(f"connection lost: {error.strerror or error}") from None
        return request_id

    def receive(self) -> list[dict[str, Any]]:
        """The messages that have arrived completely."""
        try:
            data = self._socket.recv(1 << 20)
        except BlockingIOError:
            return []
        except OSError as error:
            raise Lost(f"connection lost: {error.strerror or error}") from None
        if not data:
            raise Lost("the node closed the connection")
        # Each message ends in an empty line, and trackpayments writes no empty line within one.
        *whole, self._data = (self._data + data).split(b"\n\n")
        try:
            messages = [json.loads(text.decode(errors="replace")) for text in whole if text.strip()]
        except (ValueError, RecursionError):
            raise Lost("the node's answer is not JSON") from None
        return [message for message in messages if isinstance(message, dict)]
