"""A socket where the test answers by hand, for what no node says."""

from __future__ import annotations

import json
import socket
from typing import Any

from node import BOUND


class FakeNode:
    def __init__(self, directory: str) -> None:
        self.path = directory + "/lightning-rpc"
        self.listener = socket.create_server(self.path, family=socket.AF_UNIX)
        self.listener.settimeout(BOUND)
        self.connection: socket.socket | None = None
        self.text = ""

    def __enter__(self) -> "FakeNode":
        return self

    def __exit__(self, *_: object) -> None:
        self.hang_up()
        self.listener.close()

    def hang_up(self) -> None:
        if self.connection:
            self.connection.close()
        self.connection, self.text = None, ""

    def expect(self, method: str, params: dict) -> str:
        """The next request has to be this one; its id."""
        if self.connection is None:
            self.connection, _ = self.listener.accept()
            self.connection.settimeout(BOUND)
        while True:
            try:
                request, end = json.JSONDecoder().raw_decode(self.text)
                break
            except ValueError:
                data = self.connection.recv(1 << 16)
                assert data, f"it hung up instead of {method}"
                self.text += data.decode()
        self.text = self.text[end:]
        assert (request["method"], request["params"]) == (method, params), f"{request} instead of {method} {params}"
        return request["id"]

    def say(self, **message: Any) -> None:
        self.connection.sendall((json.dumps({"jsonrpc": "2.0", **message}) + "\n\n").encode())
