#!/usr/bin/env python3
"""Runs the plugin and falsifies one message of choice; all other output is passed on. For tests that must notice it.

REPLAY_PLUGIN is the plugin, REPLAY_LIE the lie (none: the truth). Its stdin is ours, so it ends as it would alone.
"""
import os
import subprocess
import sys

import paths  # noqa: F401
import strict_json

LIE = os.environ.get("REPLAY_LIE", "")
UNREADABLE = "cli:delpay#2224/cln:rpc_command#79"  # in v25.12/cli_bare_digits
NO_PREIMAGE = "0" * 64


def twisted(message: dict) -> dict | None:
    """The falsified message; None: it is dropped."""
    method, params = message.get("method", ""), message.get("params", {})
    if method == "trackpayments_deleted" and LIE == "silent deletion":
        return None
    if method in ("trackpayments", "trackpayments_final"):
        payment = params[method]
        if LIE == "wrong fee":
            payment["fee_msat"] = str(int(payment["fee_msat"]) + 1)
        elif LIE == "wrong value":
            payment["value_msat"] = str(int(payment["value_msat"]) + 1)
        elif LIE == "another value first" and payment["status"] == "IN_FLIGHT":
            payment.update(value="1", value_sat="1", value_msat="1000")
        elif LIE == "never succeeds" and payment["status"] == "SUCCEEDED":
            return None
        elif LIE == "ends before it began":
            for htlc in payment["htlcs"]:
                if htlc["status"] != "IN_FLIGHT":
                    htlc["resolve_time_ns"] = str(int(htlc["attempt_time_ns"]) - 1)
        elif LIE == "failed too soon" and {htlc["status"] for htlc in payment["htlcs"]} == {"FAILED"}:
            payment.update(status="FAILED", failure_reason="FAILURE_REASON_NO_ROUTE")
        elif LIE == "always in flight" and payment["status"] == "FAILED":
            return None
        elif LIE == "flood" and payment["status"] == "IN_FLIGHT":
            payment["payment_request"] += "x" * 65536
        elif LIE == "loud secret" and payment["payment_preimage"] != NO_PREIMAGE:
            print(payment["payment_preimage"], file=sys.stderr, flush=True)
    if LIE == "refuses a call that is not JSON" and message.get("id") == UNREADABLE:
        message["result"] = {"return": {"error": {"code": -32700, "message": "Parse error"}}}
    error = message.get("result", {}).get("return", {}).get("error", {}) if "id" in message and "result" in message else {}
    if error.get("code") == 211 and LIE == "208":
        error["code"] = 208
    elif error.get("code") == 208 and LIE == "211":
        error["code"] = 211
    return message


def main() -> int:
    plugin = subprocess.Popen([os.environ["REPLAY_PLUGIN"]], stdout=subprocess.PIPE)
    waiting = b""
    while data := os.read(plugin.stdout.fileno(), 1 << 16):
        *whole, waiting = (waiting + data).split(b"\n\n")
        for text in whole:
            message = twisted(strict_json.loads(text))
            if message is not None:
                sys.stdout.buffer.write(strict_json.dumps(message).encode() + b"\n\n")
        sys.stdout.buffer.flush()
    return plugin.wait()


if __name__ == "__main__":
    sys.exit(main())
