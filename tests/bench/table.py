#!/usr/bin/env python3
"""The JSON files of the benchmarks as one table in Markdown: figures with a target first.

    table.py FILE.json...
"""

from __future__ import annotations

import json
import pathlib
import sys
from typing import Any

ORDER = ["round", "mix", "payment", "parts", "catch_up", "standin", "memory", "latency", "hook", "start", "wire", "serve", "subscribers",
         "lnd_latency", "stopped", "nats_stream"]


def number(value: float) -> str:
    """Three significant digits, thousands separated."""
    if value >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def row(bench: str, figure: dict[str, Any]) -> str:
    cells = [bench, figure["what"], f"{number(figure['value'])} {figure['unit']}".strip()]
    if target := figure.get("target"):
        cells += [f"{target['side']} {number(target['value'])}", "met" if target["met"] else "**missed**"]
    else:
        cells += ["", ""]
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    files = [json.loads(pathlib.Path(name).read_text()) for name in sys.argv[1:]]
    files.sort(key=lambda file: ORDER.index(file["bench"]) if file["bench"] in ORDER else len(ORDER))
    wanted = [(file["bench"], figure) for file in files for figure in file["figures"]]
    print("| benchmark | figure | value | target | |\n|---|---|---|---|---|")
    for bench, figure in [pair for pair in wanted if "target" in pair[1]] + [pair for pair in wanted if "target" not in pair[1]]:
        print(row(bench, figure))
    if any(not file["full"] for file in files):
        print("\nShort forms; TRACKPAYMENTS_LONG=yes for the sizes in tests/bench/README.md.")


if __name__ == "__main__":
    main()
