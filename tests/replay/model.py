"""The row model: a sendpays table that answers the plugin's RPC calls as lightningd does, v26.06.6 or an older one.

It has the argument quirks of listsendpays, the three counters behind `wait`, and delpay's refusals and uncounted deletions.
It has no time and no transport: the player inserts and ends rows, and delivers the answers of waits that fired.
"""
from typing import Any

import invoices
import params as arg
import renepays
import node_versions
from timeline import row_key

# l1 of the recordings: the payee of the invoices it paid to itself (self_payment). The height is the one in the payee's
# failure messages (400f… 0000006c).
NODE_ID = "035fdd0cddae793c67358ff26bbd00c405835ede7dbc5b52cbcef7e8ac746e3c72"
BLOCKHEIGHT = 108

NO_SUCH_PAYMENT = 208


class Model:
    def __init__(self, counters: dict[str, int], rows: list[dict], decoded: dict[str, dict] | None = None,
                 renepaid: list[renepays.Renepay] | None = None, version: node_versions.Version = node_versions.NEWEST):
        self.version = version
        self.counters = dict(counters)
        self.table = {row["created_index"]: row for row in rows}
        self.decoded = decoded or {}
        self.renepaid = renepaid or []
        self.position = -1                       # in the recording, as far as it was played
        self.deleted: list[dict] = []
        self.held: set[tuple[str, int]] = set()  # groups that xpay still holds, see held.py
        self.blocked: list[tuple[Any, str, int]] = []
        self.fired: list[tuple[Any, dict]] = []

    # Changes of the table.

    def insert(self, row: dict) -> None:
        self.table[row["created_index"]] = row
        self._count("created", row["created_index"], row)

    def end(self, row: dict) -> None:
        self.table[row["created_index"]] = row
        self._count("updated", row["updated_index"], row)

    def forget_waits(self) -> None:
        """The connections are closed."""
        self.blocked.clear()
        self.fired.clear()

    def pending(self) -> set[int]:
        return {index for index, row in self.table.items() if row["status"] == "pending"}

    def pending_beside(self, indexes: set[int]) -> set[int]:
        """Pending rows of the groups that these rows belong to."""
        groups = {row_key(self.table[i])[:2] for i in indexes if i in self.table}
        return {i for i in self.pending() if row_key(self.table[i])[:2] in groups}

    def _count(self, index: str, value: int, row: dict) -> None:
        self.counters[index] = value
        details = {"status": row["status"], "partid": row.get("partid", 0), "groupid": row["groupid"],
                   "payment_hash": row["payment_hash"]}
        waiting = []
        for token, wanted, nextvalue in self.blocked:
            if wanted == index and nextvalue <= value:
                more = {"sendpays": details} if self.version.wait_sendpays else {}
                self.fired.append((token, {"subsystem": "sendpays", index: value, "details": details, **more}))
            else:
                waiting.append((token, wanted, nextvalue))
        self.blocked = waiting

    # Calls to the node. None means: the answer comes later, as a fired wait.

    def call(self, method: str, params: Any, token: Any = None) -> dict | None:
        handler = getattr(self, f"_rpc_{method}", None)
        if handler is None:
            return {"error": {"code": -32601, "message": f"Unknown command '{method}'"}}
        try:
            result = handler(params, token)
        except arg.Refused as refused:
            return {"error": refused.error}
        return None if result is None else {"result": result}

    def _rpc_getinfo(self, params: Any, _: Any) -> dict:
        arg.read(params, {})
        return {"id": NODE_ID, "alias": "l1", "color": "035fdd", "num_peers": 3, "num_pending_channels": 0,
                "num_active_channels": 3, "num_inactive_channels": 0, "address": [], "binding": [], "version": self.version.name,
                "blockheight": BLOCKHEIGHT, "network": "regtest", "fees_collected_msat": 0, "lightning-dir": "/home/node/l1/regtest"}

    def _rpc_wait(self, params: Any, token: Any) -> dict | None:
        given = arg.read(params, {"subsystem": arg.string, "indexname": arg.index, "nextvalue": arg.u64},
                         ("subsystem", "indexname", "nextvalue"))
        if given["subsystem"] != "sendpays":
            raise arg.bad_token("subsystem", "unknown subsystem", given["subsystem"])
        index, nextvalue = given["indexname"], given["nextvalue"]
        if nextvalue <= self.counters[index]:
            return {"subsystem": "sendpays", index: self.counters[index]}
        self.blocked.append((token, index, nextvalue))
        return None

    def _rpc_listsendpays(self, params: Any, _: Any) -> dict:
        given = arg.read(params, {"bolt11": arg.string, "payment_hash": arg.hash32, "status": arg.status, "index": arg.index,
                                  "start": arg.u64, "limit": arg.u64})
        if "bolt11" in given and "payment_hash" in given:
            raise arg.Refused(arg.INVALID_PARAMS, "Can only specify one of {bolt11} or {payment_hash}")
        for name in ("start", "limit"):
            if name in given and "index" not in given:
                raise arg.Refused(arg.INVALID_PARAMS, f"Can only specify {{{name}}} with {{index}}")
        rows = sorted(self.table.values(), key=lambda row: row["created_index"])
        if "payment_hash" in given or "bolt11" in given:
            # status, index and limit are ignored here; a start is refused.
            if given.get("start"):
                raise arg.Refused(arg.INVALID_PARAMS, "Cannot use start with bolt11 or payment_hash")
            return {"payments": [row for row in rows if self._matches(row, given)]}
        # `deleted` is accepted and means created.
        order = "updated_index" if given.get("index") == "updated" else "created_index"
        rows = sorted(rows, key=lambda row: row.get(order, 0))
        rows = [row for row in rows if row.get(order, 0) >= given.get("start", 0)]
        rows = [row for row in rows if given.get("status") in (None, row["status"])]
        return {"payments": rows[:given.get("limit", len(rows))]}

    @staticmethod
    def _matches(row: dict, given: dict) -> bool:
        """An invoice is looked up by its payment hash: another invoice of the same hash finds the same rows."""
        return row["payment_hash"] == (given.get("payment_hash") or _payment_hash("invstring", given["bolt11"]))

    def _rpc_delpay(self, params: Any, _: Any) -> dict:
        given = arg.read(params, {"payment_hash": arg.hash32, "status": arg.final_status, "partid": arg.u64, "groupid": arg.u64},
                         ("payment_hash", "status"))
        if ("partid" in given) != ("groupid" in given):
            raise arg.Refused(arg.INVALID_PARAMS, "Must set both partid and groupid, or neither")
        wanted, name = given["status"], given["payment_hash"]
        rows = sorted((r for r in self.table.values() if r["payment_hash"] == name), key=lambda r: r["created_index"])
        if not rows:
            raise arg.Refused(NO_SUCH_PAYMENT, f"Unknown payment with payment_hash: {name}")
        if "partid" in given:
            rows = [r for r in rows if row_key(r) == (name, given["groupid"], given["partid"])]
            if not rows:
                raise arg.Refused(NO_SUCH_PAYMENT, "No payment for that payment_hash with that partid and groupid")
        removed = [r for r in rows if r["status"] == wanted]
        if not removed:
            raise arg.Refused(NO_SUCH_PAYMENT, f"Payment with hash {name} has {rows[0]['status']} status but it different from the "
                                               f"one provided {wanted}")
        for row in removed:
            del self.table[row["created_index"]]
            self.deleted.append(row)
            # Only a deletion that names the part is counted.
            if "partid" in given:
                self._count("deleted", self.counters["deleted"] + 1, row)
        return {"payments": removed}

    def _rpc_decode(self, params: Any, _: Any) -> dict:
        given = arg.read(params, {"string": arg.string}, ("string",))
        if given["string"] in self.decoded:
            return self.decoded[given["string"]]
        invoice = invoices.read(given["string"])
        if invoice is None:
            raise arg.bad_token("string", "neither in the recording nor an invoice", given["string"])
        return invoice.as_decoded()

    def _rpc_renepaystatus(self, params: Any, _: Any) -> dict:
        given = arg.read(params, {"invstring": arg.string})
        wanted = given.get("invstring")
        if wanted and wanted.startswith("lni"):
            raise arg.Refused(arg.INVALID_PARAMS, "BOLT12 invoices are not yet supported.")
        payment_hash = _payment_hash("invstring", wanted) if wanted else None
        return {"paystatus": renepays.paystatus(self.renepaid, self.position, payment_hash)}

    def _rpc_listpays(self, params: Any, _: Any) -> dict:
        """Groups without their groupid. A failed group that its payer still holds is pending."""
        given = arg.read(params, {"bolt11": arg.string, "payment_hash": arg.hash32, "status": arg.status, "index": arg.index,
                                  "start": arg.u64, "limit": arg.u64})
        groups: dict[tuple[str, int], list[dict]] = {}
        for row in sorted(self.table.values(), key=lambda row: row["created_index"]):
            if not ("bolt11" in given or "payment_hash" in given) or self._matches(row, given):
                groups.setdefault((row["payment_hash"], row["groupid"]), []).append(row)
        pays = [_listpays_entry(rows) for rows in groups.values()]
        for group, pay in zip(groups, pays):
            if pay["status"] == "failed" and group in self.held:
                pay["status"] = "pending"
            if not self.version.pay_indexes:
                del pay["created_index"]
                pay.pop("updated_index", None)
        return {"pays": [pay for pay in pays if given.get("status") in (None, pay["status"])]}

    def _rpc_listconfigs(self, params: Any, _: Any) -> dict:
        """No recording has the plugin's own call; the recorded nodes were started with these options."""
        return {"configs": {"plugin": {"values_str": ["trackpayments"], "sources": ["cmdline"]}}}

    def _rpc_waitsendpay(self, params: Any, _: Any) -> dict:
        raise arg.Refused(-1, "waitsendpay is not modelled: no row of a recording failed while no plugin ran")


