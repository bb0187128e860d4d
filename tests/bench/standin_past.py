#!/usr/bin/env python3
"""Start-up and `since` under the stand-in node, through its sockets, with a long history of which one row in a thousand is still
pending. The times include the node's own work: catch_up has the plugin's share. Writes standin.json; PLUGIN and STANDIN are
binaries.

    standin_past.py FOLDER
"""

from __future__ import annotations

import json
import os
import pathlib
import sys
import time
from typing import Any, Callable

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lightningd"))
from standin import StandIn  # noqa: E402

FULL = os.environ.get("TRACKPAYMENTS_LONG") == "yes"
PLUGIN = os.environ["PLUGIN"]


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.monotonic()
    result = work()
    return 1000 * (time.monotonic() - begin), result


def peak_mb() -> float:
    """Peak memory of the plugin, found by its binary."""
    real = os.path.realpath(PLUGIN)
    for process in pathlib.Path("/proc").iterdir():
        try:
            if process.name.isdigit() and os.readlink(process / "exe") == real and started_here(process):
                lines = (process / "status").read_text().splitlines()
                return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1000
        except OSError:
            continue
    raise AssertionError("the plugin does not run")


def started_here(process: pathlib.Path) -> bool:
    """Only the plugin under our own node: others may run the same binary."""
    parent = (process / "stat").read_text().rsplit(")", 1)[1].split()[1]
    return int((pathlib.Path("/proc") / parent / "stat").read_text().rsplit(")", 1)[1].split()[1]) == os.getpid()


def still_pending(node: StandIn, rows: int) -> list[dict[str, Any]]:
    """One row in a thousand, at most 500, as newer rows."""
    pattern = node.call("listsendpays", {"index": "created", "start": rows, "limit": 1})["payments"][0]
    for name in ("updated_index", "completed_at", "payment_preimage"):
        pattern.pop(name, None)
    return [pattern | {"status": "pending", "payment_hash": f"{number:064x}", "created_index": rows + number, "id": rows + number}
            for number in range(1, min(rows // 1000, 500) + 1)]


def measure(rows: int) -> list[dict[str, Any]]:
    with StandIn() as node:
        node.call("history", {"count": rows})
        pending = still_pending(node, rows)
        node.call("standin-rows", {"rows": pending})
        start, now = timed(lambda: (node.start_plugin(PLUGIN), node.call("trackpayments", {}))[1])
        at_start = len(now["payments"])
        assert at_start == len(pending), f"{at_start} payments are published at the start, not {len(pending)}"
        node_id = now["cursor"].split(".")[0]
        asked, since = timed(lambda: node.call("trackpayments", {"since": f"{node_id}.00000000.{rows}.{rows - 100}"}))
        assert len(since["payments"]) >= 100, "changed payments are answered"
        name = f"{rows:,} rows: ".replace(",", " ")
        return [{"what": name + "plugin start until `trackpayments` is answered, wall", "value": start, "unit": "ms"},
                {"what": name + "since, a hundred payments, wall", "value": asked, "unit": "ms"},
                {"what": name + "peak memory (RSS) of the plugin", "value": peak_mb(), "unit": "MB"}]


def main() -> None:
    figures = [figure for rows in [1000, 10_000, 100_000] + [1_000_000] * FULL for figure in measure(rows)]
    for figure in figures:
        print(f"standin   {figure['what']:72} {figure['value']:12.4g} {figure['unit']}")
    pathlib.Path(sys.argv[1], "standin.json").write_text(json.dumps({"bench": "standin", "full": FULL, "figures": figures}, indent=1))


if __name__ == "__main__":
    main()
