// Deadline as evidence: a payment whose parts have all failed and of which nothing was heard for some seconds is taken
// to be over. Holds one clock per undecided payment; the table decides what the expiry means.
#pragma once

#include "cln/version.hpp"
#include "io/timer.hpp"
#include "payments/table.hpp"
#include "publish/progress.hpp"

#include <optional>

namespace mirror {

class SilenceTimeout final {
  public:
    using Expired = std::function<void(std::vector<payments::PaymentKey>)>;

    SilenceTimeout(io::Loop& loop, const payments::Table& table, cln::Version version, Expired expired);

    /// Counts anew for payments already waiting: from their last news.
    void set(std::chrono::seconds linger);
    /// Nobody saw who made the rows up to this one: where their payer is not known by now, it may be a slow one.
    void set_unwatched(base::CreatedIndex upto);
    /// Looks at what changed: starts, restarts and stops clocks.
    void look(const payments::Change& change);
    /// News without a change: the payer is still at it.
    void heard_of(const payments::PaymentKey& key);
    /// The payer itself is being asked whether it goes on: its answers get their time before deadline counts. `false`:
    /// it cannot be asked after all.
    void asked(const payments::PaymentKey& key, bool is_asked);
    /// A outcome that comes by deadline moves no index: the cursor stays before the last change of every undecided
    /// payment.
    [[nodiscard]] publish::Position pending() const {
        return {publish::unlimited.created, held_.empty() ? publish::unlimited.updated : *held_.begin()};
    }
    /// A row of that group was read: that alone may move what its payment holds.
    void row_read(const payments::PaymentKey& rows);

  private:
    using Time = std::chrono::steady_clock::time_point;
    struct Deadline {
        Time since;
        bool told = false;                       ///< it expired and was told; the outcome is on its way
        bool asked = false;                      ///< the payer is asked, again and again
        std::optional<base::UpdatedIndex> holds; ///< how far a cursor may go
    };
    using Deadlines = std::unordered_map<payments::PaymentKey, Deadline>;

    [[nodiscard]] bool may_wait_for_blocks(const payments::Payment& payment) const;
    [[nodiscard]] std::chrono::seconds pause(const payments::Payment& payment, const Deadline& deadline) const;
    void hold(Deadline& deadline, std::optional<base::UpdatedIndex> at);
    void erase(Deadlines::iterator at);
    void arm();
    void expire();

    const payments::Table& table_;
    cln::Version version_;
    Expired expired_;
    std::chrono::seconds linger_{10};
    base::CreatedIndex unwatched_;
    Deadlines deadlines_;
    std::multiset<base::UpdatedIndex> held_; // what all of them hold
    Time armed_for_ = Time::max();
    io::Timer timer_;
};

} // namespace mirror
