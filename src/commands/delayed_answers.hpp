// Delays an answer to `since` until its cursor covers it, so that the next answer does not repeat it. A notification
// shows the end of a payment before its row is read, and no cursor passes a row that is not; it is there within
// milliseconds. What ends meanwhile is left to the next answer, so that a busy node delays nobody. The wait is bounded:
// after it the answer is given as it is, and one payment comes twice.
#pragma once

#include "commands/waiting_callers.hpp"
#include "payments/change.hpp"

#include <list>

namespace commands {

class DelayedAnswers final : public payments::ChangeListener {
  public:
    /// For rows: only a socket that is away, or refuses, takes so long.
    static constexpr std::chrono::milliseconds longest_for_rows{5000};
    /// For another payment that holds every cursor, until it is asked whether it goes on (mirror::GiveupPoller).
    static constexpr std::chrono::milliseconds longest_for_outcome{500};

    using Again = std::function<void(Caller)>;

    /// `again`: called when an answer may be better by now; it is made anew.
    DelayedAnswers(io::Loop& loop, const payments::Table& table, publish::Progress& progress, Again again);
    ~DelayedAnswers();

    /// True when the caller was taken over and waits. Else `answer` can be given.
    [[nodiscard]] bool delays(Caller& caller, Answer& answer);
    void changed(const payments::Change& change) override;

  private:
    using Time = std::chrono::steady_clock::time_point;
    /// Why a payment would be given again.
    enum class Beyond { nothing, outcome, rows };
    struct Waiting {
        Caller caller;
        publish::Position position; // of the answer it would have got
        std::unique_ptr<io::Timer> timer;
    };
    using WaitingRef = std::list<Waiting>::iterator;

    /// `number`: of the cursor.
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
