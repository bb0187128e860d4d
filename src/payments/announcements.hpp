// Calls of payers that have no row yet: what they say of the payment waits here for its part. A refused call never gets
// a row, so announcements expire; their number is bounded.
#pragma once

#include "payments/event.hpp"

#include <unordered_map>
#include <vector>

namespace payments {

class Announcements final {
  public:
    static constexpr std::size_t limit = 10'000;

    /// Adds to one for the same part that is waiting already. Ignored when full: what it tells is then unknown, which
    /// is allowed.
    void add(const PartAnnounced& announced);
    /// Takes out the oldest one that fits the part: same hash and part number, and the same group or none named.
    std::optional<PartAnnounced> take(const PaymentKey& key, base::PartId partid);
    /// The one waiting for exactly this part; null if there is none.
    [[nodiscard]] PartAnnounced* find(const PaymentKey& key, base::PartId partid);
    void expire(base::UnixNs before);
    /// Is a row still to come for this hash, as far as its payers' calls tell?
    [[nodiscard]] bool waiting(const base::PaymentHash& hash) const { return by_hash_.contains(hash); }
    [[nodiscard]] std::size_t size() const { return size_; }

  private:
    std::unordered_map<base::PaymentHash, std::vector<PartAnnounced>> by_hash_; // no entry is empty; each by age
    std::size_t size_ = 0;
};

} // namespace payments
