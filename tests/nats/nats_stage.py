"""A stage with both plugins: the stand-in node, the tracker, and the program that publishes to JetStream.

    with one_server() as server, NatsStage(server.url) as stage:
        stage.wait_connected()
        stage.pay_now(stage.invoice(1000))
        stage.wait_caught_up()
        messages = server.messages()
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "e2e"))

from support import BOUND, PLUGIN, RpcError, Stage, die_on_sigterm, wait_until  # noqa: E402  (makes the next two importable)
import judge  # noqa: E402
from model import NODE_ID  # noqa: E402

__all__ = ["BOUND", "NATS", "NODE_ID", "PLUGIN", "RpcError", "NatsStage", "die_on_sigterm", "option", "wait_until"]

NATS = os.path.abspath(os.environ["NATS"])
STOPPED = "not publishing: "
AGAIN = "publishing again"


def option(name: str, value: object = None) -> str:
    """`option("max-age", 3)`; a flag has no value."""
    return f"--trackpayments-nats-{name}" + ("" if value is None else f"={value}")


class NatsStage(Stage):
    """`url`: one, several, or none. `options`: of both plugins. `sink`, `tracker`: whether they are started with the node; else by
    start_sink() and start_plugin()."""

    def __init__(self, url: str | list[str] | None, options: list[str] | None = None, sink: bool = True, tracker: bool = True, **more: Any):
        super().__init__(plugin=tracker, **more)
        self.urls = [url] if isinstance(url, str) else list(url or [])
        self.node.options += [*(options or []), *(option("url", one) for one in self.urls)]
        self.sink_at_start = sink
        self.node.plugins.append(NATS)

    def __enter__(self) -> "NatsStage":
        super().__enter__()
        if not self.sink_at_start:  # its options are known only after it was loaded
            self.node.stop_plugin(NATS)
            self.node.plugins.remove(NATS)
        return self

    def start_sink(self) -> None:
        self.node.start_plugin(NATS)

    def restart_sink(self) -> None:
        self.node.stop_plugin(NATS)
        self.start_sink()

    def show(self) -> dict[str, Any]:
        return self.node.call("trackpayments-nats")

    def wait_connected(self) -> dict[str, Any]:
        """Until it publishes: the tracker has answered, and so has the stream."""
        def look() -> dict[str, Any] | None:
            shown = self.show()
            return shown if shown["connected"] and shown["state"] == "active" and shown["caught_up"] else None

        return wait_until(look, "the connection to the stream")

    def wait_caught_up(self) -> dict[str, Any]:
        """Until everything that the tracker has published is in the stream."""
        self.barrier()
        return self.wait_connected()

    def wait_published(self) -> dict[str, Any]:
        """The same, and first until the tracker has published what the rows say: a payer may answer before its last part has ended."""
        wait_until(lambda: not judge.rows(self), "agreement with the rows")
        return self.wait_caught_up()

    def plugin_pid(self) -> int:
        return self.pid_of("trackpayments")

    def sink_pid(self) -> int:
        return self.pid_of("trackpayments-nats")

    def pid_of(self, name: str) -> int:
        node = self.node.process.pid
        for pid in Path(f"/proc/{node}/task/{node}/children").read_text().split():
            try:
                arguments = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue  # it has ended
            if any(os.path.basename(argument) == name for argument in arguments):
                return int(pid)
        raise AssertionError(f"{name} does not run")

    def memory_mb(self) -> float:
        """Of the sink, now."""
        found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{self.sink_pid()}/status").read_text(), re.MULTILINE)
        return int(found[1]) / 1024

    def nats_log(self) -> list[str]:
        return [line for line in self.node.log().splitlines() if " plugin-trackpayments-nats: " in line]

    def wait_nats_log(self, text: str, count: int = 1) -> str:
        """Waits until so many of its lines have the text, and returns the last."""
        def look() -> str | None:
            found = [line for line in self.nats_log() if text in line]
            return found[-1] if len(found) >= count else None

        try:
            return wait_until(look, f"the log line {text!r}")
        except TimeoutError:
            raise AssertionError(f"no log line {text!r}: {self.nats_log()[-20:]}; {self.show()}") from None
