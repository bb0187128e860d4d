// The human-readable part of a BOLT 11 invoice: `ln`, the network, and perhaps an amount.
#pragma once

#include "base/msat.hpp"
#include "bolt/error.hpp"

#include <optional>
#include <string_view>

#include <tl/expected.hpp>

namespace bolt {

/// `prefix` in lower case. Nothing if the payer chooses the amount. Refuses unknown networks, leading zeros, parts of a
/// millisatoshi, and amounts at which lightningd overflows (about 18 million bitcoin).
[[nodiscard]] tl::expected<std::optional<base::Msat>, Error> read_bolt11_amount(std::string_view prefix);

} // namespace bolt
