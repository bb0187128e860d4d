"""A subscriber plugin on pipes of the test, which sends byte-exact notifications in the wrapping of any version."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

BOUND = 180.0


class Piped:
    """Started as lightningd does it: getmanifest, then `init`."""

    def __init__(self, program: str | os.PathLike[str], directory: Path, old: bool = False, **environment: str) -> None:
        self.process = subprocess.Popen([str(program)], cwd=directory, env={**os.environ, **environment}, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, encoding="utf-8")
        self.old = old
        self.messages: list[dict[str, Any]] = []
        # v23.11 sends numbers as ids.
        ids: tuple[Any, Any] = (1, 2) if old else ("cln:getmanifest#20", "cln:init#44")
        self.manifest = self.request(ids[0], "getmanifest", {"allow-deprecated-apis": False})
        self.request(ids[1], "init", {"options": {}, "configuration": {
            "lightning-dir": str(directory), "rpc-file": "lightning-rpc", "startup": True, "network": "regtest", "feature_set": {}}})

    def __enter__(self) -> "Piped":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(BOUND)
        self.process.stdin.close()
        self.process.stdout.close()

    def raw(self, text: str) -> None:
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def notify(self, topic: str, params: str) -> None:
        """A notification with the plugin's own bytes in the wrapping of the version."""
        if self.old:
            self.raw(f'{{"jsonrpc":"2.0","method":"{topic}","params":{{"origin":"trackpayments","payload":{params}}}}}\n\n')
        else:
            self.raw(f'{{"jsonrpc":"2.0","method":"{topic}","origin":"trackpayments","params":{params}}}\n\n')

    def request(self, identity: Any, method: str, params: Any) -> Any:
        self.raw(json.dumps({"jsonrpc": "2.0", "id": identity, "method": method, "params": params}) + "\n\n")
        while "id" not in (message := self.read()):
            self.messages.append(message)
        assert message["id"] == identity and message["jsonrpc"] == "2.0", message
        return message["result"]

    def read(self) -> dict[str, Any]:
        """The next message."""
        text = ""
        while line := self.process.stdout.readline():
            text += line
            if line == "\n":
                return json.loads(text)
        raise AssertionError(f"the subscriber ended with {self.process.wait(BOUND)}")

    def end(self) -> list[str]:
        """Ends it by end of file, as lightningd does. Returns its log lines."""
        self.process.stdin.close()
        rest = self.process.stdout.read()
        code = self.process.wait(BOUND)
        assert code == 0, f"exit code {code}"
        messages = self.messages + [json.loads(text) for text in rest.split("\n\n") if text.strip()]
        assert all(m["method"] == "log" and m["jsonrpc"] == "2.0" for m in messages), messages
        return [m["params"]["message"] for m in messages]
