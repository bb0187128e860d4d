// Payers' calls whose rows have not come yet: payer, route and total are kept here for the part. lightningd may refuse
// a call; then it never gets a row, and its route must not go to the next part. A row therefore takes the newest call
// that fits it, and older ones are dropped.
#pragma once

#include "payments/event.hpp"

#include <unordered_map>
#include <vector>

namespace payments {

class ExpectedParts final {
  public:
    static constexpr std::size_t limit = 10'000;
    /// Calls kept for one part; the row of an earlier call may still come.
    static constexpr std::size_t most_for_a_part = 4;

    /// Merges the hook's and the topic's account of one xpay part. Does nothing when full: the route is then unknown,
    /// which is allowed.
    void add(const ExpectedPart& expected);
    /// Takes out the call that made this row: the newest one with its hash, part number, group (or no group) and sent
    /// amount. A call seen in a later second than the row counts only if there is no other.
    std::optional<ExpectedPart> take(const Row& row);
    /// The part that take() would return; null if none.
    [[nodiscard]] const ExpectedPart* find(const Row& row) const;
    /// The newest call for exactly this part; null if none.
    [[nodiscard]] ExpectedPart* find(const PaymentKey& key, base::PartId partid);
    void expire(base::UnixNs before);
    /// True if a payer made a call for this hash and its row has not come yet.
    [[nodiscard]] bool waiting(const base::PaymentHash& hash) const { return by_hash_.contains(hash); }
    /// The same, not counting calls for this row.
    [[nodiscard]] bool waiting_besides(const Row& row) const;
    [[nodiscard]] std::size_t size() const { return size_; }

  private:
    std::unordered_map<base::PaymentHash, std::vector<ExpectedPart>> by_hash_; // no entry is empty; oldest first
    std::size_t size_ = 0;
};

} // namespace payments
