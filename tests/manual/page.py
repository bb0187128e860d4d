"""Reads the parts of a man page's Markdown that can be checked: usage, parameters, options, errors, examples."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAN = Path(__file__).resolve().parents[2] / "man"


@dataclass
class Entry:
    """An entry of PARAMETERS or OPTIONS."""

    name: str
    kind: str
    optional: bool
    text: str

    def range(self) -> tuple[int, int] | None:
        """`0 to 3600`"""
        found = re.search(r"(\d+) to (\d+)", self.text)
        return (int(found[1]), int(found[2])) if found else None

    def default(self) -> str | None:
        found = re.search(r"[Dd]efault (\w+(?:,\w+)*)", self.text)
        return found[1] if found else None


class Page:
    def __init__(self, file: str, command: str = "") -> None:
        self.name = command
        self.markdown = (MAN / f"{file}.7.md").read_text(encoding="utf-8")
        self.sections: dict[str, str] = {}
        for section in re.split(r"^# ", self.markdown, flags=re.M)[1:]:
            title, _, body = section.partition("\n")
            self.sections[title] = body

    def plain(self, title: str) -> str:
        """The text without Markdown marks."""
        return re.sub(r"\\(.)", r"\1", self.sections[title].replace("*", ""))

    def usage(self) -> str:
        """The first line of SYNOPSIS, in the form of `help`."""
        return self.plain("SYNOPSIS").strip().splitlines()[0]

    def parameters(self) -> list[Entry]:
        found = re.findall(r"^(\w+) \((\w+)(, optional)?\)\n: (.*?)\n\n", self.plain("PARAMETERS") + "\n\n", re.M | re.S)
        return [Entry(name, kind, bool(optional), " ".join(text.split())) for name, kind, optional, text in found]

    def options(self) -> list[Entry]:
        found = re.findall(r"^([\w-]+)=\w+\n: (.*?)\n\n", self.plain("OPTIONS") + "\n\n", re.M | re.S)
        return [Entry(name, "integer", True, " ".join(text.split())) for name, text in found]

    def errors(self) -> list[int]:
        return [int(code) for code in re.findall(r"^- (-?\d+): ", self.sections["ERRORS"], re.M)]

    def json_blocks(self) -> list[Any]:
        """All blocks fenced as json, in order."""
        return [json.loads(text) for text in re.findall(r"^```json\n(.*?)^```$", self.markdown, re.M | re.S)]

    def examples(self) -> list[tuple[dict[str, Any], Any]]:
        """Requests, each with the response that follows."""
        blocks = [block for block in self.json_blocks() if str(block.get("id", "example")).startswith("example")]
        return [(block, blocks[at + 1]) for at, block in enumerate(blocks) if "id" in block]

    def messages(self) -> list[dict[str, Any]]:
        """The notifications in the examples."""
        return [block for block in self.json_blocks() if "method" in block and "id" not in block]
