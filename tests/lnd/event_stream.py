"""curl as a reader of server-sent events."""

from __future__ import annotations

import json
from typing import Any

import clients
from lnd_stage import LndStage

Event = dict[str, str]


class EventReader(clients.Program):
    """`last`: the id of the last event, as a browser sends it when it connects again."""

    def __init__(self, stage: LndStage, path: str, *arguments: str, last: str | None = None):
        address = stage.show()["restlisten"][0]
        again = ["--header", f"Last-Event-ID: {last}"] if last is not None else []
        super().__init__(["curl", "--silent", "--show-error", "--no-buffer", "--cacert", str(stage.certificate), *arguments, *again,
                          "--header", "Accept: text/event-stream", "--header", f"Grpc-Metadata-Macaroon: {stage.macaroon()}",
                          f"https://{address}{path}"])
        self._text = ""

    def blocks(self) -> list[str]:
        """All that has come, without the empty lines between."""
        while data := self.process.stdout.read(1 << 20):
            self._text += data.decode()
        return self._text.split("\n\n")[:-1]

    def lines(self) -> list[Any]:  # of Program
        return self.events()

    def events(self) -> list[Event]:
        """Those with data; a comment has none."""
        found = []
        for block in self.blocks():
            event = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
            if "data" in event:
                found.append(event)
        return found

    def last_id(self) -> str:
        """As a browser remembers it."""
        return [line[4:] for block in self.blocks() for line in block.splitlines() if line.startswith("id: ")][-1]

    def payments(self) -> list[dict[str, Any]]:
        return [json.loads(event["data"]) for event in self.events()]
