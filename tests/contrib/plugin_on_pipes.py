"""A plugin script on the pipes of the fake lightningd, started as lightningd does it: its answer to `init`, and its log lines."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any, Sequence

from standin import BOUND, die_with_parent
from fake_lightningd import Loop, PluginProcess
import strict_json

LOUD = ("unusual", "broken")  # levels above info, which lightningd logs by default


class PluginOnPipes(Loop, PluginProcess):
    """`before`: a prefix of the command, such as setpriv and its options."""

    def __init__(self, program: str | os.PathLike[str], directory: Path, options: dict[str, Any] | None = None,
                 before: Sequence[str] = (), **environment: str) -> None:
        Loop.__init__(self)
        PluginProcess.__init__(self, [*before, str(program)], directory, self, environment, before_exec=die_with_parent)
        self.messages: list[dict[str, Any]] = []  # not read yet
        self.logged: list[tuple[str, str]] = []  # level and text
        self.request("getmanifest", {"allow-deprecated-apis": False})
        self.init_result = self.request("init", {"options": options or {}, "configuration": {
            "lightning-dir": str(directory), "rpc-file": "lightning-rpc", "startup": True, "network": "regtest", "feature_set": {}}})
        self.logged_at_init = list(self.logged)

    def __enter__(self) -> "PluginOnPipes":
        return self

    def __exit__(self, *_: object) -> None:
        self.abandon()
        self.selector.close()

    def output_came(self, text: bytes) -> None:
        message = strict_json.loads(text)
        self.messages.append(message)
        if message.get("method") == "log":
            self.logged.append((message["params"]["level"], message["params"]["message"]))

    def send(self, message: Any) -> None:
        self.write_input(strict_json.dumps(message).encode() + b"\n\n")
        self.flush_input(BOUND)

    def notify(self, topic: str, params: Any) -> None:
        self.send({"jsonrpc": "2.0", "method": topic, "origin": "trackpayments", "params": params})

    def request(self, method: str, params: Any) -> Any:
        identity = f"cln:{method}#1"
        self.send({"jsonrpc": "2.0", "id": identity, "method": method, "params": params})
        while (message := self.read()) is not None:
            if message.get("id") == identity:
                return message["result"]
        raise AssertionError(f"it ended with {self.child.wait(BOUND)}: {self.errors()}")

    def read(self) -> dict[str, Any] | None:
        """The next message, or None at the end."""
        end = time.monotonic() + BOUND
        while not self.messages:
            if self.at_eof:
                return None
            if time.monotonic() > end:
                raise TimeoutError(f"waited {BOUND} s for a message; logged {self.logged}")
            self.pump()
        return self.messages.pop(0)

    def wait_logged(self, text: str) -> str:
        """The first log line with the text."""
        while True:
            if line := next((line for _, line in self.logged if text in line), None):
                return line
            if self.read() is None:
                raise AssertionError(f"it ended with {self.child.wait(BOUND)} and did not log {text!r}: {self.logged}, {self.errors()}")

    def end(self) -> tuple[int, str]:
        """Ends it by end of file, as lightningd does. Returns the exit code and stderr."""
        self.child.stdin.close()
        while self.read() is not None:
            pass
        return self.child.wait(BOUND), self.errors()

    def disabled_loudly(self) -> str:
        """The reason in `disable`; it must have been logged before, at a level that lightningd shows."""
        reason = self.init_result["disable"]
        assert any(level in LOUD and reason in text for level, text in self.logged_at_init), (reason, self.logged_at_init)
        assert "\n" not in reason and "Traceback" not in reason, reason
        return reason
