// Delays an answer to `since` until its cursor covers it, so that the next answer does not repeat it. A notification
// shows the end of a payment some milliseconds before its row is read, and no cursor passes an unread row. Payments
// that end meanwhile are left to the next answer, so that a busy node does not prolong the delay. The delay is bounded:
// after it the answer is sent as it is, and a payment may come twice.
#pragma once

#include "commands/waiting_callers.hpp"
#include "payments/change.hpp"

#include <list>

namespace commands {

class DelayedAnswers final : public payments::ChangeListener {
  public:
    /// For unread rows. Only a missing or refusing socket takes so long.
    static constexpr std::chrono::milliseconds longest_for_rows{5000};
    /// For another payment that holds every cursor until its payer is asked whether it goes on (mirror::GiveupPoller).
    static constexpr std::chrono::milliseconds longest_for_outcome{500};

    using Again = std::function<void(Caller)>;

    /// `again` is called when the answer may be better: make it again.
    DelayedAnswers(io::Loop& loop, const payments::Table& table, publish::Progress& progress, Again again);
    DelayedAnswers(const DelayedAnswers&) = delete;
    DelayedAnswers& operator=(const DelayedAnswers&) = delete;
    ~DelayedAnswers();

    /// True if the caller was moved and waits. Else send `answer`.
    [[nodiscard]] bool delays(Caller& caller, Answer& answer);
    void changed(const payments::Change& change) override;

  private:
    using Time = std::chrono::steady_clock::time_point;
    /// Why the next answer would repeat a payment.
    enum class Beyond { nothing, outcome, rows };
    struct Waiting {
        Caller caller;
        publish::Position position; // of the delayed answer
        std::unique_ptr<io::Timer> timer;
    };
    using WaitingRef = std::list<Waiting>::iterator;

    /// `number`: the cursor's change number.
    [[nodiscard]] Beyond beyond(const payments::PaymentKey& key, const publish::Position& position,
                                std::uint64_t number, const publish::ResumeBounds& bounds) const;
    void check_soon();
    void check();
    void release(WaitingRef waiting);

    io::Loop& loop_;
    const payments::Table& table_;
    publish::Progress& progress_;
    Again answer_again_;
    std::list<Waiting> waiting_;
    io::Timer next_turn_;
};

} // namespace commands
