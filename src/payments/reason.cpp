#include "payments/reason.hpp"

#include "bolt/failure_code.hpp"

namespace payments {

namespace {

/// One code today; older nodes used three.
bool is_wrong_details(std::uint16_t code) {
    return code == bolt::incorrect_or_unknown_payment_details || code == bolt::incorrect_payment_amount ||
           code == bolt::final_expiry_too_soon;
}

/// Only the payee can use those codes. Other failures are the payee's if lightningd says so, or by the length of the
/// route.
bool is_from_payee(const Part& part) {
    const auto& failure = part.failure;
    const bool at_end = part.route && !part.route->hops.empty() && failure.source_index == part.route->hops.size();
    return is_wrong_details(failure.code) || failure.code == bolt::mpp_timeout || failure.at_destination || at_end;
}

/// The payment's reason according to one failed part; empty if its reason is unknown.
std::optional<FailureReason> reason_of(const Part& part) {
    if (part.status != PartStatus::failed || part.failure.kind != Failure::Kind::wire)
        return std::nullopt;
    if (!is_from_payee(part))
        return FailureReason::no_route; // another hop failed, and the payer gave up
    if (is_wrong_details(part.failure.code))
        return FailureReason::incorrect_payment_details;
    return part.failure.code == bolt::mpp_timeout ? FailureReason::timeout : FailureReason::error;
}

} // namespace

FailureReason reason_for(const Payment& payment) {
    std::optional<FailureReason> newest;
    for (auto part = payment.parts.rbegin(); part != payment.parts.rend(); ++part) {
        const auto reason = reason_of(*part);
        if (!reason)
            continue;
        // A timeout at the payee is no refusal: it only waited for the other parts in vain.
        if (is_from_payee(*part) && *reason != FailureReason::timeout)
            return *reason;
        if (!newest)
            newest = reason;
    }
    return newest.value_or(FailureReason::error);
}

} // namespace payments
