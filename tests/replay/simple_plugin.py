#!/usr/bin/env python3
"""A small tracker that tells the truth about a recording, or one lie of choice (REPLAY_LIE). It exists so that the tests of the
player and the oracle have something to agree with and something to catch; it is no model for the plugin.
"""
import base64
import json
import os
import selectors
import socket
import sys
import time

from failures import CODES

LIE = os.environ.get("REPLAY_LIE", "")
NOTHING = "0" * 64


class Tracker:
    def __init__(self):
        self.rows, self.failures, self.totals, self.requests = {}, {}, {}, {}
        self.paid, self.groups, self.shown, self.marks = {}, {}, {}, {"created": 0, "updated": 0, "deleted": 0}
        self.calls, self.number, self.linger, self.startup = {}, 0, 10, False
        self.run, self.socket, self.buffer = format(time.time_ns(), "x"), None, b""

    # Output.

    def write(self, message):
        sys.stdout.buffer.write(json.dumps({"jsonrpc": "2.0", **message}, separators=(",", ":"), ensure_ascii=False).encode() + b"\n\n")
        sys.stdout.buffer.flush()

    def topic(self, name, payload):
        cursor = f"035fdd0c.{self.run}.{self.marks['created']}.{self.marks['updated']}"
        self.write({"method": name, "params": {name: payload, "cursor": cursor}})

    def ask(self, method, params, then):
        self.number += 1
        identity = f"trackpayments:{method}#{self.number}"
        self.calls[identity] = then
        self.socket.sendall(json.dumps({"jsonrpc": "2.0", "id": identity, "method": method, "params": params}).encode() + b"\n\n")

    # Keeping up.

    def arm(self, index):
        params = {"subsystem": "sendpays", "indexname": index, "nextvalue": self.marks[index] + 1}

        def fired(reply):
            result = reply["result"]
            if index == "deleted":
                self.marks[index] = result[index]
                details = result.get("sendpays")
                if details:
                    self.removed([r for r in self.rows.values() if (r["payment_hash"], r["groupid"], r.get("partid", 0)) == (
                        details["payment_hash"], details["groupid"], details["partid"])])
                self.arm(index)
                return
            self.ask("listsendpays", {"index": index, "start": self.marks[index] + 1}, lambda page: self.page(index, result[index], page))
        self.ask("wait", params, fired)

    def page(self, index, mark, reply):
        self.marks[index] = mark
        self.seen(reply["result"]["payments"])
        self.arm(index)

    def start(self):
        def counted(index):
            def then(reply):
                self.marks[index] = reply["result"][index]
                if index == "deleted":
                    self.ask("listsendpays", {"status": "pending"}, listed)
            return then

        def listed(reply):
            self.seen(reply["result"]["payments"], at_start=True)
            for index in self.marks:
                self.arm(index)
        for index in self.marks:
            self.ask("wait", {"subsystem": "sendpays", "indexname": index, "nextvalue": 0}, counted(index))

    def seen(self, rows, at_start=False):
        unknown = {r["payment_hash"] for r in rows if (r["payment_hash"], r["groupid"]) not in self.groups}
        for payment_hash in unknown:
            self.ask("listsendpays", {"payment_hash": payment_hash}, lambda reply: self.take(reply["result"]["payments"], at_start))
        self.take([r for r in rows if r["payment_hash"] not in unknown], at_start)

    def take(self, rows, at_start=False):
        changed = []
        for row in rows:
            key = row["payment_hash"], row["groupid"]
            new = row["created_index"] not in self.rows
            if not new and row["status"] == "pending":
                continue
            if new:
                for other, group in self.groups.items():
                    if other[0] == key[0] and other != key:
                        group["over"] = True
                        self.emit(other)
            group = self.groups.setdefault(key, {"first": row["created_index"], "over": False, "since": row["created_at"]})
            if new:
                group["over"] = at_start and self.startup
            self.rows[row["created_index"]] = row
            if key not in changed:
                changed.append(key)
        for key in changed:
            self.emit(key)

    def removed(self, rows):
        for key in {(r["payment_hash"], r["groupid"]) for r in rows}:
            gone = [r["created_index"] for r in rows if (r["payment_hash"], r["groupid"]) == key and r["created_index"] in self.rows]
            if not gone or LIE == "silent deletion":
                continue
            index = str(self.groups[key]["first"])
            for created_index in gone:
                del self.rows[created_index]
            self.topic("trackpayments_deleted", {"payment_hash": key[0], "payment_index": index, "attempt_ids": [str(i) for i in gone]})

    # Snapshots.

    def emit(self, key):
        rows = [self.rows[i] for i in sorted(self.rows) if (self.rows[i]["payment_hash"], self.rows[i]["groupid"]) == key]
        if not rows:
            return
        payment = self.payment(key, rows)
        payment = lie(payment) if LIE else payment
        if payment is None or self.shown.get(key) == payment:
            return
        if payment["status"] != "SUCCEEDED" and self.paid.get(key[0], set()) & set(self.rows):
            return
        if payment["status"] == "SUCCEEDED":
            self.paid[key[0]] = {r["created_index"] for r in rows if r["status"] == "complete"}
        self.shown[key] = payment
        self.topic("trackpayments", payment)
        if payment["status"] != "IN_FLIGHT":
            self.topic("trackpayments_final", payment)

    def payment(self, key, rows):
        group = self.groups[key]
        statuses = {r["status"] for r in rows}
        status = "IN_FLIGHT"
        if "pending" not in statuses:
            status = "SUCCEEDED" if "complete" in statuses else "FAILED" if group["over"] or self.linger == 0 else "IN_FLIGHT"
        settled = [r for r in rows if r["status"] == "complete"]
        fee = sum(r["amount_sent_msat"] - r["amount_msat"] for r in settled if "amount_msat" in r)
        live = sum(r.get("amount_msat", 0) for r in rows if r["status"] != "failed")
        group["peak"] = max(group.get("peak", 0), live, *(r.get("amount_msat", 0) for r in rows))
        value = self.totals.get(key, self.totals.get((key[0], None), group["peak"]))
        request = next((r[k] for r in rows for k in ("bolt11", "bolt12") if k in r), "")
        since = group["since"]
        return {"payment_hash": key[0], "value": str(value // 1000), "creation_date": str(since), "fee": str(fee // 1000),
                "payment_preimage": settled[-1]["payment_preimage"] if settled else NOTHING, "value_sat": str(value // 1000),
                "value_msat": str(value), "payment_request": request, "status": status, "fee_sat": str(fee // 1000),
                "fee_msat": str(fee), "creation_time_ns": str(since * 10**9), "htlcs": [self.attempt(r) for r in rows],
                "payment_index": str(group["first"]),
                "failure_reason": "FAILURE_REASON_ERROR" if status == "FAILED" else "FAILURE_REASON_NONE",
                "first_hop_custom_records": {}}

    def attempt(self, row):
        sent = row["amount_sent_msat"]
        fee = sent - row["amount_msat"] if "amount_msat" in row else 0
        failure = None
        if row["status"] == "failed":
            code, place = self.failures.get(row["created_index"], ("UNREADABLE_FAILURE" if "erroronion" in row else "UNKNOWN_FAILURE", 0))
            failure = {"code": code, "channel_update": None, "htlc_msat": "0", "onion_sha_256": "", "cltv_expiry": 0, "flags": 0,
                       "failure_source_index": place, "height": 0}
        resolved = row.get("completed_at", row["created_at"]) * 10**9 if row["status"] != "pending" else 0
        return {"attempt_id": str(row["created_index"]),
                "status": {"pending": "IN_FLIGHT", "complete": "SUCCEEDED", "failed": "FAILED"}[row["status"]],
                "route": {"total_time_lock": 0, "total_fees": str(fee // 1000), "total_amt": str(sent // 1000), "hops": [],
                          "total_fees_msat": str(fee), "total_amt_msat": str(sent), "first_hop_amount_msat": str(sent),
                          "custom_channel_data": ""},
                "attempt_time_ns": str(row["created_at"] * 10**9), "resolve_time_ns": str(resolved), "failure": failure,
                "preimage": base64.b64encode(bytes.fromhex(row["payment_preimage"])).decode() if row["status"] == "complete" else ""}

    # Input.

    def message(self, message):
        method, params = message.get("method"), message.get("params", {})
        if method in ("getmanifest", "init", "setconfig"):
            self.write({"id": message["id"], "result": getattr(self, method)(params)})
            if method == "init":
                self.start()
        elif method == "rpc_command":
            self.hook(message["id"], params["rpc_command"])
        elif "id" in message:
            self.write({"id": message["id"], "error": {"code": -32601, "message": "unknown"}})
        else:
            getattr(self, method)(params[method])

    def getmanifest(self, _):
        options = [{"name": f"trackpayments-{n}", "type": "int", "description": n, "default": 1, "dynamic": True} for n in ("linger", "retain")]
        return {"options": options, "rpcmethods": [], "dynamic": True, "nonnumericids": True,
                "subscriptions": ["sendpay_success", "sendpay_failure", "pay_failure", "pay_part_start"],
                "hooks": [{"name": "rpc_command", "filters": ["delpay", "sendpay", "createonion", "sendonion", "injectpaymentonion"]}],
                "notifications": [{"method": m} for m in ("trackpayments", "trackpayments_final", "trackpayments_deleted")]}

    def init(self, params):
        self.linger, self.startup = params["options"]["trackpayments-linger"], params["configuration"]["startup"]
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(params["configuration"]["rpc-file"])
        return {}

    def setconfig(self, params):
        self.linger = int(params["val"])
        for key in list(self.groups):
            self.emit(key)
        return {}

    def pay_part_start(self, start):
        self.totals[(start["payment_hash"], start["groupid"])] = start["total_payment_msat"]

    def pay_failure(self, over):
        for key in list(self.groups):
            if key[0] == over["payment_hash"]:
                self.groups[key]["over"] = True
                self.emit(key)

    def sendpay_success(self, row):
        self.seen([row])

    def sendpay_failure(self, failure):
        data = failure["data"]
        place = data.get("erring_index", 0)
        code = data.get("failcode")
        self.failures[data["created_index"]] = (("UNREADABLE_FAILURE", 0) if code is None else
                                                (CODES[code], 0 if code & 0x8000 and place == 1 else place))
        row = dict(self.rows.get(data["created_index"], data), status="failed")
        if (data["payment_hash"], data["groupid"]) in self.groups:
            self.take([row])
        else:
            self.seen([row])

    def hook(self, identity, request):
        params = request["params"]
        mine = request["id"].startswith("trackpayments:") or "autoclean:" in request["id"]
        if request["method"] in ("sendpay", "sendonion") and isinstance(params, dict):
            total = params.get("amount_msat" if request["method"] == "sendpay" else "total_amount_msat")
            if total:
                self.totals[(params["payment_hash"], params.get("groupid"))] = total
        if request["method"] != "delpay" or mine:
            self.write({"id": identity, "result": {"result": "continue"}})
            return

        def answered(reply):
            error = reply.get("error")
            if error and error["code"] == 208 and "status but it different" in error["message"] and LIE != "208":
                error["code"] = 211
            kept = {"error": error} if error else {"result": reply["result"]}
            self.write({"id": identity, "result": {"return": kept}})
            if not error:
                self.removed(reply["result"]["payments"])
        self.ask("delpay", params, answered)

    def serve(self):
        selector = selectors.DefaultSelector()
        selector.register(sys.stdin.buffer, selectors.EVENT_READ)
        stdin, rpc, decoder = "", "", json.JSONDecoder()
        while True:
            if self.socket and self.socket not in selector.get_map():
                selector.register(self.socket, selectors.EVENT_READ)
            for key, _ in selector.select():
                if key.fileobj is self.socket:
                    rpc += self.socket.recv(1 << 20).decode()
                    while "\n\n" in rpc:
                        text, rpc = rpc.split("\n\n", 1)
                        reply = json.loads(text)
                        self.calls.pop(reply["id"])(reply)
                else:
                    data = os.read(0, 1 << 20).decode()
                    if not data:
                        return
                    stdin += data
                    while "\n\n" in stdin:
                        text, stdin = stdin.split("\n\n", 1)
                        self.message(json.loads(text))


def lie(payment):
    if LIE == "wrong fee":
        payment["fee_msat"] = str(int(payment["fee_msat"]) + 1)
    elif LIE == "always in flight" and payment["status"] == "FAILED":
        return None
    elif LIE == "wrong value":
        payment["value_msat"] = str(int(payment["value_msat"]) + 1)
    elif LIE == "loud secret" and payment["payment_preimage"] != NOTHING:
        print(payment["payment_preimage"], file=sys.stderr)
    return payment


if __name__ == "__main__":
    Tracker().serve()
