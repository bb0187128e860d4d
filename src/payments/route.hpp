// The route of one attempt in LND's terms: each hop has the channel into a node and the amount the node forwards.
// Unknown values keep their "unknown" value and are never guessed.
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

/// LND's mpp_record: shows the payee which parts belong together.
struct MppRecord {
    Secret payment_secret{};
    base::Msat total;
    bool operator==(const MppRecord&) const = default;
};

/// Values that only few hops have.
struct HopExtras {
    std::optional<MppRecord> mpp;
    Blob metadata;
    Blob blinding_point;
    Blob encrypted_data; ///< from the introduction node of a blinded path onward
    base::Msat total;    ///< of all parts, for the last hop of a blinded path
    std::map<std::uint64_t, Blob> custom_records;
    bool operator==(const HopExtras&) const = default;
};

struct Hop {
    base::NodeId node;
    base::ShortChannelId channel; ///< into the node; 0 = unknown, or inside a blinded path
    base::Msat forward;           ///< forwarded by the node; received, for the last one
    std::uint32_t expiry = 0;     ///< absolute height of the HTLC it forwards (last hop: receives); 0 = unknown
    base::HeapOptional<HopExtras> extras;
    bool operator==(const Hop&) const = default;
};

struct Route {
    std::vector<Hop> hops;             ///< empty = unknown, or a payment to ourselves
    std::uint32_t total_time_lock = 0; ///< absolute height of the HTLC we offer; 0 = unknown
    bool self = false;                 ///< certainly a payment to ourselves
    /// The payee gets the invoice's payment secret, but the call did not contain it: it is known once the invoice is
    /// decoded.
    bool secret_of_invoice = false;
    bool operator==(const Route&) const = default;

    /// Adds values that this route lacks and the other has. True if any was added.
    bool learn(const Route& other);
};

} // namespace payments
