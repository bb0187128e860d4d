// Follows lightningd's created and updated indexes: waits for one to move, then reads all rows between the last known
// index and the counter, one page at a time. So no row is skipped, however many events happen between two waits. Under
// load it pauses between two waits, so that one page serves many rows; and it reads no page of changes that
// notifications have explained already.
#pragma once

#include "mirror/fact_sink.hpp"
#include "mirror/retry_timer.hpp"
#include "mirror/row_pager.hpp"
#include "mirror/updated_mark.hpp"
#include "publish/progress.hpp"

namespace mirror {

class IndexFollower final {
  public:
    using Clock = std::function<base::UnixNs()>;
    struct Parts {
        cln::Lightningd& lightningd;
        const payments::Table& table;
        FactSink& facts;
        publish::Progress& progress; ///< advanced once `facts` has the rows
    };

    /// Between two waits under load, and before a page of changes that may still be notified.
    static constexpr std::chrono::milliseconds pause{50};
    /// A counter that moves less often than this is waited for without a pause.
    static constexpr std::chrono::milliseconds quiet{200};

    IndexFollower(io::Loop& loop, const Parts& parts, Clock clock, base::Log log);

    /// Call at each connection with both counters. The first time they are the starting point; later, missed rows are
    /// read up to them. Waits for more from then on.
    void connected(publish::Position counters);
    /// A notification showed the end of a row, and `facts` has it.
    void ended(const UpdatedMark::End& end);

    /// lightningd's counters as far as they are known; nothing before connected().
    [[nodiscard]] std::optional<publish::Position> counters() const;

  private:
    enum class State { not_begun, idle, fetching };
    using Time = std::chrono::steady_clock::time_point;
    struct Counter {
        Counter(cln::Index which, io::Loop& loop) : index(which), retry(loop), next_wait(loop) {}
        cln::Index index;
        RetryTimer retry;
        io::Timer next_wait;
        std::optional<Time> moved{}; ///< when the last wait was answered
        std::uint64_t target = 0;    ///< lightningd's counter
    };

    void follow(Counter& counter, std::uint64_t now);
    void wait(Counter& counter);
    void moved(Counter& counter, std::uint64_t waited_for, const cln::WaitReply& reply);
    void schedule();
    void fetch();
    void take(const Counter& counter, std::uint64_t after, const RowPage& page);
    [[nodiscard]] std::uint64_t read(const Counter& counter) const;
    [[nodiscard]] std::optional<base::UnixNs> seen_at(const payments::Row& row) const;

    Parts parts_;
    Clock clock_;
    base::Log log_;
    State state_ = State::not_begun;
    UpdatedMark mark_;
    Counter created_;
    Counter updated_;
    bool updates_due_ = false; // notifications had their time to explain the changes up to updated_.target
    RetryTimer page_retry_;
    io::Timer next_turn_;
    io::Timer explained_timer_; // ends that time
};

} // namespace mirror
