// Lenient readers of single arguments of a payer's call. Arguments may be named or positional, and numbers may be
// strings. lightningd validates the call: an argument that cannot be read is just unknown here.
#pragma once

#include "base/bytes.hpp"
#include "base/msat.hpp"
#include "base/scid.hpp"
#include "cln/fields.hpp"

#include <optional>

namespace cln {

/// The parameter by name or position; no value if it is missing. `position` -1: it can only be named.
[[nodiscard]] Value argument(Value params, std::string_view name, int position);
/// `amount_msat` of sendpay; v23.11 also accepted `msatoshi` (lightningd/pay.c of that version).
[[nodiscard]] Value sendpay_amount(Value params);

/// Each returns nothing if the value is absent or of another form.
[[nodiscard]] std::optional<std::uint64_t> maybe_number(Value value);
[[nodiscard]] std::optional<base::Msat> maybe_amount(Value value);
[[nodiscard]] std::optional<base::PaymentHash> maybe_hash(Value value);
[[nodiscard]] std::optional<base::NodeId> maybe_node(Value value);
[[nodiscard]] std::optional<std::vector<std::uint8_t>> maybe_hex(Value value);
/// `BxTxO`, or `BxTxO/d`, whose direction is ignored.
[[nodiscard]] std::optional<base::ShortChannelId> maybe_channel(Value value);

} // namespace cln
