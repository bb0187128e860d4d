// Answers to `since` that would have to be given twice wait here. A notification shows the end of a payment before its
// row is read, and no cursor passes a row that is not: given at once, the payment would come again with the next
// answer. Its row is there within milliseconds. What ends meanwhile is left to the next answer, so that a busy node
// delays nobody. The wait is bounded: after it the answer is given as it is, and one payment comes twice.
#pragma once

#include "commands/resume.hpp"
#include "commands/waiting_callers.hpp"

#include <list>

namespace commands {

class RowsWait final {
  public:
    /// For rows: only a socket that is away, or refuses, takes so long.
    static constexpr std::chrono::milliseconds rows_patience{5000};
    /// For another payment that holds every cursor, until it is asked whether it goes on (mirror::GiveupPoller).
    static constexpr std::chrono::milliseconds hold_patience{500};

    using Again = std::function<void(Caller)>;

    /// `again`: called when an answer may be better by now; it is made anew.
    RowsWait(io::Loop& loop, const payments::Table& table, std::function<publish::ResumeBounds()> limits, Again again);

    /// True when the caller has gone where it waits. Else `answer` can be given.
    [[nodiscard]] bool took(Caller& caller, Answer& answer);
    /// Cursors may go further than before.
    void moved();

  private:
    using Time = std::chrono::steady_clock::time_point;
    /// Why a payment would be given again.
    enum class Beyond { nothing, hold, rows };
    struct Waiting {
        Caller caller;
        publish::Position marks; // of the answer it would have got
        std::unique_ptr<io::Timer> timer;
    };
    using Place = std::list<Waiting>::iterator;

    /// `number`: of the cursor.
    [[nodiscard]] Beyond beyond(const payments::PaymentKey& key, const publish::Position& marks, std::uint64_t number,
                                const publish::ResumeBounds& limits) const;
    void look();
    void release(Place place);

    io::Loop& loop_;
    const payments::Table& table_;
    std::function<publish::ResumeBounds()> limits_;
    Again retry_timer_;
    std::list<Waiting> waiting_;
    io::Timer next_turn_;
};

} // namespace commands
