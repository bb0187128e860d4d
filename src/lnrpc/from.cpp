#include "lnrpc/from.hpp"

#include "lnrpc/failure_code.hpp"

#include <algorithm>
#include <limits>

namespace lnrpc {

namespace {

/// LND's amounts are int64; no real one is beyond it.
std::int64_t signed_msat(base::Msat amount) {
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return static_cast<std::int64_t>(std::min(amount.value, most));
}

PaymentStatus from(payments::Status status) {
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

HtlcStatus from(payments::PartStatus status) {
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

PaymentFailureReason from(payments::FailureReason reason) {
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

HtlcAttempt from(const payments::Part& part) {
    HtlcAttempt attempt;
    attempt.attempt_id = part.created.value;
    attempt.status = from(part.status);
    attempt.route.total_amt_msat = signed_msat(part.sent);
    attempt.route.first_hop_amount_msat = attempt.route.total_amt_msat;
    if (part.amount)
        attempt.route.total_fees_msat = signed_msat(part.sent - *part.amount);
    attempt.attempt_time_ns = part.attempt_time().value;
    attempt.resolve_time_ns = part.resolve_time().value_or(base::UnixNs{}).value;
    if (part.status == payments::PartStatus::failed) {
        attempt.failure.emplace();
        attempt.failure->code = code_of(part.failure);
        attempt.failure->failure_source_index = part.failure.source_index;
    }
    if (part.status == payments::PartStatus::complete)
        attempt.preimage = part.preimage;
    return attempt;
}

} // namespace

Payment from(const payments::Payment& payment) {
    Payment out;
    out.payment_hash = payment.key.hash.hex();
    out.payment_preimage = payment.preimage().value_or(base::Preimage{});
    out.value_msat = signed_msat(payment.value());
    out.payment_request = payment.invoice;
    out.status = from(payment.status());
    out.fee_msat = signed_msat(payment.fee());
    out.creation_time_ns = payment.creation_time.value;
    out.htlcs.reserve(payment.parts.size());
    for (const auto& part : payment.parts)
        out.htlcs.push_back(from(part));
    out.payment_index = payment.index.value;
    if (payment.reason)
        out.failure_reason = from(*payment.reason);
    return out;
}

} // namespace lnrpc
