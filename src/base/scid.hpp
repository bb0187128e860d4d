// Short channel ids: the place on chain where a channel was opened, as block (24 bits), transaction (24) and output
// (16) in one number, as in BOLT 7 and lnrpc. lightningd writes `BxTxO`, and `BxTxO/d` for one direction. Aliases, and
// the `0x0xN` of blinded paths, look the same but are no real channels.
#pragma once

#include "base/ids.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace base {

using ShortChannelId = Number<struct ShortChannelIdTag>;

/// One direction of a channel: 0 = from the lexicographically lesser node id (BOLT 7), 1 = the other way.
struct ChannelDirection {
    ShortChannelId channel;
    std::uint8_t direction = 0;
    auto operator<=>(const ChannelDirection&) const = default;
};

/// Accepts exactly `BxTxO`; nothing if a number has too many bits.
[[nodiscard]] std::optional<ShortChannelId> parse_short_channel_id(std::string_view text);

/// Accepts exactly `BxTxO/0` or `BxTxO/1`.
[[nodiscard]] std::optional<ChannelDirection> parse_channel_direction(std::string_view text);

} // namespace base
