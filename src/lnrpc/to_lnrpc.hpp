// What LND would say of a payment of ours: the mapping of `lnrpc-payment.md` section 2, and nothing about how it is
// written.
#pragma once

#include "lnrpc/payment.hpp"
#include "payments/payment.hpp"

namespace lnrpc {

/// Refers to texts of `payment`.
[[nodiscard]] Payment to_lnrpc(const payments::Payment& payment);
[[nodiscard]] Payment without_attempts(const payments::Payment& payment);
/// `part` is one of the payment's.
[[nodiscard]] HtlcAttempt to_lnrpc(const payments::Payment& payment, const payments::Part& part);

} // namespace lnrpc
