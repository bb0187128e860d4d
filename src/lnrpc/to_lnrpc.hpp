// Maps a payment of ours to LND's lnrpc.Payment. How that is written as JSON is in json.hpp.
#pragma once

#include "lnrpc/payment.hpp"
#include "payments/payment.hpp"

namespace lnrpc {

/// Refers to strings of `payment`, which must outlive it.
[[nodiscard]] Payment to_lnrpc(const payments::Payment& payment);
[[nodiscard]] Payment without_attempts(const payments::Payment& payment);
/// `part` is one of the payment's.
[[nodiscard]] HtlcAttempt to_lnrpc(const payments::Payment& payment, const payments::Part& part);

} // namespace lnrpc
