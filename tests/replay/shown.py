"""Payments and deletions that the plugin still has to publish something about."""
from node import Received
from timeline import row_key


def unpublished_deletions(published: list[Received], run: int, deleted: list[dict]) -> set[int]:
    """Deleted rows that this run of the plugin has shown as attempts, and whose deletion it has not published."""
    shown, deletions_shown = set(), set()
    for message in published:
        if message.run == run and message.topic == "trackpayments":
            shown.update(int(htlc["attempt_id"]) for htlc in message.params["trackpayments"]["htlcs"])
        elif message.run == run and message.topic == "trackpayments_deleted":
            deletions_shown.update(int(attempt) for attempt in message.params["trackpayments_deleted"]["attempt_ids"])
    return ({row["created_index"] for row in deleted} & shown) - deletions_shown


def undecided(published: list[Received], table: dict[int, dict]) -> set[tuple[str, int]]:
    """Groups that are between attempts in their last snapshot and still have rows."""
    last = {}
    for message in published:
        if message.topic == "trackpayments":
            payment = message.params["trackpayments"]
            last[payment["payment_hash"], payment["payment_index"]] = payment
    return {row_key(table[int(htlc["attempt_id"])])[:2] for payment in last.values()
            if payment["status"] == "IN_FLIGHT" and all(htlc["status"] == "FAILED" for htlc in payment["htlcs"])
            for htlc in payment["htlcs"] if int(htlc["attempt_id"]) in table}
