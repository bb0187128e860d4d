// Writes an lnrpc.Payment like LND's REST gateway: every key present, in declaration order, 64-bit numbers as strings,
// bytes as base64, enums by name, and an empty form for fields without a value.
#pragma once

#include "json/writer.hpp"
#include "lnrpc/payment.hpp"

namespace lnrpc {

/// One JSON object without white space.
[[nodiscard]] std::string to_json(const Payment& payment);

/// The same in pieces: the part before the attempts, each attempt, the part after them. For a caller that keeps texts
/// of attempts (publish/snapshot_cache.hpp, which must know every value they depend on). The caller writes the commas
/// between attempts.
void write_head(json::Writer& out, const Payment& payment);
void write_attempt(json::Writer& out, const HtlcAttempt& attempt);
void write_tail(json::Writer& out, const Payment& payment);

} // namespace lnrpc
