#include "lnrpc/json.hpp"

#include <utility>

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

void write(json::Writer& out, const std::map<std::uint64_t, Blob>& records) {
    bool first = true;
    out.add("{");
    for (const auto& [type, blob] : records) {
        if (!std::exchange(first, false))
            out.add(",");
        out.add("\"", type, R"(":")", json::Base64{blob}, "\"");
    }
    out.add("}");
}

void write(json::Writer& out, const ChannelUpdate& update) {
    out.add(R"({"signature":")", json::Base64{update.signature}, R"(","chain_hash":")", json::Base64{update.chain_hash},
            R"(","chan_id":")", update.chan_id, R"(","timestamp":)", update.timestamp, R"(,"message_flags":)",
            update.message_flags, R"(,"channel_flags":)", update.channel_flags, R"(,"time_lock_delta":)",
            update.time_lock_delta, R"(,"htlc_minimum_msat":")", update.htlc_minimum_msat, R"(","base_fee":)",
            update.base_fee, R"(,"fee_rate":)", update.fee_rate, R"(,"htlc_maximum_msat":")", update.htlc_maximum_msat,
            R"(","extra_opaque_data":")", json::Base64{update.extra_opaque_data}, R"("})");
}

void write(json::Writer& out, const Failure& failure) {
    out.add(R"({"code":")", failure.code, R"(","channel_update":)");
    if (failure.channel_update)
        write(out, *failure.channel_update);
    else
        out.add("null");
    out.add(R"(,"htlc_msat":")", failure.htlc_msat, R"(","onion_sha_256":")", json::Base64{failure.onion_sha_256},
            R"(","cltv_expiry":)", failure.cltv_expiry, R"(,"flags":)", failure.flags, R"(,"failure_source_index":)",
            failure.failure_source_index, R"(,"height":)", failure.height, "}");
}

void write(json::Writer& out, const Hop& hop) {
    out.add(R"({"chan_id":")", hop.chan_id, R"(","chan_capacity":")", hop.chan_capacity, R"(","amt_to_forward":")",
            hop.amt_to_forward_msat / 1000, R"(","fee":")", hop.fee_msat / 1000, R"(","expiry":)", hop.expiry,
            R"(,"amt_to_forward_msat":")", hop.amt_to_forward_msat, R"(","fee_msat":")", hop.fee_msat,
            R"(","pub_key":")", json::Hex{hop.pub_key.bytes}, R"(","tlv_payload":)");
    if (hop.tlv_payload)
        out.add(R"(true,"mpp_record":)");
    else
        out.add(R"(false,"mpp_record":)");
    if (hop.mpp_record)
        out.add(R"({"payment_addr":")", json::Base64{hop.mpp_record->payment_addr}, R"(","total_amt_msat":")",
                hop.mpp_record->total_amt_msat, R"("})");
    else
        out.add("null");
    out.add(R"(,"amp_record":null,"custom_records":)"); // Core Lightning makes no AMP payments
    write(out, hop.custom_records);
    out.add(R"(,"metadata":")", json::Base64{hop.metadata}, R"(","blinding_point":")", json::Base64{hop.blinding_point},
            R"(","encrypted_data":")", json::Base64{hop.encrypted_data}, R"(","total_amt_msat":")", hop.total_amt_msat,
            R"("})");
}

void write(json::Writer& out, const Route& route) {
    out.add(R"({"total_time_lock":)", route.total_time_lock, R"(,"total_fees":")", route.total_fees_msat / 1000,
            R"(","total_amt":")", route.total_amt_msat / 1000, R"(","hops":[)");
    for (const auto& hop : route.hops) {
        if (&hop != &route.hops.front())
            out.add(",");
        write(out, hop);
    }
    // Asset channels are unknown to Core Lightning: no custom_channel_data.
    out.add(R"(],"total_fees_msat":")", route.total_fees_msat, R"(","total_amt_msat":")", route.total_amt_msat,
            R"(","first_hop_amount_msat":")", route.first_hop_amount_msat, R"(","custom_channel_data":""})");
}

} // namespace

void write_head(json::Writer& out, const Payment& payment) {
    out.add(R"({"payment_hash":")", json::Hex{payment.payment_hash.bytes}, R"(","value":")", payment.value_msat / 1000,
            R"(","creation_date":")", payment.creation_time_ns / 1'000'000'000, R"(","fee":")", payment.fee_msat / 1000,
            R"(","payment_preimage":")", json::Hex{payment.payment_preimage.bytes}, R"(","value_sat":")",
            payment.value_msat / 1000, R"(","value_msat":")", payment.value_msat, R"(","payment_request":)");
    out.string(payment.payment_request);
    out.add(R"(,"status":")", name(payment.status), R"(","fee_sat":")", payment.fee_msat / 1000, R"(","fee_msat":")",
            payment.fee_msat, R"(","creation_time_ns":")", payment.creation_time_ns, R"(","htlcs":[)");
}

void write_attempt(json::Writer& out, const HtlcAttempt& attempt) {
    out.add(R"({"attempt_id":")", attempt.attempt_id, R"(","status":")", name(attempt.status), R"(","route":)");
    write(out, attempt.route);
    out.add(R"(,"attempt_time_ns":")", attempt.attempt_time_ns, R"(","resolve_time_ns":")", attempt.resolve_time_ns,
            R"(","failure":)");
    if (attempt.failure)
        write(out, *attempt.failure);
    else
        out.add("null");
    if (attempt.preimage)
        out.add(R"(,"preimage":")", json::Base64{attempt.preimage->bytes}, R"("})");
    else
        out.add(R"(,"preimage":""})");
}

void write_tail(json::Writer& out, const Payment& payment) {
    // No command of Core Lightning sets first_hop_custom_records.
    out.add(R"(],"payment_index":")", payment.payment_index, R"(","failure_reason":")", name(payment.failure_reason),
            R"(","first_hop_custom_records":{}})");
}

std::string to_json(const Payment& payment) {
    json::Writer out;
    write_head(out, payment);
    for (const auto& attempt : payment.htlcs) {
        if (&attempt != &payment.htlcs.front())
            out.add(",");
        write_attempt(out, attempt);
    }
    write_tail(out, payment);
    return out.take();
}

} // namespace lnrpc