def _payment_hash(name: str, text: str) -> str:
    invoice = invoices.read(text)
    if invoice is None:
        raise arg.Refused(arg.INVALID_PARAMS, f"{name}: Invalid invstring: invalid bolt11")
    return invoice.payment_hash


def _listpays_entry(rows: list[dict]) -> dict:
    statuses = {row["status"] for row in rows}
    status = next(s for s in ("complete", "pending", "failed") if s in statuses)
    live = [row for row in rows if row["status"] != "failed"]
    pay = {name: row[name] for name in ("bolt11", "bolt12", "description", "destination") for row in rows[:1] if name in row}
    pay.update(payment_hash=rows[0]["payment_hash"], status=status, created_at=rows[0]["created_at"])
    ended = [row["completed_at"] for row in rows if row["status"] == "complete"]
    if ended:
        pay["completed_at"] = max(ended)
    if "label" in rows[0]:
        pay["label"] = rows[0]["label"]
    if status == "complete":
        pay["preimage"] = next(row["payment_preimage"] for row in rows if row["status"] == "complete")
    if live and all("amount_msat" in row for row in live):
        pay["amount_msat"] = sum(row["amount_msat"] for row in live)
    pay["amount_sent_msat"] = sum(row["amount_sent_msat"] for row in live)
    if len(live) > 1:
        pay["number_of_parts"] = len(live)
    pay["created_index"] = min(row["created_index"] for row in rows)
    if any("updated_index" in row for row in rows):
        pay["updated_index"] = max(row.get("updated_index", 0) for row in rows)
    return pay
