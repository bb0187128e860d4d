// Sums over the parts of one payment, updated with each change, so that an update of a payment with 500 parts need not
// look at all of them.
#pragma once

#include "payments/part.hpp"

#include <algorithm>
#include <array>

namespace payments {

/// A sum of up to 128 bits: hostile amounts may exceed 64 bits, and later be subtracted again.
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
    /// Add each part once; remove it before it changes.
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
    /// False if the number is beyond those of all parts so far, as that of a new part mostly is.
    [[nodiscard]] bool may_have(base::PartId partid) const { return partid <= highest_; }
    /// Amount that the payee gets by all parts that have not failed, as far as known.
    [[nodiscard]] base::Msat live() const { return delivered_.msat(); }
    /// The same with Part::worth().
    [[nodiscard]] base::Msat live_worth() const { return worth_.msat(); }

  private:
    std::size_t& count(PartStatus status) { return counts_[static_cast<std::size_t>(status)]; }

    std::array<std::size_t, 3> counts_{};
    WideSum delivered_;
    WideSum worth_;
    base::PartId highest_;
};

} // namespace payments
