#!/usr/bin/env python3
"""A plugin that writes each notification of its topics as one JSON line.

Its options are in the environment: SUBSCRIBER_TOPICS (comma separated, default trackpayments,trackpayments_final,
trackpayments_deleted), SUBSCRIBER_FILE (default subscriber.jsonl in its working directory, the network directory),
SUBSCRIBER_HOOK (comma separated methods: also hooks rpc_command for them, writes the requests and continues them).
"""

from __future__ import annotations

import codecs
import json
import os
import sys
import time

DEFAULT_TOPICS = "trackpayments,trackpayments_final,trackpayments_deleted"


def names(variable: str, default: str = "") -> list[str]:
    return [name for name in os.environ.get(variable, default).split(",") if name]


def manifest() -> dict[str, object]:
    hooks = names("SUBSCRIBER_HOOK")
    return {
        "options": [],
        "rpcmethods": [],
        "subscriptions": names("SUBSCRIBER_TOPICS", DEFAULT_TOPICS),
        "hooks": [{"name": "rpc_command", "filters": hooks}] if hooks else [],
        "notifications": [],
        "dynamic": True,
        "nonnumericids": True,
    }


def reply(message: dict[str, object], result: object) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}) + "\n\n")
    sys.stdout.flush()


def messages():
    """Messages on stdin, cut by JSON structure: hook payloads may contain blank lines."""
    decoder = json.JSONDecoder()
    text = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    pending = ""
    while True:
        data = os.read(0, 1 << 20)
        if not data:
            return
        pending = (pending + text.decode(data)).lstrip()
        while pending:
            try:
                message, end = decoder.raw_decode(pending)
            except json.JSONDecodeError:
                break
            pending = pending[end:].lstrip()
            yield message


def main() -> None:
    out = None
    for message in messages():
        method = message["method"]
        if method == "getmanifest":
            reply(message, manifest())
            continue
        if method == "init":
            out = open(os.environ.get("SUBSCRIBER_FILE", "subscriber.jsonl"), "a", encoding="utf-8")
            reply(message, {})
            continue
        if method == "shutdown":
            return
        if out:
            out.write(json.dumps({"t": time.time(), **message}, ensure_ascii=False) + "\n")
            out.flush()
        if "id" in message:
            reply(message, {"result": "continue"})


if __name__ == "__main__":
    main()
