// Treats silence as evidence: a payment whose parts have all failed, and of which nothing was heard for some seconds,
// counts as failed. Keeps one deadline for each undecided payment and holds the cursor before its last change, because
// an outcome by silence moves no counter of lightningd. The table decides what an expired deadline means.
#pragma once

#include "cln/version.hpp"
#include "io/timer.hpp"
#include "mirror/fact_sink.hpp"
#include "payments/change.hpp"
#include "payments/table.hpp"
#include "publish/progress.hpp"

#include <map>
#include <unordered_map>

namespace mirror {

class SilenceTimeout final : public payments::ChangeListener {
  public:
    SilenceTimeout(io::Loop& loop, const payments::Table& table, cln::Version version, FactSink& facts,
                   publish::Progress& progress);

    /// Sets `trackpayments-failed-after`. For waiting payments it counts from their last event.
    void set(std::chrono::seconds failed_after);
    /// The longest pause so far: a payment that failed within this time may have been shown in flight.
    [[nodiscard]] std::chrono::seconds longest_pause() const;
    /// The calls for rows up to this one were not seen. If their payer is still unknown, it may be a slow one.
    void set_unwatched(base::CreatedIndex upto);
    /// Starts, restarts and stops deadlines.
    void changed(const payments::Change& change) override;
    /// The payer goes on, without a change of the payment.
    void heard_of(const payments::PaymentKey& key);
    /// The payer is being asked whether it goes on, so silence counts only after time for its answers. `false`: it
    /// cannot be asked after all.
    void asked(const payments::PaymentKey& key, bool is_asked);
    /// A row of that group was read, which may move the payment's hold.
    void row_read(const payments::PaymentKey& rows);

  private:
    using Time = std::chrono::steady_clock::time_point;
    using Queue = std::multimap<Time, payments::PaymentKey>;
    struct Deadline {
        Queue::iterator queued; ///< the queue's end once the event was sent
        Time since{};
        bool asked = false; ///< the payer is asked repeatedly
        publish::Progress::Hold hold;
    };
    using Deadlines = std::unordered_map<payments::PaymentKey, Deadline>;

    [[nodiscard]] bool may_wait_for_blocks(const payments::Payment& payment) const;
    [[nodiscard]] std::chrono::seconds pause(const payments::Payment& payment, const Deadline& deadline) const;
    void hold(Deadline& deadline, const payments::Payment& payment);
    void enqueue(Deadlines::value_type& waiting, const payments::Payment& payment);
    void enqueue_all();
    void take_out(Deadline& deadline);
    void forget(const payments::PaymentKey& key);
    void arm();
    void expire();

    const payments::Table& table_;
    cln::Version version_;
    FactSink& facts_;
    publish::Progress& progress_;
    std::chrono::seconds failed_after_{10};
    std::chrono::seconds longest_failed_after_{0};
    base::CreatedIndex unwatched_;
    Deadlines deadlines_;
    Queue queue_; // by the time when each expires
    Time armed_for_ = Time::max();
    io::Timer timer_;
};

} // namespace mirror
