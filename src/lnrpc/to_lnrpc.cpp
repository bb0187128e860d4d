#include "lnrpc/to_lnrpc.hpp"

#include "bolt/failure_code.hpp"
#include "lnrpc/failure_code.hpp"

#include <algorithm>
#include <limits>

namespace lnrpc {

namespace {

/// LND's amounts are int64; greater ones are capped.
std::int64_t signed_msat(base::Msat amount) {
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return static_cast<std::int64_t>(std::min(amount.value, most));
}

PaymentStatus to_lnrpc(payments::Status status) {
    switch (status) {
    case payments::Status::in_flight:
        return PaymentStatus::in_flight;
    case payments::Status::succeeded:
        return PaymentStatus::succeeded;
    case payments::Status::failed:
        return PaymentStatus::failed;
    }
    return PaymentStatus::in_flight;
}

HtlcStatus to_lnrpc(payments::PartStatus status) {
    switch (status) {
    case payments::PartStatus::pending:
        return HtlcStatus::in_flight;
    case payments::PartStatus::complete:
        return HtlcStatus::succeeded;
    case payments::PartStatus::failed:
        return HtlcStatus::failed;
    }
    return HtlcStatus::in_flight;
}

PaymentFailureReason to_lnrpc(payments::FailureReason reason) {
    switch (reason) {
    case payments::FailureReason::timeout:
        return PaymentFailureReason::timeout;
    case payments::FailureReason::no_route:
        return PaymentFailureReason::no_route;
    case payments::FailureReason::error:
        return PaymentFailureReason::error;
    case payments::FailureReason::incorrect_payment_details:
        return PaymentFailureReason::incorrect_payment_details;
    case payments::FailureReason::insufficient_balance:
        return PaymentFailureReason::insufficient_balance;
    }
    return PaymentFailureReason::error;
}

std::string_view code_of(const payments::Failure& failure) {
    switch (failure.kind) {
    case payments::Failure::Kind::unknown:
        return unknown_failure;
    case payments::Failure::Kind::unreadable:
        return unreadable_failure;
    case payments::Failure::Kind::local:
        return internal_failure;
    case payments::Failure::Kind::wire:
        return failure_code_name(failure.code);
    }
    return unknown_failure;
}

Blob blob(std::span<const std::uint8_t> bytes) {
    return {bytes.begin(), bytes.end()};
}

ChannelUpdate to_lnrpc(const bolt::ChannelUpdate& update) {
    ChannelUpdate out;
    out.signature = blob(update.signature);
    out.chain_hash = blob(update.chain_hash);
    out.chan_id = update.scid.value;
    out.timestamp = update.timestamp;
    out.message_flags = update.message_flags;
    out.channel_flags = update.channel_flags;
    out.time_lock_delta = update.cltv_expiry_delta;
    out.htlc_minimum_msat = update.htlc_minimum.value;
    out.base_fee = static_cast<std::uint32_t>(update.fee_base.value); // 32 bits on the wire
    out.fee_rate = update.fee_ppm;
    out.htlc_maximum_msat = update.htlc_maximum.value;
    out.extra_opaque_data = update.extra;
    return out;
}

Failure to_lnrpc(const payments::Failure& failure) {
    Failure out;
    out.code = code_of(failure);
    out.failure_source_index = failure.source_index;
    if (!failure.message)
        return out;
    const auto& message = *failure.message;
    if (message.update)
        out.channel_update = to_lnrpc(*message.update);
    // LND does not copy the amount of incorrect_or_unknown_payment_details (marshallWireError).
    if (message.htlc_amount && message.code != bolt::incorrect_or_unknown_payment_details)
        out.htlc_msat = message.htlc_amount->value;
    out.height = message.height.value_or(0);
    out.cltv_expiry = message.cltv_expiry.value_or(0);
    out.flags = message.disabled_flags.value_or(0);
    if (message.onion_sha256)
        out.onion_sha_256 = blob(*message.onion_sha256);
    return out;
}

Hop to_lnrpc(const payments::Hop& hop) {
    Hop out;
    out.chan_id = hop.channel.value;
    out.amt_to_forward_msat = signed_msat(hop.forward);
    out.expiry = hop.expiry;
    out.pub_key = hop.node;
    if (!hop.extras)
        return out;
    const auto& extras = *hop.extras;
    if (extras.mpp)
        out.mpp_record = MppRecord{extras.mpp->payment_secret, signed_msat(extras.mpp->total)};
    out.custom_records = extras.custom_records;
    out.metadata = extras.metadata;
    out.blinding_point = extras.blinding_point;
    out.encrypted_data = extras.encrypted_data;
    out.total_amt_msat = extras.total.value;
    return out;
}

/// Sets the fee of each node: incoming amount less forwarded amount. The introduction node of a blinded path has the
/// fee of the whole path, the nodes after it none (`src/lnrpc/README.md`, "Hops").
void add_fees(std::vector<Hop>& hops, std::int64_t sent_msat) {
    std::int64_t incoming = sent_msat;
    bool blinded = false;
    for (auto& hop : hops) {
        const bool last = &hop == &hops.back();
        const bool introduction = !blinded && !hop.encrypted_data.empty();
        hop.chan_capacity = incoming / 1000;
        if (!last && !blinded)
            hop.fee_msat = incoming - (introduction ? hops.back().amt_to_forward_msat : hop.amt_to_forward_msat);
        blinded |= introduction;
        incoming = hop.amt_to_forward_msat;
    }
}

Route route_of(const payments::Payment& payment, const payments::Part& part) {
    Route out;
    out.total_amt_msat = signed_msat(part.sent);
    out.first_hop_amount_msat = out.total_amt_msat;
    if (const auto delivered = part.delivered())
        out.total_fees_msat = signed_msat(part.sent - *delivered);
    if (!part.route)
        return out;
    out.total_time_lock = part.route->total_time_lock;
    out.hops.reserve(part.route->hops.size());
    for (const auto& hop : part.route->hops)
        out.hops.push_back(to_lnrpc(hop));
    add_fees(out.hops, out.total_amt_msat);
    if (part.route->secret_of_invoice && payment.invoice_secret)
        out.hops.back().mpp_record =
            MppRecord{*payment.invoice_secret, signed_msat(payments::mpp_total(payment, part))};
    return out;
}

} // namespace

HtlcAttempt to_lnrpc(const payments::Payment& payment, const payments::Part& part) {
    HtlcAttempt attempt;
    attempt.attempt_id = part.created.value;
    attempt.status = to_lnrpc(part.status);
    attempt.route = route_of(payment, part);
    attempt.attempt_time_ns = part.attempt_time().value;
    attempt.resolve_time_ns = part.resolve_time().value_or(base::UnixNs{}).value;
    if (part.status == payments::PartStatus::failed)
        attempt.failure = to_lnrpc(part.failure);
    if (part.status == payments::PartStatus::complete)
        attempt.preimage = part.preimage;
    return attempt;
}

Payment without_attempts(const payments::Payment& payment) {
    Payment out;
    out.payment_hash = payment.key.hash;
    out.payment_preimage = payment.preimage().value_or(base::Preimage{});
    out.value_msat = signed_msat(payment.value());
    out.payment_request = payment.invoice;
    out.status = to_lnrpc(payment.status());
    out.fee_msat = signed_msat(payment.fee());
    out.creation_time_ns = payment.creation_time.value;
    out.payment_index = payment.index.value;
    if (payment.reason)
        out.failure_reason = to_lnrpc(*payment.reason);
    return out;
}

Payment to_lnrpc(const payments::Payment& payment) {
    Payment out = without_attempts(payment);
    out.htlcs.reserve(payment.parts.size());
    for (const auto& part : payment.parts)
        out.htlcs.push_back(to_lnrpc(payment, part));
    return out;
}

} // namespace lnrpc
