"""The oracle's own lnrpc.Failure: every member that must follow from a recorded failure."""
import wire
from facts import Facts, RowFacts
from routes import text64

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
HTLC_MSAT = (0x0013, 0x100B, 0x100C)  # 400f carries one too, which lnd does not copy


def expected_failure(facts: Facts, row: RowFacts, alive: tuple[int, int]) -> dict:
    """`alive`: the run of the plugin. It cannot know a failure reported outside of its run, and it publishes nothing more about a
    deleted row. xpay's parts fail with an unreadable 202; their real failure is in pay_part_end."""
    until = min(alive[1], row.deleted)
    if row.key in facts.part_ends:
        position, end = facts.part_ends[row.key]
        if alive[0] < position < until and "error_code" in end:
            return _of_code(end["error_code"], _place(facts, row, end), end.get("failed_msg"))
    failure = row.failure if alive[0] < row.failure_known < until else None
    if failure is None:
        # The plugin saw no failure. A row shows only whether there was an unreadable error onion.
        return _failure("UNREADABLE_FAILURE" if "erroronion" in row.row else "UNKNOWN_FAILURE", 0)
    if "failcode" not in failure:
        return _failure("UNREADABLE_FAILURE", 0)  # the index of an unreadable failure does not mean "us"
    code, place = failure["failcode"], failure.get("erring_index", 0)
    if code & BADONION and place == 1:
        place = 0  # our direct peer's update_fail_malformed_htlc: LND counts it as our own failure
    return _of_code(code, place, failure.get("raw_message"))


def _place(facts: Facts, row: RowFacts, end: dict) -> int:
    if "failed_node_id" not in end:
        return 0
    hops = [hop["next_node"] for hop in facts.part_starts.get(row.key, {}).get("hops", [])]
    return hops.index(end["failed_node_id"]) + 1 if end["failed_node_id"] in hops else 0


def _failure(code: str, place: int) -> dict:
    return {"code": code, "channel_update": None, "htlc_msat": "0", "onion_sha_256": "", "cltv_expiry": 0, "flags": 0,
            "failure_source_index": place, "height": 0}


def _of_code(code: int, place: int, raw: str | None) -> dict:
    failure = _failure(CODES.get(code, "UNKNOWN_FAILURE"), place)
    if not raw or code not in CODES:
        return failure
    message = wire.failure_message(bytes.fromhex(raw))
    if message.code != code:
        return failure
    failure.update(channel_update=_update(message.update), onion_sha_256=text64(message.sha256), cltv_expiry=message.cltv_expiry,
                   flags=message.flags, height=message.height)
    if code in HTLC_MSAT:
        failure["htlc_msat"] = str(message.htlc_msat)
    return failure


def _update(update: wire.ChannelUpdate | None) -> dict | None:
    if update is None:
        return None
    return {"signature": text64(update.signature), "chain_hash": text64(update.chain_hash), "chan_id": str(update.short_channel_id),
            "timestamp": update.timestamp, "message_flags": update.message_flags, "channel_flags": update.channel_flags,
            "time_lock_delta": update.cltv_expiry_delta, "htlc_minimum_msat": str(update.htlc_minimum_msat),
            "base_fee": update.fee_base_msat, "fee_rate": update.fee_proportional_millionths,
            "htlc_maximum_msat": str(update.htlc_maximum_msat), "extra_opaque_data": text64(update.rest)}
