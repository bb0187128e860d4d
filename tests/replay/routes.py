"""The route of each row in lnrpc's form: from the recorded hook calls of sendpay, createonion and sendonion, injectpaymentonion, and
from pay_part_start. There is no other source; members without one stay unset.

A sendpay route has the HTLC into each node; an lnrpc hop has the HTLC out of it, so amounts and heights move one place up.
"""
import base64
from dataclasses import dataclass, field
from typing import Any

import making
import wire
from making import Making
from model import BLOCKHEIGHT
from transcript import Entry, hooked, named, notification

CREATEONION = ["hops", "assocdata", "session_key", "onion_size"]
CUSTOM = 65536
BLINDED_END = "02" + "00" * 31 + "01"  # the node id that xpay invents for a blinded path


@dataclass
class Route:
    """The route of one attempt. `asked` is its place in the recording."""
    asked: int
    time_lock: int = 0
    hops: list[dict] = field(default_factory=list)
    secret_of_invoice: bool = False   # the last hop's mpp_record is in the invoice, not in the route
    total_msat: int | None = None     # of the whole payment, where the onion has it
    length: int | None = None         # number of nodes, even where the hops are unknown

    @property
    def delivered(self) -> int | None:
        return int(self.hops[-1]["amt_to_forward_msat"]) if self.hops else None


def msat(value: Any) -> int:
    return int(value.removesuffix("msat")) if isinstance(value, str) else int(value)


def number_of_channel(name: str | None) -> int:
    if name is None:
        return 0
    block, transaction, output = (int(part) for part in name.split("/")[0].split("x"))
    return 0 if block == 0 and transaction == 0 else block << 40 | transaction << 16 | output


def text64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def mpp_record(secret: bytes, total: int) -> dict:
    return {"payment_addr": text64(secret), "total_amt_msat": str(total)}


