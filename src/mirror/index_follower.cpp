#include "mirror/index_follower.hpp"

#include <algorithm>
#include <utility>

namespace mirror {

using namespace std::chrono_literals;

IndexFollower::IndexFollower(io::Loop& loop, const Parts& parts, Clock clock, base::Log log)
    : parts_(parts),
      clock_(std::move(clock)),
      log_(std::move(log)),
      mark_(parts.table, parts.facts, parts.progress),
      created_(cln::Index::created, loop),
      updated_(cln::Index::updated, loop),
      page_retry_(loop),
      next_turn_(loop),
      explained_timer_(loop) {}

std::uint64_t IndexFollower::read(const Counter& counter) const {
    const auto read = parts_.progress.read();
    return counter.index == cln::Index::created ? read.created.value : read.updated.value;
}

void IndexFollower::connected(publish::Position counters) {
    if (state_ == State::not_begun)
        parts_.progress.reset(counters);
    state_ = State::idle; // a page requested on an earlier connection will not come
    page_retry_.cancel();
    mark_.clear();
    updates_due_ = true;
    follow(created_, counters.created.value);
    follow(updated_, counters.updated.value);
    schedule();
}

void IndexFollower::ended(const UpdatedMark::End& end) {
    if (state_ == State::not_begun)
        return;
    mark_.ended(end);
    if (read(updated_) >= updated_.target)
        explained_timer_.cancel(); // the next change has its own time
}

std::optional<publish::Position> IndexFollower::counters() const {
    if (state_ == State::not_begun)
        return std::nullopt;
    return publish::later(parts_.progress.read(), {{created_.target}, {updated_.target}});
}

void IndexFollower::follow(Counter& counter, std::uint64_t now) {
    counter.retry.cancel();
    if (now < read(counter)) {
        log_(base::LogLevel::unusual, std::string("lightningd's ") + cln::name(counter.index) +
                                          " counter went backwards: was its database restored?");
        auto position = parts_.progress.read();
        (counter.index == cln::Index::created ? position.created.value : position.updated.value) = now;
        parts_.progress.reset(position);
        counter.target = now;
    }
    counter.target = std::max(counter.target, now);
    wait(counter);
}

void IndexFollower::wait(Counter& counter) {
    counter.next_wait.cancel();
    const auto next = std::max(counter.target, read(counter)) + 1;
    parts_.lightningd.wait(counter.index, next, [this, &counter, next](const auto& reply) {
        if (reply)
            return moved(counter, next, *reply);
        log_(base::LogLevel::unusual, std::string("wait sendpays ") + cln::name(counter.index) +
                                          " refused: " + base::loggable(reply.error().message));
        counter.retry.start([this, &counter] { wait(counter); });
    });
}

void IndexFollower::moved(Counter& counter, std::uint64_t waited_for, const cln::WaitReply& reply) {
    counter.target = std::max(counter.target, reply.counter);
    if (counter.index == cln::Index::created) {
        schedule();
    } else {
        if (reply.details)
            mark_.waited({waited_for}, *reply.details);
        if (read(counter) < counter.target && !explained_timer_.armed())
            explained_timer_.start(pause, [this] {
                updates_due_ = true;
                schedule();
            });
    }
    const auto now = std::chrono::steady_clock::now();
    const auto before = std::exchange(counter.moved, now);
    if (before && now - *before < quiet)
        counter.next_wait.start(pause, [this, &counter] { wait(counter); });
    else
        wait(counter);
}

/// In the next turn: the hooks and notifications of this turn come first.
void IndexFollower::schedule() {
    if (state_ == State::idle && !next_turn_.armed() && !page_retry_.armed())
        next_turn_.start(0ms, [this] { fetch(); });
}

void IndexFollower::fetch() {
    if (state_ != State::idle)
        return;
    // Created rows first: a row must be known before it changes.
    const bool created_due = read(created_) < created_.target;
    if (!created_due && !(updates_due_ && read(updated_) < updated_.target)) {
        updates_due_ = false;
        return;
    }
    auto& counter = created_due ? created_ : updated_;
    const auto after = read(counter);
    state_ = State::fetching;
    fetch_page(parts_.lightningd, {counter.index, after, counter.target}, [this, &counter, after](const auto& page) {
        state_ = State::idle;
        if (!page) {
            log_(base::LogLevel::unusual, "listsendpays refused: " + base::loggable(page.error().message));
            return page_retry_.start([this] { fetch(); });
        }
        take(counter, after, *page);
        schedule();
    });
}

void IndexFollower::take(const Counter& counter, std::uint64_t after, const RowPage& page) {
    std::vector<payments::Event> facts;
    facts.reserve(page.rows.size());
    for (const auto& row : page.rows)
        facts.emplace_back(payments::PartSeen{row, seen_at(row)});
    const bool all_new_rows = counter.index == cln::Index::created && page.last;
    if (!facts.empty())
        parts_.facts.take(std::move(facts), all_new_rows ? Source::created_rows : Source::socket);
    if (counter.index == cln::Index::created) {
        parts_.progress.advance(base::CreatedIndex{after}, base::CreatedIndex{page.upto});
    } else {
        parts_.progress.advance(base::UpdatedIndex{after}, base::UpdatedIndex{page.upto});
        mark_.page_read();
    }
}

/// The current time, if the row changed so recently that this counts as seeing the change.
std::optional<base::UnixNs> IndexFollower::seen_at(const payments::Row& row) const {
    const auto now = clock_();
    const auto changed = row.completed_at.value_or(row.created_at);
    const bool just_now = changed <= now && now.value - changed.value < 2'000'000'000;
    return just_now ? std::optional(now) : std::nullopt;
}

} // namespace mirror
