#include "mirror/startup.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace mirror {

using payments::PartStatus;

Startup::Startup(io::Loop& loop, const Parts& parts, Events events, Clock clock, MirrorConfig config, base::Log log)
    : parts_(parts),
      events_(std::move(events)),
      clock_(std::move(clock)),
      config_(config),
      log_(std::move(log)),
      retry_timer_(loop),
      search_(loop, parts.lightningd,
              {[this](const auto& rows) { take(rows); }, [this] { finish(); }, [this] { group_loaded(); }}, log_) {}

void Startup::connected() {
    retry_timer_.cancel();
    search_.halt();
    if (state_ == State::listing)
        state_ = State::no_counters; // list again; repeated rows do no harm
    answers_ = {};
    parts_.lightningd.getinfo([this](const auto& info) {
        if (info) {
            events_.node_known(info->id);
            parts_.calls.height_at_least(info->height);
        }
        answers_.node = true;
        answered();
    });
    // Ask at once: rows made before the counter is read count as old.
    answers_.counts = cln::has_wait_sendpays(config_.version);
    if (!answers_.counts)
        return;
    ask_counter(cln::Index::created, &Answers::created);
    ask_counter(cln::Index::updated, &Answers::updated);
    ask_counter(cln::Index::deleted, &Answers::deleted);
}

void Startup::ask_counter(cln::Index index, std::optional<std::uint64_t> Answers::*into) {
    parts_.lightningd.wait(index, 0, [this, into](const auto& reply) {
        if (reply)
            answers_.*into = reply->counter;
        else if (std::exchange(answers_.counts, false))
            log_(base::LogLevel::unusual,
                 "wait sendpays refused: " + base::loggable(reply.error().message) + "; following notifications only");
        answered();
    });
}

void Startup::answered() {
    if (!answers_.complete())
        return;
    if (answers_.counts) {
        counters_read();
    } else {
        parts_.deletions.connected(std::nullopt);
        if (state_ == State::no_counters)
            list_without_counters();
        else
            search_.go_on();
    }
    parts_.loader.connected();
}

void Startup::counters_read() {
    const publish::Position now{{*answers_.created}, {*answers_.updated}};
    set_older_rows(now.created);
    parts_.loader.set_followed_from(now.created);
    parts_.indexes.connected(now);
    parts_.deletions.connected(answers_.deleted);
    if (state_ != State::no_counters)
        return search_.go_on();
    state_ = State::listing;
    newest_ = now.created;
    parts_.loader.set_past(now);
    if (parts_.orphans.possible())
        return search_.begin(newest_);
    recent_.clear();
    hold_before({1}); // it is not known yet how far back they go
    list_recent(now.updated.value);
}

/// The first time only: rows up to this one were made before we could see their payers' calls.
void Startup::set_older_rows(base::CreatedIndex newest) {
    if (parts_.orphans.begun())
        return;
    parts_.orphans.begin(newest);
    if (config_.sees_calls)
        parts_.silence.set_unwatched(newest);
    parts_.loader.take(parts_.orphans.in(parts_.table), Source::socket);
}

/// Before v23.11 there is no counter: the pending rows of the first listing are the old ones. A payment between two
/// attempts has no pending row; it appears with its next one.
void Startup::list_without_counters() {
    state_ = State::listing;
    parts_.lightningd.list_all_pending([this](const auto& listing) {
        if (!listing)
            return retry(listing.error(), [this] { list_without_counters(); });
        base::CreatedIndex newest;
        for (const auto& row : listing->rows)
            newest = std::max(newest, row.created);
        set_older_rows(newest);
        take(listing->rows);
        search_.end();
        finish();
    });
}

/// A payment between two attempts has no pending row. It may still go on if its last part failed within the time after
/// which it counts as failed, which for some payers is a minute. If that time was shortened, the longest value counts,
/// because subscribers may have seen the payment in flight. Then their cursors are before its last change, and no
/// message may move one past it before this payment is known here and holds the cursor itself.
void Startup::list_recent(std::uint64_t upto) {
    if (upto == 0)
        return take_recent();
    const auto after = upto - std::min<std::uint64_t>(upto, rows_per_page);
    fetch_page(parts_.lightningd, {cln::Index::updated, after}, [this, upto, after](const auto& page) {
        if (!page)
            return retry(page.error(), [this, upto] { list_recent(upto); });
        // A time in the future is an old row from before the clock was set back, and its neighbours are old too.
        const auto now = clock_().seconds();
        const auto look_back = parts_.silence.longest_pause().count();
        bool all_recent = !page->rows.empty();
        for (const auto& row : page->rows) {
            const bool is_recent = row.completed_at && std::abs(now - row.completed_at->seconds()) <= look_back;
            all_recent &= is_recent;
            if (is_recent && row.status == PartStatus::failed)
                recent_.push_back(row);
        }
        list_recent(all_recent ? after : 0);
    });
}

void Startup::take_recent() {
    base::UpdatedIndex oldest = publish::unlimited.updated;
    for (const auto& row : recent_)
        oldest = std::min(oldest, row.updated);
    hold_before(oldest);
    take(std::exchange(recent_, {}));
    search_.begin(newest_);
}

/// Until all groups are loaded.
void Startup::hold_before(base::UpdatedIndex change) {
    hold_ = parts_.progress.hold(publish::Progress::Reason::loading,
                                 {publish::unlimited.created, {std::max<std::uint64_t>(change.value, 1) - 1}});
}

void Startup::retry(const rpc::Error& error, std::function<void()> ask) {
    log_(base::LogLevel::unusual, "listsendpays refused: " + base::loggable(error.message));
    retry_timer_.start(std::move(ask));
}

void Startup::take(const std::vector<payments::Row>& rows) {
    std::vector<payments::Event> facts;
    facts.reserve(rows.size());
    for (const auto& row : rows)
        facts.emplace_back(payments::PartSeen{row, std::nullopt});
    parts_.loader.take(std::move(facts), Source::socket);
}

void Startup::finish() {
    state_ = State::loading;
    group_loaded();
}

void Startup::group_loaded() {
    if (complete_ || !parts_.loader.idle())
        return;
    complete_ = search_.over();
    if (state_ != State::loading)
        return;
    state_ = State::ready;
    hold_.release();
    events_.ready();
}

} // namespace mirror
