// Calls of payers that have no row yet: payer, route and total wait here for the part. A refused call never gets a row,
// and the next part must not get its route: a row takes the newest call that fits it, and those before are dropped.
#pragma once

#include "payments/event.hpp"

#include <unordered_map>
#include <vector>

namespace payments {

class ExpectedParts final {
  public:
    static constexpr std::size_t limit = 10'000;
    /// Calls for one and the same part that are kept: the row of an earlier one may be on its way.
    static constexpr std::size_t most_for_a_part = 4;

    /// The hook's and the topic's account of the same xpay part are merged. Ignored when full: the route is then
    /// unknown, which is allowed.
    void add(const ExpectedPart& expected);
    /// Takes out what made this row: the newest call for its hash, part number and group (or none named) that sends as
    /// much. One made in a later second than the row counts only if there is no other.
    std::optional<ExpectedPart> take(const Row& row);
    /// What take() would give; null if there is nothing.
    [[nodiscard]] const ExpectedPart* find(const Row& row) const;
    /// The newest one for exactly this part; null if there is none.
    [[nodiscard]] ExpectedPart* find(const PaymentKey& key, base::PartId partid);
    void expire(base::UnixNs before);
    /// A payer made a call for this hash, and its row is still to come.
    [[nodiscard]] bool waiting(const base::PaymentHash& hash) const { return by_hash_.contains(hash); }
    [[nodiscard]] std::size_t size() const { return size_; }

  private:
    std::unordered_map<base::PaymentHash, std::vector<ExpectedPart>> by_hash_; // no entry is empty; each by age
    std::size_t size_ = 0;
};

} // namespace payments
