"""Which call made which row. A refused call made none: its route and its amounts belong to no row. The replies to other plugins'
calls are not recorded; of two calls for one part the newer one made the row.
"""
from dataclasses import dataclass
from typing import Any

from transcript import Entry, calls, hooked, named

SENDPAY = ["route", "payment_hash", "label", "amount_msat", "bolt11", "payment_secret", "partid", "localinvreqid", "groupid",
           "payment_metadata", "description"]
SENDONION = ["onion", "first_hop", "payment_hash", "label", "shared_secrets", "partid", "bolt11", "amount_msat", "destination",
             "localinvreqid", "groupid", "description", "total_amount_msat"]
INJECT = ["onion", "payment_hash", "amount_msat", "cltv_expiry", "partid", "groupid", "blinding", "label", "invstring", "localinvreqid",
          "destination_msat", "destination"]
MAKERS = {"sendpay": SENDPAY, "sendonion": SENDONION, "injectpaymentonion": INJECT}


@dataclass(frozen=True)
class Making:
    """A hooked call that makes a row."""
    at: int           # entry of the hook call
    method: str
    identity: str     # the client's id, with those of the calls that led to it
    given: dict       # its params under their names
    refused: bool

    @property
    def total_msat(self) -> Any:
        """The caller's own total, if it gives one."""
        return self.given.get({"sendonion": "total_amount_msat", "sendpay": "amount_msat"}.get(self.method, ""))


def makings(entries: list[Entry]) -> list[Making]:
    refused = {call.request.msg["id"] for call in calls(entries) if "error" in call.reply}
    found = []
    for entry in entries:
        request = hooked(entry)
        if request and request["method"] in MAKERS:
            given = named(request["params"], MAKERS[request["method"]])
            found.append(Making(entry.index, request["method"], str(request["id"]), given, request["id"] in refused))
    return found


def of_rows(entries: list[Entry], rows: dict[int, Any]) -> dict[int, Making]:
    """By created_index. A call without a group, which lightningd then chooses, made the next row with its hash and part."""
    found: dict[int, Making] = {}
    for making in makings(entries):
        given = making.given
        if making.refused:
            continue
        made = [row for row in rows.values() if row.key[0] == given["payment_hash"] and row.key[2] == (given.get("partid") or 0)
                and given.get("groupid") in (None, row.key[1]) and row.created > making.at]
        if made:
            found[min(made, key=lambda row: row.index).index] = making
    return found
