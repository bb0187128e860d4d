"""Starts, calls and stops the stand-in node. For tests and for contrib/demo: Python standard library only.

    with StandIn(binary) as node:
        node.start_plugin("/path/to/trackpayments")
        invoice = node.call("invoice", {"amount_msat": 1000, "label": "tea", "description": "d"})
        node.call("xpay", {"invstring": invoice["bolt11"]})

It knows nothing of the plugin's task: it only passes messages on.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from rpc_client import BOUND, RpcClient, RpcError, wait_until

__all__ = ["BOUND", "SUBSCRIBER", "StandIn", "RpcClient", "RpcError", "json_lines", "wait_until"]

HERE = Path(__file__).resolve().parent
SUBSCRIBER = HERE / "subscriber.py"


def die_with_parent() -> None:
    """Makes the node end with a killed test (prctl PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def die_with_parent_alone() -> None:
    """And ^C, which a terminal sends to all programs that run in it, does not reach the node."""
    os.setpgid(0, 0)
    die_with_parent()


def json_lines(path: Path) -> list[dict[str, Any]]:
    """The complete lines that a subscriber has written so far."""
    text = path.read_text(encoding="utf-8", errors="surrogateescape") if path.exists() else ""
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


class StandIn:
    """One node in a directory of its own. `plugins` are started with it, `options` are further arguments. It behaves as the version
    in the environment's VERSION_AS, or as the newest."""

    def __init__(
        self,
        binary: str | os.PathLike[str] | None = None,
        plugins: list[str] | None = None,
        options: list[str] | None = None,
        directory: str | os.PathLike[str] | None = None,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.binary = str(binary or os.environ["STANDIN"])
        self.plugins = list(plugins or [])
        self.options = list(options or [])
        self.environment = environment or {}
        self.own_directory = directory is None
        self.directory = Path(directory or tempfile.mkdtemp(prefix="standin-"))
        self.network_directory = self.directory / "regtest"
        self.log_path = self.network_directory / "log"
        self.stderr_path = self.directory / "stderr"
        self.process: subprocess.Popen[bytes] | None = None
        self._rpc: RpcClient | None = None

    # Start and stop

    def start(self, wait: bool = True) -> "StandIn":
        arguments = [self.binary, "--lightning-dir", str(self.directory), "--log-file", "log"]
        arguments += [f"--plugin={path}" for path in self.plugins] + self.options
        if (version := {**os.environ, **self.environment}.get("VERSION_AS")):
            arguments += ["--version-as", version]
        self.directory.mkdir(parents=True, exist_ok=True)
        started = self.log().count("Server started") + 1
        with open(self.stderr_path, "ab") as stderr:
            self.process = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
                env={**os.environ, **self.environment},
                preexec_fn=die_with_parent_alone,
            )
        if wait:
            wait_until(lambda: self.log().count("Server started") >= started or not self.running(), "the start")
            if not self.running():
                raise RuntimeError(f"the stand-in exited with {self.process.wait()}: {self.stderr()}")
        return self

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> int:
        """Stops it by RPC, as a user would, and returns the exit code."""
        assert self.process
        if self.running():
            try:
                self.call("stop")
            except (OSError, EOFError, RpcError):
                self.process.terminate()
        self.forget_client()
        return self.process.wait(BOUND)

    def kill(self) -> None:
        """kill -9, as with a power cut."""
        assert self.process
        self.forget_client()
        self.process.kill()
        self.process.wait(BOUND)

    def restart(self, crash: bool = False) -> "StandIn":
        self.kill() if crash else self.stop()
        return self.start()

    def wait_exit(self) -> int:
        """Waits for the exit code; negative: the signal."""
        assert self.process
        return self.process.wait(BOUND)

    def close(self) -> None:
        if self.process and self.running():
            self.kill()
        self.forget_client()
        if self.own_directory and not os.environ.get("STANDIN_KEEP"):
            shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> "StandIn":
        return self if self.process else self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    # Calls

    @property
    def socket_path(self) -> Path:
        return self.network_directory / "lightning-rpc"

    @property
    def rpc(self) -> RpcClient:
        """One connection, made at the first use."""
        if self._rpc is None:
            self._rpc = self.new_client()
        return self._rpc

    def new_client(self) -> RpcClient:
        return RpcClient(str(self.socket_path))

    def forget_client(self) -> None:
        if self._rpc:
            self._rpc.close()
        self._rpc = None

    def call(self, method: str, params: Any = None, **more: Any) -> Any:
        return self.rpc.call(method, params, **more)

    # Rows, messages and log

    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def stderr(self) -> str:
        return self.stderr_path.read_text(errors="replace") if self.stderr_path.exists() else ""

    def wait_for_log(self, text: str) -> str:
        """Waits for the first line with the text."""

        def find() -> str | None:
            return next((line for line in self.log().splitlines() if text in line), None)

        return wait_until(find, f"the log line {text!r}")

    # Plugins

    def start_plugin(self, path: str | os.PathLike[str]) -> Any:
        return self.call("plugin", {"subcommand": "start", "plugin": str(path)})

    def stop_plugin(self, path: str | os.PathLike[str]) -> Any:
        return self.call("plugin", {"subcommand": "stop", "plugin": str(path)})

    # Payments

    def invoice(self, amount_msat: int | str, label: str, scenario: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """An invoice of one of our payees, with the outcome of its payment."""
        made = self.call("invoice", {"amount_msat": amount_msat, "label": label, "description": label, **more})
        if scenario is not None:
            self.call("scenario", {"label": label, **scenario})
        return made

    def rows(self, **params: Any) -> list[dict[str, Any]]:
        return self.call("listsendpays", params)["payments"]
