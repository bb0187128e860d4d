// Short channel ids: where on chain a channel was opened, block (24 bits), transaction (24) and output (16) in one
// number, which is how BOLT 7 sends it and how lnrpc shows it. lightningd writes `BxTxO`, and `BxTxO/d` for one
// direction of it. Aliases and the `0x0xN` of blinded paths look the same and are no real channels.
#pragma once

#include "base/ids.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace base {

using ShortChannelId = Number<struct ShortChannelIdTag>;

/// One way through a channel: 0 = from the lexicographically lesser node id (BOLT 7), 1 = back.
struct ChannelDirection {
    ShortChannelId channel;
    std::uint8_t direction = 0;
    auto operator<=>(const ChannelDirection&) const = default;
};

/// `BxTxO` and nothing else; nothing if a number is too big for its bits.
[[nodiscard]] std::optional<ShortChannelId> parse_short_channel_id(std::string_view text);

/// `BxTxO/0` or `BxTxO/1` and nothing else.
[[nodiscard]] std::optional<ChannelDirection> parse_channel_direction(std::string_view text);

} // namespace base
