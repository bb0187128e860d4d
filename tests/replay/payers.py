"""The payers, from the recorded calls: which groups one `renepay` call made, which groups belong to `sendamount`, which payments are
only partly paid from this node, and which payer may go on after a minute of silence."""
import invoices
import node_versions
from making import Making
from transcript import Entry, calls, hooked, named, notification

Group = tuple[str, int]
XPAY = ["invstring", "amount_msat", "maxfee", "layers", "retry_for", "partial_msat"]


def _call_of(identity: str, method: str) -> str | None:
    """The part of a nested request id that names the call of that method: `lab:renepay#7/cln:renepay#9/cln-renepay:sendonion#3`."""
    steps = identity.split("/")
    places = [at for at, step in enumerate(steps) if step.partition("#")[0].endswith(f":{method}")]
    return "/".join(steps[:places[-1] + 1]) if places else None


def renepay_calls(made_by: dict[int, Making]) -> dict[int, tuple[int, str]]:
    """For each row that renepay made: where that is shown, and the call; v23.11 does not name it."""
    found = {}
    for index, call in made_by.items():
        name = _call_of(call.identity, "renepay")
        if name or _caller(call) == "cln-renepay":
            found[index] = call.at, name or ""
    return found


def _caller(call: Making) -> str:
    """The plugin that made the call, or the start of a client's id."""
    return call.identity.split("/")[-1].partition(":")[0]


def waits_for_blocks(call: Making, version: node_versions.Version) -> bool:
    """Whether the payer has no status command and may let a minute pass before its next attempt."""
    return bool(version.waits_for_blocks) and _caller(call) == version.waits_for_blocks


def sendamounts(entries: list[Entry]) -> set[Group]:
    """Groups whose total is the amount that leaves: by the caller's command, or because the total enters the first channel and
    less of it arrives."""
    found = set()
    for entry in entries:
        call, start = hooked(entry, "injectpaymentonion"), notification(entry, "pay_part_start")
        if call and _call_of(str(call["id"]), "sendamount"):
            found.add((call["params"]["payment_hash"], call["params"]["groupid"]))
        if start and start["hops"]:
            leaves = start["hops"][0]["channel_in_msat"]
            if start["total_payment_msat"] == leaves > start["attempt_msat"]:
                found.add((start["payment_hash"], start["groupid"]))
    return found


def shares(entries: list[Entry]) -> set[str]:
    """Hashes that `xpay partial_msat` pays in part."""
    asked = [call.params for call in calls(entries) if call.method == "xpay"]
    asked += [request["params"] for entry in entries if (request := hooked(entry, "xpay"))]
    found = set()
    for params in asked:
        given = named(params, XPAY)
        invoice = invoices.read(str(given.get("invstring"))) if given.get("partial_msat") else None
        if invoice:
            found.add(invoice.payment_hash)
    return found
