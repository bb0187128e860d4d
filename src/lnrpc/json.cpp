#include "lnrpc/json.hpp"

#include "lnrpc/writer.hpp"

namespace lnrpc {

namespace {

std::string_view name(PaymentStatus status) {
    switch (status) {
    case PaymentStatus::in_flight:
        return "IN_FLIGHT";
    case PaymentStatus::succeeded:
        return "SUCCEEDED";
    case PaymentStatus::failed:
        return "FAILED";
    }
    return "UNKNOWN";
}

std::string_view name(HtlcStatus status) {
    switch (status) {
    case HtlcStatus::in_flight:
        return "IN_FLIGHT";
    case HtlcStatus::succeeded:
        return "SUCCEEDED";
    case HtlcStatus::failed:
        return "FAILED";
    }
    return "IN_FLIGHT";
}

std::string_view name(PaymentFailureReason reason) {
    switch (reason) {
    case PaymentFailureReason::none:
        return "FAILURE_REASON_NONE";
    case PaymentFailureReason::timeout:
        return "FAILURE_REASON_TIMEOUT";
    case PaymentFailureReason::no_route:
        return "FAILURE_REASON_NO_ROUTE";
    case PaymentFailureReason::error:
        return "FAILURE_REASON_ERROR";
    case PaymentFailureReason::incorrect_payment_details:
        return "FAILURE_REASON_INCORRECT_PAYMENT_DETAILS";
    case PaymentFailureReason::insufficient_balance:
        return "FAILURE_REASON_INSUFFICIENT_BALANCE";
    }
    return "FAILURE_REASON_NONE";
}

void string(Writer& out, std::string_view key, std::string_view value) {
    out.key(key);
    out.string(value);
}

void int64(Writer& out, std::string_view key, std::int64_t value) {
    out.key(key);
    out.int64(value);
}

void uint64(Writer& out, std::string_view key, std::uint64_t value) {
    out.key(key);
    out.uint64(value);
}

void uint32(Writer& out, std::string_view key, std::uint32_t value) {
    out.key(key);
    out.uint32(value);
}

void bytes(Writer& out, std::string_view key, std::span<const std::uint8_t> value) {
    out.key(key);
    out.bytes(value);
}

void null(Writer& out, std::string_view key) {
    out.key(key);
    out.null();
}

void records(Writer& out, std::string_view key, const std::map<std::uint64_t, Blob>& value) {
    out.key(key);
    out.begin_object();
    for (const auto& [type, blob] : value)
        bytes(out, std::to_string(type), blob);
    out.end_object();
}

void write(Writer& out, const ChannelUpdate& update) {
    out.begin_object();
    bytes(out, "signature", update.signature);
    bytes(out, "chain_hash", update.chain_hash);
    uint64(out, "chan_id", update.chan_id);
    uint32(out, "timestamp", update.timestamp);
    uint32(out, "message_flags", update.message_flags);
    uint32(out, "channel_flags", update.channel_flags);
    uint32(out, "time_lock_delta", update.time_lock_delta);
    uint64(out, "htlc_minimum_msat", update.htlc_minimum_msat);
    uint32(out, "base_fee", update.base_fee);
    uint32(out, "fee_rate", update.fee_rate);
    uint64(out, "htlc_maximum_msat", update.htlc_maximum_msat);
    bytes(out, "extra_opaque_data", update.extra_opaque_data);
    out.end_object();
}

void write(Writer& out, const Failure& failure) {
    out.begin_object();
    string(out, "code", failure.code);
    out.key("channel_update");
    if (failure.channel_update)
        write(out, *failure.channel_update);
    else
        out.null();
    uint64(out, "htlc_msat", failure.htlc_msat);
    bytes(out, "onion_sha_256", failure.onion_sha_256);
    uint32(out, "cltv_expiry", failure.cltv_expiry);
    uint32(out, "flags", failure.flags);
    uint32(out, "failure_source_index", failure.failure_source_index);
    uint32(out, "height", failure.height);
    out.end_object();
}

void write(Writer& out, const Hop& hop) {
    out.begin_object();
    uint64(out, "chan_id", hop.chan_id);
    int64(out, "chan_capacity", hop.chan_capacity);
    int64(out, "amt_to_forward", hop.amt_to_forward_msat / 1000);
    int64(out, "fee", hop.fee_msat / 1000);
    uint32(out, "expiry", hop.expiry);
    int64(out, "amt_to_forward_msat", hop.amt_to_forward_msat);
    int64(out, "fee_msat", hop.fee_msat);
    string(out, "pub_key", hop.pub_key);
    out.key("tlv_payload");
    out.boolean(hop.tlv_payload);
    out.key("mpp_record");
    if (hop.mpp_record) {
        out.begin_object();
        bytes(out, "payment_addr", hop.mpp_record->payment_addr);
        int64(out, "total_amt_msat", hop.mpp_record->total_amt_msat);
        out.end_object();
    } else {
        out.null();
    }
    null(out, "amp_record"); // Core Lightning makes no AMP payments
    records(out, "custom_records", hop.custom_records);
    bytes(out, "metadata", hop.metadata);
    bytes(out, "blinding_point", hop.blinding_point);
    bytes(out, "encrypted_data", hop.encrypted_data);
    uint64(out, "total_amt_msat", hop.total_amt_msat);
    out.end_object();
}

void write(Writer& out, const Route& route) {
    out.begin_object();
    uint32(out, "total_time_lock", route.total_time_lock);
    int64(out, "total_fees", route.total_fees_msat / 1000);
    int64(out, "total_amt", route.total_amt_msat / 1000);
    out.key("hops");
    out.begin_array();
    for (const auto& hop : route.hops)
        write(out, hop);
    out.end_array();
    int64(out, "total_fees_msat", route.total_fees_msat);
    int64(out, "total_amt_msat", route.total_amt_msat);
    int64(out, "first_hop_amount_msat", route.first_hop_amount_msat);
    bytes(out, "custom_channel_data", {}); // asset channels: unknown to Core Lightning
    out.end_object();
}

void write(Writer& out, const HtlcAttempt& attempt) {
    out.begin_object();
    uint64(out, "attempt_id", attempt.attempt_id);
    string(out, "status", name(attempt.status));
    out.key("route");
    write(out, attempt.route);
    int64(out, "attempt_time_ns", attempt.attempt_time_ns);
    int64(out, "resolve_time_ns", attempt.resolve_time_ns);
    out.key("failure");
    if (attempt.failure)
        write(out, *attempt.failure);
    else
        out.null();
    out.key("preimage");
    if (attempt.preimage)
        out.bytes(attempt.preimage->bytes);
    else
        out.string("");
    out.end_object();
}

} // namespace

std::string to_json(const Payment& payment) {
    Writer out;
    out.begin_object();
    string(out, "payment_hash", payment.payment_hash);
    int64(out, "value", payment.value_msat / 1000);
    int64(out, "creation_date", payment.creation_time_ns / 1'000'000'000);
    int64(out, "fee", payment.fee_msat / 1000);
    string(out, "payment_preimage", payment.payment_preimage.hex());
    int64(out, "value_sat", payment.value_msat / 1000);
    int64(out, "value_msat", payment.value_msat);
    string(out, "payment_request", payment.payment_request);
    string(out, "status", name(payment.status));
    int64(out, "fee_sat", payment.fee_msat / 1000);
    int64(out, "fee_msat", payment.fee_msat);
    int64(out, "creation_time_ns", payment.creation_time_ns);
    out.key("htlcs");
    out.begin_array();
    for (const auto& attempt : payment.htlcs)
        write(out, attempt);
    out.end_array();
    uint64(out, "payment_index", payment.payment_index);
    string(out, "failure_reason", name(payment.failure_reason));
    records(out, "first_hop_custom_records", {}); // no command of Core Lightning sets them
    out.end_object();
    return out.take();
}

} // namespace lnrpc
