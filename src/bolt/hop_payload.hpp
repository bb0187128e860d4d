// What one node of a route is told (BOLT 4, "payload format"), as createonion takes it: a BigSize length, then TLVs in
// ascending order. It is somebody else's order to somebody else, so types we do not know are no reason to refuse it,
// even ones or odd ones; bytes that are no payload are.
#pragma once

#include "base/bytes.hpp"
#include "base/msat.hpp"
#include "base/scid.hpp"
#include "bolt/error.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include <tl/expected.hpp>

namespace bolt {

struct PaymentData {
    /// Secret: never logged.
    std::array<std::uint8_t, 32> payment_secret{};
    /// Of all parts together.
    base::Msat total;

    bool operator==(const PaymentData&) const = default;
};

/// The number behind each member is its TLV type. An empty vector is an absent or an empty TLV.
struct HopPayload {
    std::optional<base::Msat> amt_to_forward;           // 2
    std::optional<std::uint32_t> outgoing_cltv;         // 4, absolute height
    std::optional<base::ShortChannelId> scid;           // 6, of the channel to the next hop
    std::optional<PaymentData> payment_data;            // 8
    std::vector<std::uint8_t> encrypted_recipient_data; // 10
    std::optional<base::NodeId> current_path_key;       // 12
    std::vector<std::uint8_t> payment_metadata;         // 16
    std::optional<base::Msat> total_amount;             // 18, at the end of a blinded path
    /// 65536 and above; 5482373484 is keysend's preimage, a secret.
    std::map<std::uint64_t, std::vector<std::uint8_t>> custom_records;

    bool operator==(const HopPayload&) const = default;
};

/// `payload` is one payload whole, length first, and nothing behind it. All of it or an error, never a part.
[[nodiscard]] tl::expected<HopPayload, Error> decode_hop_payload(std::span<const std::uint8_t> payload);

} // namespace bolt
