#!/usr/bin/env python3
"""A Bitcoin backend for lightningd with one block, the first of regtest: enough for a node to start. Used with --plugin and
--disable-plugin=bcli."""

from __future__ import annotations

import codecs
import json
import os
from typing import Any

GENESIS_HASH = "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206"
GENESIS = (
    "01000000" + "00" * 32 + "3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a" "dae5494dffff7f2002000000" "01"
    "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d0104455468652054696d6573203033"
    "2f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff01"
    "00f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384d"
    "f7ba0b8d578a4c702b6bf11d5fac00000000")
METHODS = {"getchaininfo": "last_height", "estimatefees": "", "getrawblockbyheight": "height", "getutxout": "txid vout",
           "sendrawtransaction": "tx allowhighfees"}


def answer(method: str, params: Any) -> dict[str, Any]:
    if method == "getmanifest":
        return {"options": [], "dynamic": False, "subscriptions": [], "hooks": [],
                "rpcmethods": [{"name": name, "usage": usage, "description": name} for name, usage in METHODS.items()]}
    if method == "getchaininfo":
        return {"chain": "regtest", "headercount": 0, "blockcount": 0, "ibd": False}
    if method == "estimatefees":
        return {"feerate_floor": 1000, "feerates": [{"blocks": blocks, "feerate": 2000} for blocks in (2, 6, 12, 100)]}
    if method == "getrawblockbyheight":
        height = params.get("height") if isinstance(params, dict) else params[0]
        return {"blockhash": GENESIS_HASH, "block": GENESIS} if int(height) == 0 else {"blockhash": None, "block": None}
    if method == "getutxout":
        return {"amount": None, "script": None}
    if method == "sendrawtransaction":
        return {"success": False, "errmsg": "there is no network"}
    return {}


def main() -> None:
    decoder, text, pending = json.JSONDecoder(), codecs.getincrementaldecoder("utf-8")(), ""
    while data := os.read(0, 1 << 16):
        pending += text.decode(data)
        while pending := pending.lstrip():
            try:
                message, end = decoder.raw_decode(pending)
            except json.JSONDecodeError:
                break
            pending = pending[end:]
            if "id" in message:
                reply = {"jsonrpc": "2.0", "id": message["id"], "result": answer(message["method"], message.get("params", {}))}
                os.write(1, json.dumps(reply).encode() + b"\n\n")


if __name__ == "__main__":
    main()
