// Why a payment failed as a whole, from the failures of its parts. Decides nothing about whether it failed.
#pragma once

#include "payments/payment.hpp"

namespace payments {

/// The payee's failure outranks any other, then the newest part's; an error when nothing is known.
[[nodiscard]] FailureReason reason_for(const Payment& payment);

} // namespace payments
