// An lnrpc.Payment as LND's REST gateway writes it: every key present, in declaration order, 64-bit numbers as strings,
// bytes as base64, enums by name, and the unset forms of `lnrpc-payment.md` section 1.
#pragma once

#include "lnrpc/payment.hpp"

namespace lnrpc {

/// One JSON object without white space.
[[nodiscard]] std::string to_json(const Payment& payment);

} // namespace lnrpc
