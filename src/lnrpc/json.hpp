// An lnrpc.Payment as LND's REST gateway writes it: every key present, in declaration order, 64-bit numbers as strings,
// bytes as base64, enums by name, and the unset forms of `lnrpc-payment.md` section 1.
#pragma once

#include "lnrpc/payment.hpp"
#include "json/writer.hpp"

namespace lnrpc {

/// One JSON object without white space.
[[nodiscard]] std::string to_json(const Payment& payment);

/// The same in pieces, for whoever has attempts as text already: what stands before them, each one, what stands behind.
/// Commas between attempts are the caller's.
void write_head(json::Writer& out, const Payment& payment);
void write_attempt(json::Writer& out, const HtlcAttempt& attempt);
void write_tail(json::Writer& out, const Payment& payment);

} // namespace lnrpc
