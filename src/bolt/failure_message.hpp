// The failure message that a node sends back through the onion (BOLT 4, "failure messages"): lightningd's raw_message
// and failed_msg. Nodes of every version send it, so fields that are present are kept and missing ones are absent:
//
// - A message may end before any of its fields. That field and those after it are then absent (BOLT 4's older forms).
// - A message that ends inside a field before the channel_update is an error.
// - A broken channel_update does not spoil the rest. If it or its length is truncated, unreadable or empty, the update
//   is absent. lightningd v26.06.6 writes a length of 0 and appends its update after it (lightningd/peer_htlcs.c,
//   rcvd_htlc_reply). BOLT 4, LND and xpay see no update there, and neither does this decoder.
// - Bytes after the fields are ignored: BOLT 4 allows TLVs there.
// - An unknown code is kept without its data. The type and offset of invalid_onion_payload are not read, because LND
//   does not show them.
#pragma once

#include "base/msat.hpp"
#include "bolt/channel_update.hpp"
#include "bolt/error.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include <tl/expected.hpp>

namespace bolt {

struct FailureMessage {
    std::uint16_t code = 0;
    std::optional<base::Msat> htlc_amount;
    std::optional<std::uint32_t> height;
    std::optional<std::uint32_t> cltv_expiry;
    std::optional<std::uint16_t> disabled_flags;
    std::optional<std::array<std::uint8_t, 32>> onion_sha256;
    std::optional<ChannelUpdate> update;

    bool operator==(const FailureMessage&) const = default;
};

[[nodiscard]] tl::expected<FailureMessage, Error> decode_failure_message(std::span<const std::uint8_t> message);

} // namespace bolt
