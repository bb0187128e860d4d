#!/usr/bin/env python3
"""A plugin that behaves as a test requests, right or wrong. The environment variable ODD holds a JSON object:

manifest   members put over a plain manifest           hook       the answer to rpc_command (default {"result": "continue"})
hook_raw   text written instead of that answer         mute       true: nothing is ever answered
without    members taken out of the manifest
init       the result of init (default {})             stay       true: neither shutdown nor EOF ends it, only the end of the node

Methods: odd-write TEXT (writes the text, then answers), odd-emit TOPIC PARAMS, odd-exit, odd-mute, odd-talk (message and
progress, then an answer), odd-echo (answers with the request as it came).
"""

from __future__ import annotations

import json
import os
import sys
import time

ODD = json.loads(os.environ.get("ODD", "{}"))
METHODS = ["odd-write", "odd-emit", "odd-exit", "odd-mute", "odd-talk", "odd-echo"]


def write(text: str) -> None:
    os.write(1, text.encode("utf-8", "surrogateescape"))


def say(**members: object) -> None:
    write(json.dumps({"jsonrpc": "2.0", **members}) + "\n\n")


def plain_manifest() -> dict[str, object]:
    methods = [{"name": name, "usage": "", "description": "odd"} for name in METHODS]
    return {"options": [], "rpcmethods": methods, "subscriptions": [], "hooks": [], "notifications": [{"method": "oddtopic"}],
            "dynamic": True, "nonnumericids": True}  # fmt: skip


def serve(message: dict, raw: str) -> None:
    method, identity = message["method"], message.get("id")
    params = message.get("params") or {}
    arguments = params if isinstance(params, list) else list(params.values())
    if ODD.get("mute") or method == "odd-mute":
        return
    if method == "getmanifest":
        manifest = {**plain_manifest(), **ODD.get("manifest", {})}
        say(id=identity, result={name: value for name, value in manifest.items() if name not in ODD.get("without", ())})
    elif method == "init":
        say(id=identity, result=ODD.get("init", {}))
    elif method == "rpc_command":
        if "hook_raw" in ODD:
            write(ODD["hook_raw"].replace("ID", json.dumps(identity)))
        else:
            say(id=identity, result=ODD.get("hook", {"result": "continue"}))
    elif method == "odd-write":
        write(arguments[0])
        say(id=identity, result={})
    elif method == "odd-emit":
        write('{"jsonrpc":"2.0","method":%s,"params":%s}' % (json.dumps(arguments[0]), arguments[1]))
        say(id=identity, result={})
    elif method == "odd-exit":
        sys.exit(1)
    elif method == "odd-talk":
        say(method="message", params={"id": identity, "level": "info", "message": "half way"})
        say(method="progress", params={"id": identity, "num": 0, "total": 2})
        say(id=identity, result={"talked": True})
    elif method == "odd-echo":
        say(id=identity, result={"raw": raw})
    elif method == "shutdown" and not ODD.get("stay"):
        sys.exit(0)


def main() -> None:
    decoder = json.JSONDecoder()
    pending = ""
    node = os.getppid()
    while True:
        data = os.read(0, 1 << 20)
        if not data:
            while ODD.get("stay") and os.getppid() == node:
                time.sleep(0.1)
            return
        pending = (pending + data.decode("utf-8", "surrogateescape")).lstrip()
        while pending:
            try:
                message, end = decoder.raw_decode(pending)
            except json.JSONDecodeError:
                break
            raw, pending = pending[:end], pending[end:].lstrip()
            serve(message, raw)


if __name__ == "__main__":
    main()
