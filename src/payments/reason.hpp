// Computes why a payment failed as a whole, from the failures of its parts. Does not decide whether it failed.
#pragma once

#include "payments/payment.hpp"

namespace payments {

/// The payee's failure comes first, then that of the newest part; `error` if none is known.
[[nodiscard]] FailureReason reason_for(const Payment& payment);

} // namespace payments
