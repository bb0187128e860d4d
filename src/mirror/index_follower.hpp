// Follows lightningd's created and updated indexes: waits for one to move, then reads all rows between the last known
// index and the counter, one page at a time. So no row is skipped, however many events happen between two waits.
#pragma once

#include "mirror/fact_sink.hpp"
#include "mirror/retry_timer.hpp"
#include "mirror/row_pager.hpp"
#include "publish/progress.hpp"

namespace mirror {

class IndexFollower final {
  public:
    using Clock = std::function<base::UnixNs()>;

    /// `progress` is advanced once `facts` has the rows.
    IndexFollower(io::Loop& loop, cln::Lightningd& lightningd, Clock clock, FactSink& facts,
                  publish::Progress& progress, base::Log log);

    /// Call at each connection with both counters. The first time they are the starting point; later, missed rows are
    /// read up to them. Waits for more from then on.
    void connected(publish::Position counters);

  private:
    enum class State { not_begun, idle, fetching };
    struct Counter {
        cln::Index index;
        RetryTimer retry;
        std::uint64_t target = 0; ///< lightningd's counter
    };

    void follow(Counter& counter, std::uint64_t now);
    void wait(Counter& counter, std::uint64_t next);
    void schedule();
    void fetch();
    void take(const Counter& counter, std::uint64_t after, const RowPage& page);
    [[nodiscard]] std::uint64_t read(const Counter& counter) const;
    [[nodiscard]] std::optional<base::UnixNs> seen_at(const payments::Row& row) const;

    cln::Lightningd& lightningd_;
    Clock clock_;
    FactSink& facts_;
    publish::Progress& progress_;
    base::Log log_;
    State state_ = State::not_begun;
    Counter created_;
    Counter updated_;
    RetryTimer page_retry_;
    io::Timer next_turn_;
};

} // namespace mirror
