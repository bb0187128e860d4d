// Lenient readers of single arguments of a payer's call. The hook shows them named or positional, numbers as numbers or
// strings. lightningd judges the call: what cannot be read is simply not known.
#pragma once

#include "base/bytes.hpp"
#include "base/msat.hpp"
#include "base/scid.hpp"
#include "cln/fields.hpp"

#include <optional>

namespace cln {

/// The parameter, wherever it stands; nothing when it is not given. `position` -1: it can only be named.
[[nodiscard]] Value argument(Value params, std::string_view name, int position);
/// `amount_msat` of sendpay, which v23.11 took as `msatoshi` too (lightningd/pay.c of that version).
[[nodiscard]] Value sendpay_amount(Value params);

/// Nothing when absent or not such a value.
[[nodiscard]] std::optional<std::uint64_t> maybe_number(Value value);
[[nodiscard]] std::optional<base::Msat> maybe_amount(Value value);
[[nodiscard]] std::optional<base::PaymentHash> maybe_hash(Value value);
[[nodiscard]] std::optional<base::NodeId> maybe_node(Value value);
[[nodiscard]] std::optional<std::vector<std::uint8_t>> maybe_hex(Value value);
/// `BxTxO` or, with the direction that does not matter here, `BxTxO/d`.
[[nodiscard]] std::optional<base::ShortChannelId> maybe_channel(Value value);

} // namespace cln
