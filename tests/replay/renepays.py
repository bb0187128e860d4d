"""The answers of `renepaystatus`: one payment for each hash, by place in the recording. It is pending until its caller was answered,
then complete or failed; a restart of lightningd removes it. The real reply has more members (json_add_payment of
plugins/renepay/json.c); those given here identify the payment and give its status.
"""
from dataclasses import dataclass

import invoices
from transcript import Entry, calls, named

RENEPAY = ["invstring", "amount_msat", "maxfee"]
FOREVER = 1 << 60


@dataclass(frozen=True)
class Renepay:
    """One call."""
    payment_hash: str
    invstring: str
    amount_msat: int
    began: int
    answered: int
    forgotten: int
    reply: dict

    def status_at(self, position: int) -> str:
        if position < self.answered:
            return "pending"
        return "complete" if "result" in self.reply else "failed"


def read(entries: list[Entry]) -> list[Renepay]:
    """Calls that renepay accepted, in order: not those with parameters that it refuses, or with an expired invoice."""
    restarts = [e.index for e in entries if e.direction == "to_plugin" and e.msg.get("method") == "init"
                and e.msg["params"]["configuration"]["startup"]]
    found = []
    for call in calls(entries):
        if call.method != "renepay" or call.reply.get("error", {}).get("code") in (-32602, 207):
            continue
        given, began = named(call.params, RENEPAY), call.request.index
        invoice = invoices.read(given["invstring"])
        if invoice:
            forgotten = min((at for at in restarts if at > began), default=FOREVER)
            found.append(Renepay(invoice.payment_hash, given["invstring"], invoice.amount_msat or int(given.get("amount_msat", 0)), began,
                                 call.answered.index if call.answered else FOREVER, forgotten, call.reply))
    return found


def paystatus(all_calls: list[Renepay], position: int, payment_hash: str | None) -> list[dict]:
    """The newest call for each hash, or for one hash."""
    newest = {one.payment_hash: one for one in all_calls if one.began <= position < one.forgotten}
    out = []
    for one in newest.values():
        if payment_hash not in (None, one.payment_hash):
            continue
        name = "bolt12" if one.invstring.startswith("lni") else "bolt11"
        status = one.status_at(position)
        more = {k: one.reply["result"][k] for k in ("payment_preimage", "amount_sent_msat")} if status == "complete" else {}
        out.append({name: one.invstring, "amount_msat": one.amount_msat, "payment_hash": one.payment_hash, "status": status, **more})
    return out
