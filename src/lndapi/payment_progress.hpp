// How far a payment is in a snapshot: of two snapshots of one payment, which is the newer one?
#pragma once

#include "consumer/snapshot.hpp"

#include <compare>
#include <cstddef>

namespace lndapi {

/// Ordered as TrackPayment needs it: an end is newer than any state in flight.
struct PaymentProgress {
    bool ended = false;
    std::size_t attempts = 0;
    std::size_t resolved = 0; ///< attempts that settled or failed
    auto operator<=>(const PaymentProgress&) const = default;
};
[[nodiscard]] PaymentProgress progress_of(const consumer::Snapshot& payment);

} // namespace lndapi
