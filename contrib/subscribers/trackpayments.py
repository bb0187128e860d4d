#!/usr/bin/env python3
"""A subscriber plugin in Python: logs the end of each payment and each deletion in lightningd's log. Change the handlers.

    lightning-cli plugin start $PWD/trackpayments.py

Standard library only, for lightningd v23.11 to v26.06. The handlers are written as for pyln-client: with v25.09 or later of both
lightningd and pyln-client, `from pyln.client import Plugin` can replace the class below. Before, pyln-client passes the wrapped message.
Keep **kwargs: lightningd and pyln-client add members of their own.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Callable, Iterator


class Plugin:
    """The part of pyln.client.Plugin that a subscriber needs."""

    def __init__(self) -> None:
        self.handlers: dict[str, Callable[..., None]] = {}

    def subscribe(self, topic: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
        def keep(handler: Callable[..., None]) -> Callable[..., None]:
            self.handlers[topic] = handler
            return handler

        return keep

    def run(self) -> None:
        for message in messages():
            if "id" in message:  # getmanifest, then init
                self.send({"id": message["id"], "result": self.manifest() if message.get("method") == "getmanifest" else {}})
                continue
            try:
                # v25.09 and later: {"method", "origin", "params": body}; before: {"method", "params": {"origin", "payload": body}}.
                body = message["params"].get("payload", message["params"])
                self.handlers[message["method"]](**body)
            except Exception as error:  # a bug in a handler must not end the plugin
                self.log(f"{message.get('method')}: {error!r}", "unusual")

    def manifest(self) -> dict[str, Any]:
        return {"options": [], "rpcmethods": [], "subscriptions": list(self.handlers), "dynamic": True, "nonnumericids": True}

    def log(self, text: str, level: str = "info") -> None:
        self.send({"method": "log", "params": {"level": level, "message": text}})

    @staticmethod
    def send(message: dict[str, Any]) -> None:
        try:
            sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n\n")
            sys.stdout.flush()
        except BrokenPipeError:
            os._exit(0)  # lightningd has gone


def messages() -> Iterator[dict[str, Any]]:
    """Messages from stdin. An empty line ends a message, but a message may contain one too: then the text is not JSON yet."""
    text = ""
    for line in os.fdopen(0, encoding="utf-8", errors="replace"):
        text += line
        if not line.strip() and text.strip():
            try:
                message = json.loads(text)
            except ValueError:
                continue
            text = ""
            if isinstance(message, dict):
                yield message


plugin = Plugin()


@plugin.subscribe("trackpayments")
def on_payment(trackpayments: dict[str, Any], cursor: str, **kwargs: Any) -> None:
    """Every update. `trackpayments` is a complete lnrpc.Payment each time; 64-bit numbers are strings. To miss no update, store the
    cursor after handling it, as trackpayments.sh does."""
    payment = trackpayments
    if payment["status"] == "SUCCEEDED":
        parts = sum(htlc["status"] == "SUCCEEDED" for htlc in payment["htlcs"])
        plugin.log(f"paid {payment['payment_hash']}: {int(payment['value_msat'])} msat, fee {int(payment['fee_msat'])} msat, "
                   f"{parts} of {len(payment['htlcs'])} attempts")
    elif payment["status"] == "FAILED":
        plugin.log(f"failed {payment['payment_hash']}: {payment['failure_reason']} after {len(payment['htlcs'])} attempts")


@plugin.subscribe("trackpayments_deleted")
def on_deletion(trackpayments_deleted: dict[str, Any], cursor: str, **kwargs: Any) -> None:
    gone = trackpayments_deleted
    plugin.log(f"deleted {gone['payment_hash']}: attempts {', '.join(gone['attempt_ids'])}, {gone['remaining']} remain")


if __name__ == "__main__":
    if os.isatty(0):
        sys.exit(f"This is a plugin, lightningd starts it: lightning-cli plugin start {os.path.realpath(__file__)}")
    plugin.run()
