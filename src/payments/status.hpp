// Decides a payment's status from its parts, as LND's truth table does (payments/db/payment_status.go). Nothing else.
#pragma once

namespace payments {

enum class Status { in_flight, succeeded, failed };

/// LND's PaymentFailureReason. A failed payment always has one.
enum class FailureReason { timeout, no_route, error, incorrect_payment_details, insufficient_balance };

/// What the table looks at: is there any part in that state, and has a reason for failure been recorded?
struct StatusInputs {
    bool pending = false;
    bool complete = false;
    bool failed = false;
    bool reason = false;
};

/// LND would say INITIATED for the empty row; it shows it as in flight, and so do we.
[[nodiscard]] constexpr Status decide(StatusInputs in) {
    if (in.pending)
        return Status::in_flight;
    if (in.complete)
        return Status::succeeded;
    return in.reason ? Status::failed : Status::in_flight;
}

} // namespace payments
