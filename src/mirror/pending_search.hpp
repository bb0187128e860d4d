// Finds the rows that were pending before this run. `listsendpays status=pending` would make lightningd scan its whole
// payments table, because `status` has no index (wallet/wallet.c, payments_by_status): 0.2 to 0.6 s at a million rows.
// A pending row was never updated, so it is among the first in the order of `updated`. Rows that finished before
// lightningd v23.11 stand there too. If there are a thousand of both, the newest rows are scanned, and the others are
// read page by page in the background.
#pragma once

#include "mirror/retry_timer.hpp"
#include "mirror/row_pager.hpp"

namespace mirror {

class PendingSearch final {
  public:
    /// If a page is full of rows that were never updated, a longer one is requested. It takes lightningd about 10 ms.
    static constexpr std::size_t longest_page = 1000;
    /// lightningd scans so many rows in about 4 ms.
    static constexpr std::uint64_t newest_rows = 20'000;
    /// Between two pages of the background. lightningd needs 1 to 2 ms for a page: about a tenth of its time, and two
    /// minutes for a million rows.
    static constexpr std::chrono::milliseconds pause{10};

    struct Events {
        std::function<void(const std::vector<payments::Row>& pending)> found; ///< any number of times
        std::function<void()> newest_listed; ///< only older rows may still be found; over() if there are none
        std::function<void()> over;          ///< all are found; called after newest_listed
    };

    PendingSearch(io::Loop& loop, cln::Lightningd& lightningd, Events events, base::Log log);

    /// Begins anew. `newest`: the newest row that may have been pending before this run.
    void begin(base::CreatedIndex newest);
    /// Call at a new connection: pending answers will not come. Then call begin() or go_on().
    void halt();
    /// Goes on with the older rows, if it was there.
    void go_on();
    /// Call if the rows were found in another way.
    void end();
    [[nodiscard]] bool over() const { return state_ == State::over; }

  private:
    enum class State { not_begun, newest, older, over };

    void list_never_updated(std::size_t limit);
    void list_newest(std::uint64_t after);
    void list_older();
    void take(const std::vector<payments::Row>& rows);
    void newest_listed(State next);
    void all_found();
    void retry(const rpc::Error& error, std::function<void()> ask);

    cln::Lightningd& lightningd_;
    Events events_;
    base::Log log_;
    State state_ = State::not_begun;
    std::uint64_t older_rows_ = 0; // rows up to this index are read in the background
    std::uint64_t read_ = 0;       // by the background
    RetryTimer retry_timer_;
    io::Timer pause_timer_;
};

} // namespace mirror
