// How much memory all clients together are owed. Above a limit the largest debtor is cut off, until the rest is within
// it. The limits bound memory: a frame counts once for all subscribers that wait for it, its entry in each queue counts
// for each.
#pragma once

#include <cstddef>
#include <unordered_set>

namespace lndapi {

class Debt;

class Ledger final {
  public:
    /// Bytes, as Debt counts them.
    struct Limits {
        std::size_t one = 64UL * 1024 * 1024;  ///< for one subscriber alone, shared or not
        std::size_t all = 256UL * 1024 * 1024; ///< for all together
    };

    explicit Ledger(Limits limits) : limits_(limits) {}
    Ledger(const Ledger&) = delete;
    Ledger& operator=(const Ledger&) = delete;
    ~Ledger() = default;

    [[nodiscard]] std::size_t bytes() const { return bytes_; }

  private:
    friend class Debt;

    void keep_limits(Debt& grown);
    /// There must be one.
    [[nodiscard]] Debt& largest() const;

    Limits limits_;
    std::size_t bytes_ = 0;
    std::unordered_set<Debt*> debts_;
};

} // namespace lndapi
