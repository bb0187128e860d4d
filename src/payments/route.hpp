// The way of one attempt, in LND's terms: a hop is the channel into a node and what that node is told to send onward.
// What nobody said stays at its "unknown" value and is never guessed.
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

/// LND's mpp_record: what tells the payee which parts belong together.
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
    base::Msat total;    ///< of all parts, told to the last hop of a blinded path
    std::map<std::uint64_t, Blob> custom_records;
    bool operator==(const HopExtras&) const = default;
};

struct Hop {
    base::NodeId node;
    base::ShortChannelId channel; ///< into the node; 0 = unknown, or inside a blinded path
    base::Msat forward;           ///< onward from the node, or received by the last one
    std::uint32_t expiry = 0;     ///< absolute height of what goes onward (last hop: what it receives); 0 = nobody said
    base::HeapOptional<HopExtras> extras;
    bool operator==(const Hop&) const = default;
};

struct Route {
    std::vector<Hop> hops;             ///< empty = unknown, or a payment to ourselves
    std::uint32_t total_time_lock = 0; ///< absolute height of the HTLC we offer; 0 = nobody said
    bool self = false;                 ///< known to be a payment to ourselves
    /// The payer tells the payee the invoice's payment secret, and the call did not show it: it is known once the
    /// invoice is decoded.
    bool secret_of_invoice = false;
    bool operator==(const Route&) const = default;

    /// Adds what the other account knows and this one does not. True when something was learned.
    bool learn(const Route& other);
};

} // namespace payments
