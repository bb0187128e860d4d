// Finds payments that lost their payer in a restart of lightningd: payers forget their payments. A row is older than
// the restart if its created_index is at most lightningd's counter at the first reading; no clock is needed. Rows made
// between restart and that reading are recognised by their payer's call, seen by the hook or announced by xpay. If
// neither was seen, such a payment counts as an orphan: FAILED comes early, and its next part revokes it.
#pragma once

#include "payments/table.hpp"

#include <optional>
#include <span>
#include <unordered_set>

namespace mirror {

class Orphans final {
  public:
    /// lightningd itself was just started. Without that no payment is an orphan.
    void restarted() { restarted_ = true; }
    [[nodiscard]] bool possible() const { return restarted_; }
    [[nodiscard]] bool begun() const { return newest_.has_value(); }
    /// A payer is about to make a part of this hash.
    void called(const base::PaymentHash& hash);
    /// The newest row when lightningd was first asked; later calls are ignored.
    void begin(base::CreatedIndex newest);

    /// Payments that are new to the table and whose rows in these events are all orphans, each as given up.
    [[nodiscard]] std::vector<payments::Event> among(std::span<const payments::Event> events,
                                                     const payments::Table& table) const;
    /// Orphans that entered the table before begin().
    [[nodiscard]] std::vector<payments::Event> in(const payments::Table& table) const;

  private:
    [[nodiscard]] bool is_old(base::CreatedIndex created) const { return newest_ && created <= *newest_; }
    [[nodiscard]] bool is_called(const base::PaymentHash& hash) const { return too_many_ || called_.contains(hash); }

    /// If more calls come before the socket connects, no payment counts as an orphan.
    static constexpr std::size_t most_called = 10'000;

    bool restarted_ = false;
    std::optional<base::CreatedIndex> newest_;
    std::unordered_set<base::PaymentHash> called_; // only before begin(): later rows are newer anyway
    bool too_many_ = false;
};

} // namespace mirror
