"""Which groups xpay still holds, by place in the recording. `listpays` reports such a group as pending, whatever its rows say, until
its last part has ended (`pay_part_end`), its caller was answered, and xpay has freed it (plugins/xpay/listpays.c). The last step
takes some milliseconds that only a recorded `listpays` shows. After a restart xpay holds nothing. Before v26.06 nothing shows it."""
from transcript import Entry, Recording, calls, hooked, notification, row_mentions

Group = tuple[str, int]
TO_THE_END = 1 << 60


def held_until(entries: Recording) -> dict[Group, int]:
    """The entry from which on xpay no longer holds the group; TO_THE_END if it held the group at the last known moment."""
    if not entries.version.xpay_holds:
        return {}
    answered = {call.request.msg["id"]: call.answered.index for call in calls(entries) if call.answered}
    until: dict[Group, int] = {}
    for entry in entries:
        ended = notification(entry, "pay_part_end") or notification(entry, "pay_part_start")
        if ended:
            group = (ended["payment_hash"], ended["groupid"])
            until[group] = max(until.get(group, -1), entry.index)
        call = hooked(entry, "injectpaymentonion")
        if call:
            group = (call["params"]["payment_hash"], call["params"]["groupid"])
            payer = call["id"].split("/")[0]  # the user's own call comes first, then those it led to
            until[group] = max(until.get(group, -1), entry.index, answered.get(payer, -1))
    for group, statuses in _listed(entries).items():
        for position, status in statuses if group in until else []:
            if status == "pending" and position >= until[group]:
                until[group] = TO_THE_END
            elif status != "pending" and until[group] == TO_THE_END:
                until[group] = position
    return until


def _listed(entries: list[Entry]) -> dict[Group, list[tuple[int, str]]]:
    """The statuses in recorded answers of listpays for groups whose rows had all failed by then."""
    rows: dict[int, tuple[Group, str]] = {}
    statuses: dict[Group, list[tuple[int, str]]] = {}
    replies = {call.answered.index: call.reply for call in calls(entries) if call.method == "listpays" and call.answered}
    for entry in entries:
        for row in row_mentions(entry):
            if row["created_index"] not in rows or row["status"] != "pending":
                rows[row["created_index"]] = (row["payment_hash"], row["groupid"]), row["status"]
        for pay in replies.get(entry.index, {}).get("result", {}).get("pays", []):
            group, _ = rows.get(pay["created_index"], (None, ""))
            if group and all(status == "failed" for other, status in rows.values() if other == group):
                statuses.setdefault(group, []).append((entry.index, pay["status"]))
    return statuses
