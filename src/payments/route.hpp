// The route of one attempt, in LND's terms: a hop is the channel into a node and the amount that node sends onward.
// An unknown value stays at its "unknown" value and is never guessed.
#pragma once

#include "base/bytes.hpp"
#include "base/heap_optional.hpp"
#include "base/msat.hpp"
#include "base/scid.hpp"

#include <array>
#include <map>
#include <optional>
#include <vector>

namespace payments {

using Secret = std::array<std::uint8_t, 32>;
using Blob = std::vector<std::uint8_t>;

/// LND's mpp_record: by it the payee knows which parts belong together.
struct MppRecord {
    Secret payment_secret{};
    base::Msat total;
    bool operator==(const MppRecord&) const = default;
};

/// What only few hops carry.
struct HopExtras {
    std::optional<MppRecord> mpp;
    Blob metadata;
    Blob blinding_point;
    Blob encrypted_data; ///< every hop from the introduction node of a blinded path on has it
    base::Msat total;    ///< of all parts, for the last hop of a blinded path
    std::map<std::uint64_t, Blob> custom_records;
    bool operator==(const HopExtras&) const = default;
};

struct Hop {
    base::NodeId node;
    base::ShortChannelId channel; ///< into the node; 0 = unknown, or inside a blinded path
    base::Msat forward;           ///< onward from the node, or received by the last one
    std::uint32_t expiry = 0;     ///< absolute height of the HTLC onward (last hop: the one it receives); 0 = unknown
    base::HeapOptional<HopExtras> extras;
    bool operator==(const Hop&) const = default;
};

struct Route {
    std::vector<Hop> hops;             ///< empty = unknown, or a payment to ourselves
    std::uint32_t total_time_lock = 0; ///< absolute height of the HTLC we offer; 0 = unknown
    bool self = false;                 ///< known to be a payment to ourselves
    /// The payee gets the invoice's payment secret, and the call did not show it: it is known once the invoice is
    /// decoded.
    bool secret_of_invoice = false;
    bool operator==(const Route&) const = default;

    /// Adds the values the other account has and this one lacks. True when something was learned.
    bool learn(const Route& other);
};

} // namespace payments
