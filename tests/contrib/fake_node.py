"""The RPC socket of the fake lightningd alone: the test answers by hand, also as no node would."""

from __future__ import annotations

import time
from typing import Any

from node import BOUND
from fake_lightningd import SOCKET, Connection, Loop, RpcSocket, encoded
import strict_json


class FakeNode(Loop, RpcSocket):
    def __init__(self, directory: str) -> None:
        Loop.__init__(self)
        RpcSocket.__init__(self, directory, self)
        self.path = f"{directory}/{SOCKET}"
        self.requests: list[dict[str, Any]] = []
        self.hung_up = False
        self.listen()

    def __enter__(self) -> "FakeNode":
        return self

    def __exit__(self, *_: object) -> None:
        self.hang_up()
        self.selector.close()

    def call_came(self, connection: Connection, text: bytes) -> None:
        self.requests.append(strict_json.loads(text))

    def drop(self, connection: Connection) -> None:
        super().drop(connection)
        self.hung_up = True

    def drop_clients(self) -> None:
        for connection in list(self.connections):
            self.drop(connection)
        self.hung_up = False

    def expect(self, method: str, params: dict) -> str:
        """Requires this to be the next request; returns its id."""
        end = time.monotonic() + BOUND
        while not self.requests:
            assert not self.hung_up, f"it hung up instead of {method}"
            assert time.monotonic() < end, f"no {method} within {BOUND} s"
            self.pump()
        request = self.requests.pop(0)
        assert (request["method"], request["params"]) == (method, params), f"{request} instead of {method} {params}"
        return request["id"]

    def send(self, **message: Any) -> None:
        self.answer_call(self.connections[-1], encoded({"jsonrpc": "2.0", **message}))
