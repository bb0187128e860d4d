#!/usr/bin/env python3
"""The stream of NATS from end to end, with Debian's nats-server on loopback: messages a second, CPU a message of trackpayments-nats beside
the tracker's, and a long past published from its beginning. Writes nats_stream.json; PLUGIN, NATS and STANDIN are binaries.

    nats_stream.py FOLDER
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import time
from pathlib import Path
from typing import Any, Callable

TESTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS / "nats"))

from nats_stage import NatsStage, option, wait_until  # noqa: E402
from servers import one_server, three_servers  # noqa: E402

FULL = os.environ.get("TRACKPAYMENTS_LONG") == "yes"
MESSAGES = 100_000 if FULL else 20_000
ROWS = 200_000 if FULL else 20_000
SIZE = 2500  # of a snapshot as JSON: a payment of one part
CLOCK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK


def peak_mb(pid: int) -> float:
    return int(re.search(r"^VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)[1]) / 1000


def figure(what: str, value: float, unit: str) -> dict[str, Any]:
    return {"what": what, "value": value, "unit": unit}


def stored(ask: Callable[[], dict[str, Any]]) -> int:
    return ask()["state"]["messages"]


def scripted(stage: NatsStage) -> None:
    """A tracker that publishes snapshots as fast as they leave."""
    script = stage.directory / "trackpayments"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{TESTS}/lnd/scripted_tracker.py"\n')
    script.chmod(0o755)
    stage.node.start_plugin(script)


def rate(url: Any, name: str, info: Callable[[], dict[str, Any]], *options: str) -> list[dict[str, Any]]:
    with NatsStage(url, list(options), tracker=False).alone() as stage:
        scripted(stage)
        stage.wait_connected()
        sink = stage.sink_pid()
        used, begin = cpu_seconds(sink), time.monotonic()
        stage.node.call("scripted-publish", {"first": 1, "count": MESSAGES, "status": "SUCCEEDED", "attempts": 1, "size": SIZE, "a_second": 0})
        wait_until(lambda: stored(info) >= MESSAGES, "all messages", bound=600)
        seconds = time.monotonic() - begin
        return [figure(f"into {name}: messages a second", MESSAGES / seconds, "/s"),
                figure(f"into {name}: CPU of the sink a message", 1e6 * (cpu_seconds(sink) - used) / MESSAGES, "µs"),
                figure(f"into {name}: peak memory (RSS) of the sink", peak_mb(sink), "MB")]


def beside_the_tracker() -> list[dict[str, Any]]:
    with one_server() as server, NatsStage(server.url, ["--trackpayments-failed-after=0"]).alone() as stage:
        stage.wait_connected()
        pids = stage.pid_of("trackpayments"), stage.sink_pid()
        before = [cpu_seconds(pid) for pid in pids]
        stage.node.call("load", {"total": MESSAGES // 4, "in_flight": 100, "fail_percent": 10, "mix": {"xpay": 1}})
        stage.wait_caught_up()
        tracker, sink = (cpu_seconds(pid) - used for pid, used in zip(pids, before))
        payments, messages = len(stage.node.rows()), server.client.info_of("LIGHTNING")["state"]["messages"]
        return [figure("payments of a busy node: CPU of the sink a message", 1e6 * sink / messages, "µs"),
                figure("payments of a busy node: CPU of the sink a part, against the tracker's", sink / tracker, ""),
                figure("payments of a busy node: messages in the stream a part", messages / payments, "")]


def past() -> list[dict[str, Any]]:
    with one_server() as server, NatsStage(server.url, [option("begin", "beginning")], sink=False, tracker=False).alone() as stage:
        stage.node.call("history", {"count": ROWS})
        stage.start_plugin()
        begin = time.monotonic()
        stage.start_sink()
        sink = stage.sink_pid()
        halfway: list[float] = []

        def over() -> bool:
            info = server.client.info_of("LIGHTNING")
            count = info["state"]["messages"] if info else 0
            if count >= ROWS // 10 and not halfway:
                halfway.append(peak_mb(sink))
            return count >= ROWS

        wait_until(over, "all payments", bound=1200)
        seconds = time.monotonic() - begin
        name = f"{ROWS:,} old payments: ".replace(",", " ")
        return [figure(name + "messages a second", ROWS / seconds, "/s"),
                figure(name + "peak memory (RSS) of the sink", peak_mb(sink), "MB"),
                figure(name + "the same after a tenth of them", halfway[0] if halfway else 0, "MB")]


def main() -> None:
    figures = []
    with one_server() as server:
        figures += rate(server.url, "one server", lambda: server.client.info_of("LIGHTNING"))
    with three_servers() as cluster:
        figures += rate(cluster.urls, "three servers", lambda: cluster.info() or {"state": {"messages": 0}}, option("replicas", 3))
    figures += beside_the_tracker() + past()
    for one in figures:
        print(f"nats_stream {one['what']:72} {one['value']:12.4g} {one['unit']}")
    Path(sys.argv[1], "nats_stream.json").write_text(json.dumps({"bench": "nats_stream", "full": FULL, "figures": figures}, indent=1))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
