"""The oracle's own idea of lnrpc.Failure: which code and which source index a recorded failure must become."""
from facts import Facts, RowFacts

# BOLT 4 failure code to lnrpc.Failure.FailureCode.
CODES = {
    0x400F: "INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS", 0x4010: "INCORRECT_PAYMENT_AMOUNT", 0x0012: "FINAL_INCORRECT_CLTV_EXPIRY",
    0x0013: "FINAL_INCORRECT_HTLC_AMOUNT", 0x0011: "FINAL_EXPIRY_TOO_SOON", 0x8001: "INVALID_REALM", 0x4001: "INVALID_REALM",
    0x100E: "EXPIRY_TOO_SOON", 0xC004: "INVALID_ONION_VERSION", 0xC005: "INVALID_ONION_HMAC", 0xC006: "INVALID_ONION_KEY",
    0x100B: "AMOUNT_BELOW_MINIMUM", 0x100C: "FEE_INSUFFICIENT", 0x100D: "INCORRECT_CLTV_EXPIRY", 0x1014: "CHANNEL_DISABLED",
    0x1007: "TEMPORARY_CHANNEL_FAILURE", 0x6003: "REQUIRED_NODE_FEATURE_MISSING", 0x4009: "REQUIRED_CHANNEL_FEATURE_MISSING",
    0x400A: "UNKNOWN_NEXT_PEER", 0x2002: "TEMPORARY_NODE_FAILURE", 0x6002: "PERMANENT_NODE_FAILURE",
    0x4008: "PERMANENT_CHANNEL_FAILURE", 0x0015: "EXPIRY_TOO_FAR", 0x0017: "MPP_TIMEOUT", 0x4016: "INVALID_ONION_PAYLOAD",
    0xC018: "INVALID_ONION_BLINDING",
}
BADONION = 0x8000


def expected_failure(facts: Facts, row: RowFacts, alive: tuple[int, int], from_part_end: bool) -> tuple[str, int]:
    """`alive`: the life of the plugin process; what was said outside of it, it cannot know."""
    if from_part_end and row.key in facts.part_ends:
        position, end = facts.part_ends[row.key]
        if alive[0] < position < alive[1] and "error_code" in end:
            return CODES.get(end["error_code"], "UNKNOWN_FAILURE"), _place(facts, row, end)
    failure = row.failure if alive[0] < row.failure_told < alive[1] else None
    if failure is None:
        # Ended unseen: an error onion that could not be read is all that a row can tell.
        return ("UNREADABLE_FAILURE", 0) if "erroronion" in row.row else ("UNKNOWN_FAILURE", 0)
    if "failcode" not in failure:
        return "UNREADABLE_FAILURE", 0  # the index of an unreadable failure does not mean "us"
    code, place = failure["failcode"], failure.get("erring_index", 0)
    if code & BADONION and place == 1:
        place = 0  # our direct peer's update_fail_malformed_htlc: LND counts it as our own failure
    return CODES.get(code, "UNKNOWN_FAILURE"), place


def _place(facts: Facts, row: RowFacts, end: dict) -> int:
    if "failed_node_id" not in end:
        return 0
    hops = [hop["next_node"] for hop in facts.part_starts.get(row.key, {}).get("hops", [])]
    return hops.index(end["failed_node_id"]) + 1 if end["failed_node_id"] in hops else 0


def expected_reasons(facts: Facts, rows: list[RowFacts], alive: tuple[int, int], from_evidence: bool) -> set[str]:
    """What failure_reason a FAILED payment may have."""
    if not from_evidence:
        return {"FAILURE_REASON_ERROR"}
    failures = [(*expected_failure(facts, row, alive, True), row) for row in rows]
    final = [code for code, place, row in failures if place and place == _last_place(facts, row)]
    details = {"INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS", "INCORRECT_PAYMENT_AMOUNT", "FINAL_EXPIRY_TOO_SOON"}
    if details & set(final):
        return {"FAILURE_REASON_INCORRECT_PAYMENT_DETAILS"}
    if final and set(final) == {"MPP_TIMEOUT"}:
        return {"FAILURE_REASON_TIMEOUT"}
    if final:
        return {"FAILURE_REASON_ERROR"}
    if all(code not in ("UNREADABLE_FAILURE", "UNKNOWN_FAILURE") for code, _, _ in failures):
        return {"FAILURE_REASON_NO_ROUTE", "FAILURE_REASON_ERROR"}
    return {"FAILURE_REASON_ERROR"}


def _last_place(facts: Facts, row: RowFacts) -> int:
    """The recipient's index: the payee of a recorded route, else nothing is known."""
    start = facts.part_starts.get(row.key)
    if start:
        return len(start["hops"])
    failure = row.failure or {}
    if failure.get("erring_node") and failure["erring_node"] == row.row.get("destination"):
        return failure["erring_index"]
    return failure.get("erring_index", -1) if failure.get("code") == 203 else -1
