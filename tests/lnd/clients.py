"""Programs that run beside the test: Node clients and curl. Each writes a line of JSON for everything it receives."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import lnd_wire
from lnd_stage import HERE, LndStage
from rpc_client import BOUND, wait_until


def packages() -> str:
    """Installs the packages of package.json the first time."""
    build = os.environ["LND_BUILD"]
    subprocess.run([str(HERE.parent / "npm-install"), str(HERE), build], check=True)
    return str(Path(build) / "npm")


class Program:
    def __init__(self, arguments: list[str], **environment: str):
        self.name = arguments[1] if arguments[0] == "node" else arguments[0]
        self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env={**os.environ, **environment})
        os.set_blocking(self.process.stdout.fileno(), False)
        self._data = b""
        self._lines: list[dict[str, Any]] = []

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()

    def lines(self) -> list[dict[str, Any]]:
        while data := self.process.stdout.read(1 << 20):
            self._data += data
        *whole, self._data = self._data.split(b"\n")
        self._lines += [json.loads(line) for line in whole if line]
        return self._lines

    def wait(self, count: int) -> list[dict[str, Any]]:
        wait_until(lambda: len(self.lines()) >= count or self.process.poll() is not None, f"{count} lines of {self.name}")
        assert len(self.lines()) >= count, f"{self.name} ended: {self.process.stderr.read().decode(errors='replace')}"
        return self.lines()

    def finish(self) -> list[dict[str, Any]]:
        """Waits for its end, which must be a good one."""
        wait_until(lambda: self.lines() is not None and self.process.poll() is not None, f"the end of {self.name}", BOUND)
        assert self.process.returncode == 0, f"{self.name}: {self.process.stderr.read().decode(errors='replace')}"
        return self.lines()


def node(stage: LndStage, script: str, *arguments: str) -> Program:
    """A script beside this file; it finds all it needs in the environment."""
    return Program(["node", str(HERE / script), *arguments], LND_PACKAGES=packages(), LND_PROTOS=str(lnd_wire.protos()),
                   LND_ADDRESS=stage.show()["rpclisten"][0], LND_DIR=str(stage.lnd_directory),
                   GRPC_SSL_CIPHER_SUITES="HIGH+ECDSA")


def curl(stage: LndStage, path: str, *arguments: str, grpc_port: bool = False) -> Program:
    address = stage.show()["rpclisten" if grpc_port else "restlisten"][0]
    return Program(["curl", "--silent", "--show-error", "--no-buffer", "--cacert", str(stage.certificate), *arguments,
                    "--header", f"Grpc-Metadata-Macaroon: {stage.macaroon()}", f"https://{address}{path}"])
