// channel_update of BOLT 7: the fees and limits of one direction of a channel, as found inside a failure message. The
// signature is not checked, because the update is only shown.
#pragma once

#include "base/msat.hpp"
#include "base/scid.hpp"
#include "bolt/error.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <tl/expected.hpp>

namespace bolt {

struct ChannelUpdate {
    std::array<std::uint8_t, 64> signature{};
    /// In wire order; explorers print it reversed.
    std::array<std::uint8_t, 32> chain_hash{};
    base::ShortChannelId scid;
    /// Unix seconds.
    std::uint32_t timestamp = 0;
    /// Bit 0: htlc_maximum is there.
    std::uint8_t message_flags = 0;
    /// Bit 0: direction, bit 1: disabled.
    std::uint8_t channel_flags = 0;
    std::uint16_t cltv_expiry_delta = 0;
    base::Msat htlc_minimum;
    base::Msat fee_base;
    /// Millionths of the amount.
    std::uint32_t fee_ppm = 0;
    /// 0 if the message has none.
    base::Msat htlc_maximum;
    /// All bytes after the fields above, such as LND's inbound fees.
    std::vector<std::uint8_t> extra;

    bool operator==(const ChannelUpdate&) const = default;
};

/// Accepts the message with its type 0x0102 in front, or without it, as LND before 0.18 sent it. Without the type it
/// begins with the signature (lnwire/onion_error.go, parseChannelUpdateCompatibilityMode).
[[nodiscard]] tl::expected<ChannelUpdate, Error> decode_channel_update(std::span<const std::uint8_t> message);

} // namespace bolt
