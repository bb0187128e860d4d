// Bech32 text to groups of five bits (BIP 173, without its limit of 90 characters). BOLT 11 invoices end with its
// checksum; BOLT 12 texts have none, and may be continued with `+`.
#pragma once

#include "bolt/error.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace bolt {

struct Bech32 {
    /// The human-readable part, before the last `1`; lower case.
    std::string prefix;
    /// The data part without the checksum; each below 32.
    std::vector<std::uint8_t> groups;
};

/// Upper or lower case, not mixed. Refuses a wrong checksum, and that of Bech32m.
[[nodiscard]] tl::expected<Bech32, Error> decode_bech32(std::string_view text);

/// BOLT 12, "Encoding": no checksum, and a `+` with spaces after it joins two pieces. lightningd passes JSON escapes to
/// its decoder as they are, so it refuses other white space, as this does.
[[nodiscard]] tl::expected<Bech32, Error> decode_bech32_without_checksum(std::string_view text);

/// The bytes in the groups. Nothing if a group too many is there, or a bit of the padding is set.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> octets(std::span<const std::uint8_t> groups);

} // namespace bolt
