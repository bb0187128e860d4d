// Payments whose payer was lost when lightningd restarted: payers forget what they were doing. A row is older than the
// restart exactly if its created_index is not above lightningd's counter when it was first read; no clock decides. Rows
// made between the restart and that reading are known by the call of their payer, seen by the hook or announced by
// xpay. Without either such a payment, of the first moments, is taken for an orphan: FAILED comes early, and its next
// part takes it back.
#pragma once

#include "payments/table.hpp"

#include <optional>
#include <span>
#include <unordered_set>

namespace mirror {

class Orphans final {
  public:
    /// lightningd itself was just started. Else nobody is an orphan.
    void restarted() { restarted_ = true; }
    [[nodiscard]] bool possible() const { return restarted_; }
    [[nodiscard]] bool begun() const { return newest_.has_value(); }
    /// A payer is about to make a part of this hash.
    void called(const base::PaymentHash& hash);
    /// The newest row there was when lightningd was first asked; only the first time counts.
    void begin(base::CreatedIndex newest);

    /// The payments new to the table whose rows among these events are all orphans, each as given up.
    [[nodiscard]] std::vector<payments::Event> among(std::span<const payments::Event> events,
                                                     const payments::Table& table) const;
    /// Those that came into the table before begin().
    [[nodiscard]] std::vector<payments::Event> in(const payments::Table& table) const;

  private:
    [[nodiscard]] bool is_old(base::CreatedIndex created) const { return newest_ && created <= *newest_; }
    [[nodiscard]] bool is_called(const base::PaymentHash& hash) const { return too_many_ || called_.contains(hash); }

    /// If lightningd's socket stays away that long, nobody is taken for an orphan.
    static constexpr std::size_t most_called = 10'000;

    bool restarted_ = false;
    std::optional<base::CreatedIndex> newest_;
    std::unordered_set<base::PaymentHash> called_; // before begin(): later rows are newer anyhow
    bool too_many_ = false;
};

} // namespace mirror
