"""A plugin script on pipes of the test's own, begun as lightningd begins it: what it answers to `init`, and what it logs."""

from __future__ import annotations

import json
import os
import select
import subprocess
from pathlib import Path
from typing import Any, Sequence

from standin import BOUND, die_with_parent

LOUD = ("unusual", "broken")  # what lightningd shows by default, above info


class PluginOnPipes:
    """`before`: what stands before the program, as setpriv and its options."""

    def __init__(self, program: str | os.PathLike[str], directory: Path, options: dict[str, Any] | None = None,
                 before: Sequence[str] = (), **environment: str) -> None:
        self.process = subprocess.Popen([*before, str(program)], cwd=directory, env={**os.environ, **environment}, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
                                        preexec_fn=die_with_parent)
        self.pending = ""
        self.logged: list[tuple[str, str]] = []  # level and text
        self.request("getmanifest", {"allow-deprecated-apis": False})
        self.begun = self.request("init", {"options": options or {}, "configuration": {
            "lightning-dir": str(directory), "rpc-file": "lightning-rpc", "startup": True, "network": "regtest", "feature_set": {}}})
        self.logged_at_init = list(self.logged)

    def __enter__(self) -> "PluginOnPipes":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(BOUND)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                stream.close()
            except BrokenPipeError:
                pass

    def send(self, message: Any) -> None:
        self.process.stdin.write(json.dumps(message, separators=(",", ":")) + "\n\n")  # as the plugin publishes it
        self.process.stdin.flush()

    def notify(self, topic: str, params: Any) -> None:
        self.send({"jsonrpc": "2.0", "method": topic, "origin": "trackpayments", "params": params})

    def request(self, method: str, params: Any) -> Any:
        identity = f"cln:{method}#1"
        self.send({"jsonrpc": "2.0", "id": identity, "method": method, "params": params})
        while (message := self.read()) is not None:
            if message.get("id") == identity:
                return message["result"]
        raise AssertionError(f"it ended with {self.process.wait(BOUND)}: {self.process.stderr.read()}")

    def read(self) -> dict[str, Any] | None:
        """The next message, or nothing at the end. What is logged is kept."""
        while "\n\n" not in self.pending:
            if not select.select([self.process.stdout], [], [], BOUND)[0]:
                raise TimeoutError(f"waited {BOUND} s for a message; logged {self.logged}")
            data = os.read(self.process.stdout.fileno(), 1 << 16).decode()
            if not data:
                return None
            self.pending += data
        text, self.pending = self.pending.split("\n\n", 1)
        message = json.loads(text)
        if message.get("method") == "log":
            self.logged.append((message["params"]["level"], message["params"]["message"]))
        return message

    def wait_logged(self, text: str) -> str:
        """The first log line with the text."""
        while True:
            if line := next((line for _, line in self.logged if text in line), None):
                return line
            if self.read() is None:
                raise AssertionError(f"it ended with {self.process.wait(BOUND)} and did not log {text!r}: {self.logged}, "
                                     f"{self.process.stderr.read()}")

    def end(self) -> tuple[int, str]:
        """End of file, as lightningd ends a plugin. The exit code, and what it said on stderr."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        while self.read() is not None:
            pass
        return self.process.wait(BOUND), self.process.stderr.read()

    def disabled_loudly(self) -> str:
        """The reason it gave with `disable`: logged before, at a level that is seen."""
        reason = self.begun["disable"]
        assert any(level in LOUD and reason in text for level, text in self.logged_at_init), (reason, self.logged_at_init)
        assert "\n" not in reason and "Traceback" not in reason, reason
        return reason