def hop(channel: int, incoming: int, forwarded: int, fee: int, expiry: int, node: str, **more: Any) -> dict:
    return {"chan_id": str(channel), "chan_capacity": str(incoming // 1000), "amt_to_forward": str(forwarded // 1000),
            "fee": str(fee // 1000), "expiry": expiry, "amt_to_forward_msat": str(forwarded), "fee_msat": str(fee), "pub_key": node,
            "tlv_payload": True, "mpp_record": more.get("mpp"), "amp_record": None, "custom_records": more.get("custom", {}),
            "metadata": more.get("metadata", ""), "blinding_point": more.get("path_key", ""),
            "encrypted_data": more.get("encrypted", ""), "total_amt_msat": str(more.get("total", 0))}


def absolute(delay: int) -> int:
    return BLOCKHEIGHT + 1 + delay


def of_sendpay(at: int, given: dict) -> Route:
    def either(step: dict, new: str, old: str) -> Any:
        return step.get(new, step.get(old))
    steps = [(number_of_channel(either(step, "short_channel_id_dir", "channel")), either(step, "node_id_out", "id"),
              msat(either(step, "amount_out_msat", "amount_msat")), either(step, "cltv_out", "delay") or 0) for step in given["route"]]
    if not steps:
        return Route(at, length=0)
    route = Route(at, absolute(steps[0][3]), length=len(steps))
    for number, (channel, node, incoming, _) in enumerate(steps):
        last = number == len(steps) - 1
        _, _, forwarded, delay = steps[number if last else number + 1]
        more = {}
        if last and given.get("payment_secret"):
            more["mpp"] = mpp_record(bytes.fromhex(given["payment_secret"]), msat(given.get("amount_msat") or forwarded))
        if last and given.get("payment_metadata"):
            more["metadata"] = text64(bytes.fromhex(given["payment_metadata"]))
        route.hops.append(hop(channel, incoming, forwarded, incoming - forwarded, absolute(delay), node, **more))
    return route


def of_onion(at: int, first_hop: dict, steps: list[dict]) -> Route:
    """`steps`: hops of createonion. The payload of node i says what it passes on; inside a blinded path it is encrypted."""
    route = Route(at, absolute(first_hop["delay"]), length=len(steps))
    payloads = [wire.hop_payload(step["payload"]) for step in steps]
    incoming, channel = msat(first_hop["amount_msat"]), number_of_channel(first_hop.get("channel"))
    delivered = wire.truncated_number(payloads[-1][2], 8)
    for number, (step, payload) in enumerate(zip(steps, payloads)):
        forwarded = wire.truncated_number(payload[2], 8) if 2 in payload else 0
        fee = 0
        if number < len(steps) - 1:
            fee = incoming - forwarded if 2 in payload else incoming - delivered if 12 in payload else 0
        more: dict[str, Any] = {"custom": {str(k): text64(v) for k, v in sorted(payload.items()) if k >= CUSTOM}}
        for name, kind in (("metadata", 16), ("path_key", 12), ("encrypted", 10)):
            more[name] = text64(payload.get(kind, b""))
        if 8 in payload:
            route.total_msat = wire.truncated_number(payload[8][32:], 8)
            more["mpp"] = mpp_record(payload[8][:32], route.total_msat)
        if 18 in payload:
            route.total_msat = more["total"] = wire.truncated_number(payload[18], 8)
        expiry = wire.truncated_number(payload[4], 4) if 4 in payload else 0
        route.hops.append(hop(channel, incoming, forwarded, fee, expiry, step["pubkey"], **more))
        incoming, channel = forwarded, int.from_bytes(payload.get(6, b""), "big")
    return route


def of_part(at: int, start: dict) -> Route:
    steps = start["hops"]
    route = Route(at, length=len(steps))
    for number, step in enumerate(steps):
        incoming = step["channel_out_msat"]
        forwarded = steps[min(number + 1, len(steps) - 1)]["channel_out_msat"]
        route.hops.append(hop(number_of_channel(step["short_channel_id"]), incoming, forwarded, incoming - forwarded, 0, step["next_node"]))
    route.secret_of_invoice = bool(steps) and steps[-1]["next_node"] != BLINDED_END
    return route


def _of_makings(all_calls: list[Making], entries: list[Entry]) -> dict[int, Route]:
    """By the place of the call. A refused call has used up its onion, too."""
    onions: dict[tuple[str, str], list[list[dict]]] = {}
    by_place = {call.at: call for call in all_calls}
    found: dict[int, Route] = {}
    for entry in entries:
        created, call = hooked(entry, "createonion"), by_place.get(entry.index)
        if created:
            given = named(created["params"], CREATEONION)
            onions.setdefault((given["assocdata"], given["hops"][0]["pubkey"]), []).append(given["hops"])
        elif call and call.method == "sendpay":
            found[entry.index] = of_sendpay(entry.index, call.given)
        elif call and call.method == "injectpaymentonion":
            found[entry.index] = Route(entry.index, call.given["cltv_expiry"])  # its hops are in pay_part_start
        elif call and call.method == "sendonion":
            first, secrets = call.given["first_hop"], call.given.get("shared_secrets")
            queue = onions.get((call.given["payment_hash"], first["id"]))
            found[entry.index] = of_onion(entry.index, first, queue.pop(0)) if queue else \
                Route(entry.index, absolute(first["delay"]), length=len(secrets) if secrets else None)
    return found


def of_rows(entries: list[Entry], rows: dict[int, Any], made_by: dict[int, Making]) -> dict[int, Route]:
    """The route of each row that has one, by created_index."""
    of_calls = _of_makings(making.makings(entries), entries)
    found = {index: of_calls[call.at] for index, call in made_by.items() if call.at in of_calls}
    starts = {(start["payment_hash"], start["groupid"], start["partid"]): (entry.index, start)
              for entry in entries if (start := notification(entry, "pay_part_start"))}
    for index, row in rows.items():
        if row.key in starts:
            time_lock = found[index].time_lock if index in found else 0
            found[index] = of_part(*starts[row.key])
            found[index].time_lock = time_lock
    return found
