// Decides a payment's status from its parts, by LND's truth table (payments/db/payment_status.go).
#pragma once

namespace payments {

enum class Status { in_flight, succeeded, failed };

/// LND's PaymentFailureReason. A failed payment always has one.
enum class FailureReason { timeout, no_route, error, incorrect_payment_details, insufficient_balance };

/// The columns of the truth table: is there a part in that state, and is a reason for failure recorded?
struct StatusInputs {
    bool pending = false;
    bool complete = false;
    bool failed = false;
    bool reason = false;
};

/// LND has INITIATED for a payment without parts; it shows that as in flight, and so do we.
[[nodiscard]] constexpr Status decide(StatusInputs in) {
    if (in.pending)
        return Status::in_flight;
    if (in.complete)
        return Status::succeeded;
    return in.reason ? Status::failed : Status::in_flight;
}

} // namespace payments
