// Sums over the parts of one payment, kept while they change: to judge a payment of 500 parts at every update must not
// mean to look at all of them.
#pragma once

#include "payments/part.hpp"

#include <algorithm>
#include <array>

namespace payments {

class Tally final {
  public:
    /// Every part once, as it is; taken out before it changes.
    void add(const Part& part) {
        ++count(part.status);
        const auto amount = live_amount(part);
        low_ += amount;
        high_ += low_ < amount ? 1U : 0U;
        highest_ = std::max(highest_, part.partid);
    }
    void remove(const Part& part) {
        --count(part.status);
        const auto amount = live_amount(part);
        high_ -= low_ < amount ? 1U : 0U;
        low_ -= amount;
    }

    [[nodiscard]] bool any(PartStatus status) const { return counts_[static_cast<std::size_t>(status)] > 0; }
    /// False for a number beyond those of all parts there ever were, as a new part mostly has.
    [[nodiscard]] bool may_have(base::PartId partid) const { return partid <= highest_; }
    /// What reaches the payee by all that have not failed.
    [[nodiscard]] base::Msat live() const { return {high_ > 0 ? UINT64_MAX : low_}; }

  private:
    std::size_t& count(PartStatus status) { return counts_[static_cast<std::size_t>(status)]; }
    static std::uint64_t live_amount(const Part& part) {
        return part.status == PartStatus::failed ? 0 : part.delivered().value_or(base::Msat{}).value;
    }

    std::array<std::size_t, 3> counts_{};
    std::uint64_t low_ = 0; // a sum of amounts of strangers may need more than 64 bits, and must come down again
    std::uint64_t high_ = 0;
    base::PartId highest_;
};

} // namespace payments
