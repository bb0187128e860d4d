// An lnrpc.Payment as LND's REST gateway writes it: every key present, in declaration order, 64-bit numbers as strings,
// bytes as base64, enums by name, and an unset form for every field without a value.
#pragma once

#include "json/writer.hpp"
#include "lnrpc/payment.hpp"

namespace lnrpc {

/// One JSON object without white space.
[[nodiscard]] std::string to_json(const Payment& payment);

/// The same in pieces, for a caller that has the text of attempts already (publish/snapshot_cache.hpp, which must know
/// all that an attempt's text depends on): the part before them, each attempt, the part behind them. The caller writes
/// the commas between attempts.
void write_head(json::Writer& out, const Payment& payment);
void write_attempt(json::Writer& out, const HtlcAttempt& attempt);
void write_tail(json::Writer& out, const Payment& payment);

} // namespace lnrpc
