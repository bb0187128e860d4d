// The payload for one node of a route (BOLT 4, "payload format"), as createonion takes it: a BigSize length, then TLVs
// in ascending order. The payload is meant for another node, so unknown types, even or odd, are accepted. Malformed
// bytes are an error.
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

/// The comment after each member is its TLV type. An empty vector means an absent or empty TLV.
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

/// `payload` is exactly one payload, with its length in front. Decodes all of it or returns an error.
[[nodiscard]] tl::expected<HopPayload, Error> decode_hop_payload(std::span<const std::uint8_t> payload);

} // namespace bolt
