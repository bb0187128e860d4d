// The payments table and its three counters (src/cln/README.md, "Rows", "wait"). Calls a listener for every increment;
// knows no JSON and no HTLC. A row keeps its address as long as it exists.
#pragma once

#include "row.hpp"

#include <deque>
#include <functional>
#include <set>
#include <unordered_map>
#include <vector>

namespace standin {

enum class Index { created, updated, deleted };

class Ledger final {
  public:
    /// Called for each increment with the row as it is then (deleted: as it was).
    using OnBump = std::function<void(Index index, std::uint64_t now, const Row& row)>;
    void set_listener(OnBump listener) { on_bump_ = std::move(listener); }

    /// Gives the row its created_index (unless an import gave a higher one) and stores it.
    Row& add(Row row);
    /// pending -> complete or failed, never back.
    void resolve(Row& row, Status status, std::uint32_t now);
    /// `counts`: moves the deleted counter. Deleting a whole hash does not (wallet_payment_delete).
    void remove(Row& row, bool counts);

    [[nodiscard]] Row* find(const base::PaymentHash& hash, std::uint64_t groupid, std::uint64_t partid);
    [[nodiscard]] Row* by_created(std::uint64_t index);
    /// Null if no row has that updated_index any more.
    [[nodiscard]] Row* by_updated(std::uint64_t index);
    /// In the order of their creation.
    [[nodiscard]] std::vector<Row*> of_hash(const base::PaymentHash& hash);
    [[nodiscard]] const std::set<std::uint64_t>& pending() const { return pending_; }
    /// The pending rows, and imported ones that ended before lightningd counted updates.
    [[nodiscard]] const std::set<std::uint64_t>& never_updated() const { return never_updated_; }
    [[nodiscard]] std::uint64_t counter(Index index) const { return counters_[static_cast<std::size_t>(index)]; }
    void set_counter(Index index, std::uint64_t value) { counters_[static_cast<std::size_t>(index)] = value; }
    /// Highest groupid among the rows of the hash, 0 without rows: the default is one more
    /// (wallet_payment_get_groupid).
    [[nodiscard]] std::uint64_t last_groupid(const base::PaymentHash& hash);
    /// The first slot that may hold a row; rows are at first()…counter(created).
    [[nodiscard]] std::uint64_t first() const { return first_; }
    /// Puts an imported or reloaded row at its updated_index.
    void place_updated(const Row& row);

  private:
    struct Chain {
        std::uint64_t first = 0;
        std::uint64_t last = 0;
    };
    void bump(Index index, const Row& row);

    std::uint64_t first_ = 1;
    std::deque<Row> rows_;              // rows_[i] has created_index first_ + i
    std::deque<std::uint64_t> updated_; // updated_[i]: created_index of the row with updated_index i + 1, 0 if gone
    std::unordered_map<base::PaymentHash, Chain> by_hash_;
    std::set<std::uint64_t> pending_;
    std::set<std::uint64_t> never_updated_;
    std::uint64_t counters_[3] = {0, 0, 0};
    OnBump on_bump_;
};

} // namespace standin
