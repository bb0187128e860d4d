// Maps a payments::Payment to LND's lnrpc.Payment. json.hpp writes the JSON.
#pragma once

#include "lnrpc/payment.hpp"
#include "payments/payment.hpp"

namespace lnrpc {

/// The result refers to strings of `payment`, which must outlive it.
[[nodiscard]] Payment to_lnrpc(const payments::Payment& payment);
[[nodiscard]] Payment without_attempts(const payments::Payment& payment);
/// `part` must belong to `payment`.
[[nodiscard]] HtlcAttempt to_lnrpc(const payments::Payment& payment, const payments::Part& part);

} // namespace lnrpc
