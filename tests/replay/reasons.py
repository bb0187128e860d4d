"""The oracle's own lnrpc.PaymentFailureReason, from the failures of all attempts of a group. A refusal by the destination outranks
any other failure; among equals the newest counts. A destination that waited in vain for the remaining parts has refused nothing:
its mpp_timeout counts like the failure of a node on the way."""
from facts import Facts, RowFacts
from failures import expected_failure

NONE, TIMEOUT, NO_ROUTE, ERROR, DETAILS = (
    f"FAILURE_REASON_{name}" for name in ("NONE", "TIMEOUT", "NO_ROUTE", "ERROR", "INCORRECT_PAYMENT_DETAILS"))

# Only a destination sends these codes, whichever node signed them.
DESTINATIONS_OWN = {"INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS", "INCORRECT_PAYMENT_AMOUNT", "FINAL_EXPIRY_TOO_SOON"}
NOTHING_KNOWN = {"UNREADABLE_FAILURE", "UNKNOWN_FAILURE"}
REFUSED_BY_DESTINATION = 203


def expected_reasons(facts: Facts, rows: list[RowFacts], alive: tuple[int, int]) -> set[str]:
    """`rows` are those of the attempts shown, all failed. The newest attempt may not be the one that failed last: either may count
    as the newest."""
    outcomes = {row.index: _outcome(facts, row, alive) for row in rows}
    known = [row for row in rows if outcomes[row.index] is not None]
    refusals = [row for row in known if outcomes[row.index] in (DETAILS, ERROR)]
    newest = [max(refusals or known, key=order) for order in (lambda row: row.index, lambda row: _failed_at(facts, row, alive))
              if refusals or known]
    return {outcomes[row.index] or ERROR for row in newest} or {ERROR}


def _failed_at(facts: Facts, row: RowFacts, alive: tuple[int, int]) -> tuple[int, int]:
    position = facts.part_ends[row.key][0] if row.key in facts.part_ends else -1
    return (position if alive[0] < position < alive[1] else row.ended), row.index


def _outcome(facts: Facts, row: RowFacts, alive: tuple[int, int]) -> str | None:
    """The reason that one failure gives for the payment; None if the failure is not known."""
    failure = expected_failure(facts, row, alive)
    code, place = failure["code"], failure["failure_source_index"]
    if code in DESTINATIONS_OWN:
        return DETAILS
    if code in NOTHING_KNOWN and not place:
        return None
    heard = row.failure if row.failure and alive[0] < row.failure_known < alive[1] else {}
    route = facts.route(row, alive)
    if (place and route and place == route.length) or heard.get("code") == REFUSED_BY_DESTINATION:
        return TIMEOUT if code == "MPP_TIMEOUT" else ERROR
    return NO_ROUTE
