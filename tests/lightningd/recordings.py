"""The recordings in tests/transcripts with which the stand-in is compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator

FOLDER = Path(__file__).resolve().parent.parent / "transcripts"


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.jsonl"))


def entries(name: str) -> list[dict[str, Any]]:
    with open(FOLDER / f"{name}.jsonl", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def calls(name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    return calls_of(entries(name))


def calls_of(recorded: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Request and reply of each answered RPC call, in the order of the requests."""
    waiting: dict[Any, list[dict[str, Any]]] = {}
    pairs: list[list[dict[str, Any]]] = []
    for entry in recorded:
        message = entry["msg"]
        if entry["dir"] == "rpc_request":
            waiting[message["id"]] = [message]
            pairs.append(waiting[message["id"]])
        elif entry["dir"] == "rpc_response" and message["id"] in waiting:
            waiting.pop(message["id"]).append(message)
    return ((pair[0], pair[1]) for pair in pairs if len(pair) == 2)


def to_plugin(name: str) -> list[dict[str, Any]]:
    return [entry["msg"] for entry in entries(name) if entry["dir"] == "to_plugin"]


def notifications(name: str) -> list[dict[str, Any]]:
    return [message for message in to_plugin(name) if "id" not in message]


def hooks(name: str) -> list[dict[str, Any]]:
    return [message for message in to_plugin(name) if message.get("method") == "rpc_command"]
