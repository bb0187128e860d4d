// What LND would say of a payment of ours: the mapping of `lnrpc-payment.md` section 2, and nothing about how it is
// written.
#pragma once

#include "lnrpc/payment.hpp"
#include "payments/payment.hpp"

namespace lnrpc {

[[nodiscard]] Payment from(const payments::Payment& payment);

} // namespace lnrpc
