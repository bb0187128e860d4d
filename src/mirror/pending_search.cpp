#include "mirror/pending_search.hpp"

#include <algorithm>

namespace mirror {

using payments::PartStatus;

PendingSearch::PendingSearch(io::Loop& loop, cln::Lightningd& lightningd, Events events, base::Log log)
    : lightningd_(lightningd),
      events_(std::move(events)),
      log_(std::move(log)),
      retry_timer_(loop),
      pause_timer_(loop) {}

void PendingSearch::begin(base::CreatedIndex newest) {
    halt();
    state_ = State::newest;
    older_rows_ = newest.value - std::min(newest.value, newest_rows);
    read_ = 0;
    list_never_updated(rows_per_page);
}

void PendingSearch::halt() {
    retry_timer_.cancel();
    pause_timer_.cancel();
}

void PendingSearch::go_on() {
    halt();
    if (state_ == State::older)
        list_older();
}

void PendingSearch::end() {
    halt();
    state_ = State::over;
}

void PendingSearch::list_never_updated(std::size_t limit) {
    lightningd_.list_page(cln::Index::updated, 0, limit, [this, limit](const auto& listing) {
        if (!listing)
            return retry(listing.error(), [this, limit] { list_never_updated(limit); });
        const bool all =
            listing->size < limit || std::any_of(listing->rows.begin(), listing->rows.end(),
                                                 [](const payments::Row& row) { return row.updated.value > 0; });
        if (!all && limit < longest_page)
            return list_never_updated(longest_page);
        take(listing->rows);
        if (all)
            newest_listed(State::over);
        else
            list_newest(older_rows_);
    });
}

void PendingSearch::list_newest(std::uint64_t after) {
    fetch_page(lightningd_, {cln::Index::created, after, 0, true}, [this, after](const auto& page) {
        if (!page)
            return retry(page.error(), [this, after] { list_newest(after); });
        take(page->rows);
        if (page->last)
            newest_listed(older_rows_ > 0 ? State::older : State::over);
        else
            list_newest(page->upto);
    });
}

void PendingSearch::newest_listed(State next) {
    state_ = next;
    events_.newest_listed();
    if (state_ == State::over)
        events_.over();
    else
        list_older();
}

void PendingSearch::list_older() {
    fetch_page(lightningd_, {cln::Index::created, read_}, [this](const auto& page) {
        if (!page)
            return retry(page.error(), [this] { list_older(); });
        take(page->rows);
        read_ = page->upto;
        if (page->last || read_ >= older_rows_)
            return all_found();
        pause_timer_.start(pause, [this] { list_older(); });
    });
}

void PendingSearch::take(const std::vector<payments::Row>& rows) {
    std::vector<payments::Row> pending;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(pending),
                 [](const payments::Row& row) { return row.status == PartStatus::pending; });
    if (!pending.empty())
        events_.found(pending);
}

void PendingSearch::all_found() {
    state_ = State::over;
    events_.over();
}

void PendingSearch::retry(const rpc::Error& error, std::function<void()> ask) {
    log_(base::LogLevel::unusual, "listsendpays refused: " + base::loggable(error.message));
    retry_timer_.start(std::move(ask));
}

} // namespace mirror
