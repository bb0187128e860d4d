// Detects deleted rows: by `wait sendpays deleted`, or, where that reports nothing, by listing the payments again and
// looking for missing rows. Only reports them; the table removes them.
#pragma once

#include "cln/lightningd.hpp"
#include "mirror/fact_sink.hpp"
#include "mirror/retry_timer.hpp"
#include "payments/table.hpp"

#include <deque>
#include <unordered_set>

namespace mirror {

class DeletionDetector final {
  public:
    DeletionDetector(io::Loop& loop, cln::Lightningd& lightningd, const payments::Table& table, FactSink& facts);

    /// Call at each connection with lightningd's counter, if it has one. Deletions counted while nobody waited are
    /// found by listing.
    void connected(std::optional<std::uint64_t> counter);
    /// A deletion of this hash was requested. `wait` may not report it: the form for a whole hash never moves the
    /// counter.
    void suspect(const base::PaymentHash& hash);

  private:
    void arm();
    void arm_again();
    void fired(std::uint64_t waited_for, const cln::WaitReply& reply);
    void suspect(const base::PaymentHash& hash, std::chrono::milliseconds pause);
    void suspect_all();
    [[nodiscard]] std::vector<base::CreatedIndex> deletable(const base::PaymentHash& hash) const;
    void check_next();
    void check(const base::PaymentHash& hash, std::vector<base::CreatedIndex> asked_about);
    void compare(const base::PaymentHash& hash, const std::vector<base::CreatedIndex>& asked_about,
                 const std::vector<payments::Row>& rows);

    /// Number of parallel waits. Each answers for its own increment with its own details, so bursts (autoclean) are not
    /// lost.
    static constexpr std::uint64_t waits = 8;
    /// Suspects handled in one turn of the loop.
    static constexpr std::size_t most_looked = 100;

    cln::Lightningd& lightningd_;
    const payments::Table& table_;
    FactSink& facts_;
    std::optional<std::uint64_t> counted_; // deletions handled; empty before the first connection
    std::uint64_t armed_ = 0;              // the greatest counter waited for
    std::deque<base::PaymentHash> suspects_;
    std::unordered_set<base::PaymentHash> suspected_;
    std::optional<base::PaymentHash> checked_; // being listed now
    io::Timer next_turn_;
    RetryTimer retry_timer_;
};

} // namespace mirror
