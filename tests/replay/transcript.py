"""Reads one recording: its entries, which reply answers which call, and every sendpays row mentioned anywhere in it.

It interprets nothing: timeline.py (the row model) and facts.py (the oracle) decide what a mention proves about a row, each for
itself.
"""
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterable, Iterator

import node_versions

FOLDER = Path(__file__).resolve().parent.parent / "transcripts"


@dataclass(frozen=True)
class Entry:
    index: int
    t: float
    direction: str
    msg: Any


@dataclass(frozen=True)
class Call:
    """A call on the RPC socket; `answered` is None when the connection died first."""
    request: Entry
    answered: Entry | None

    @property
    def method(self) -> str:
        return self.request.msg["method"]

    @property
    def params(self) -> Any:
        return self.request.msg.get("params", {})

    @property
    def reply(self) -> dict:
        return self.answered.msg if self.answered else {}


class Recording(list[Entry]):
    """All entries of one file."""

    def __init__(self, version: node_versions.Version, entries: Iterable[Entry] = ()):
        super().__init__(entries)
        self.version = version


def names() -> list[str]:
    """Of the newest version."""
    return sorted(path.stem for path in FOLDER.glob("*.jsonl"))


def older_names() -> list[str]:
    """Names with their folder, which is the version."""
    return sorted(f"{path.parent.name}/{path.stem}" for path in FOLDER.glob("*/*.jsonl"))


def load(name: str) -> Recording:
    entries = Recording(node_versions.of(name))
    with open(FOLDER / f"{name}.jsonl", encoding="utf-8") as file:
        for index, line in enumerate(file):
            raw = json.loads(line)
            entries.append(Entry(index, raw["t"], raw["dir"], raw["msg"]))
    return entries


def calls(entries: list[Entry]) -> list[Call]:
    """Every RPC call in order; an id used again (after a restart) belongs to its latest request."""
    found: list[Call] = []
    latest: dict[Any, int] = {}
    for entry in entries:
        if entry.direction == "rpc_request":
            latest[entry.msg["id"]] = len(found)
            found.append(Call(entry, None))
        elif entry.direction == "rpc_response":
            where = latest.get(entry.msg["id"])
            if where is None:  # the answer to bytes that are no request has id null
                continue
            found[where] = Call(found[where].request, entry)
    return found


def notification(entry: Entry, topic: str) -> dict | None:
    """The payload of a notification of that topic, by lightningd or a plugin; plugins' were wrapped differently before v25.09."""
    if entry.direction == "to_plugin" and entry.msg.get("method") == topic and "id" not in entry.msg:
        params = entry.msg["params"]
        return params[topic] if topic in params else params["payload"]
    return None


def hooked(entry: Entry, method: str | None = None) -> dict | None:
    """The client's request inside an rpc_command hook call."""
    if entry.direction != "to_plugin" or entry.msg.get("method") != "rpc_command":
        return None
    inner = entry.msg["params"]["rpc_command"]
    return inner if method in (None, inner["method"]) else None


def _rows(value: Any) -> Iterator[dict]:
    if isinstance(value, dict):
        if "created_index" in value and "groupid" in value and "payment_hash" in value:
            yield value
        for item in value.values():
            yield from _rows(item)
    elif isinstance(value, list):
        for item in value:
            yield from _rows(item)


def row_mentions(entry: Entry) -> list[dict]:
    """Everything in lightningd's messages that is shaped like a sendpays row."""
    if entry.direction not in ("to_plugin", "rpc_response"):
        return []
    return list(_rows(entry.msg))


def named(params: Any, order: list[str]) -> dict:
    """Positional parameters under their names."""
    return dict(zip(order, params)) if isinstance(params, list) else dict(params)
