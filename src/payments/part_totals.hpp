// Sums over the parts of one payment, kept while they change: an update of a payment of 500 parts must not look at all
// of them.
#pragma once

#include "payments/part.hpp"

#include <algorithm>
#include <array>

namespace payments {

/// A sum that hostile amounts may take beyond 64 bits, and that must come down again.
class WideSum final {
  public:
    void add(base::Msat amount) {
        low_ += amount.value;
        high_ += low_ < amount.value ? 1U : 0U;
    }
    void remove(base::Msat amount) {
        high_ -= low_ < amount.value ? 1U : 0U;
        low_ -= amount.value;
    }
    [[nodiscard]] base::Msat msat() const { return {high_ > 0 ? UINT64_MAX : low_}; }

  private:
    std::uint64_t low_ = 0;
    std::uint64_t high_ = 0;
};

class PartTotals final {
  public:
    /// Every part once, as it is; taken out before it changes.
    void add(const Part& part) {
        ++count(part.status);
        highest_ = std::max(highest_, part.partid);
        if (part.status == PartStatus::failed)
            return;
        delivered_.add(part.delivered().value_or(base::Msat{}));
        worth_.add(part.worth());
    }
    void remove(const Part& part) {
        --count(part.status);
        if (part.status == PartStatus::failed)
            return;
        delivered_.remove(part.delivered().value_or(base::Msat{}));
        worth_.remove(part.worth());
    }

    [[nodiscard]] bool any(PartStatus status) const { return counts_[static_cast<std::size_t>(status)] > 0; }
    /// False for a number beyond those of all parts there ever were, as a new part mostly has.
    [[nodiscard]] bool may_have(base::PartId partid) const { return partid <= highest_; }
    /// What reaches the payee by all that have not failed, as far as it is known.
    [[nodiscard]] base::Msat live() const { return delivered_.msat(); }
    /// The same, where what left stands for what is not known.
    [[nodiscard]] base::Msat live_worth() const { return worth_.msat(); }

  private:
    std::size_t& count(PartStatus status) { return counts_[static_cast<std::size_t>(status)]; }

    std::array<std::size_t, 3> counts_{};
    WideSum delivered_;
    WideSum worth_;
    base::PartId highest_;
};

} // namespace payments
