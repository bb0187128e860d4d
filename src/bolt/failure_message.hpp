// The failure message a node sends back through the onion (BOLT 4, "failure messages"): lightningd's raw_message and
// failed_msg. It comes from nodes of every version, so the rule is: what is said is kept, what is left unsaid is
// absent.
//
// - A message may end before any of its fields; that one and those after it are absent (BOLT 4's older forms).
// - One that ends within a field before the channel_update is an error.
// - The channel_update never costs the rest: cut short, its length too, or unreadable, it is absent, as it is when its
//   length is 0. lightningd v26.06.6 appends its update to such a length of 0 (lightningd/peer_htlcs.c
//   rcvd_htlc_reply); BOLT 4 sees no update there, nor do LND and xpay, nor do we.
// - Bytes behind the fields are ignored: BOLT 4 allows TLVs there.
// - A code we do not know is kept without its data. The type and offset of invalid_onion_payload are not read: LND
//   shows neither.
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
