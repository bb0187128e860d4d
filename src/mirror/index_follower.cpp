#include "mirror/index_follower.hpp"

#include <algorithm>

namespace mirror {

using namespace std::chrono_literals;

IndexFollower::IndexFollower(io::Loop& loop, cln::Lightningd& lightningd, Clock clock, FactSink& facts,
                             publish::Progress& progress, base::Log log)
    : lightningd_(lightningd),
      clock_(std::move(clock)),
      facts_(facts),
      progress_(progress),
      log_(std::move(log)),
      created_{cln::Index::created, RetryTimer(loop)},
      updated_{cln::Index::updated, RetryTimer(loop)},
      page_retry_(loop),
      next_turn_(loop) {}

std::uint64_t IndexFollower::read(const Counter& counter) const {
    const auto read = progress_.read();
    return counter.index == cln::Index::created ? read.created.value : read.updated.value;
}

void IndexFollower::connected(publish::Position counters) {
    if (state_ == State::not_begun)
        progress_.reset(counters);
    state_ = State::idle; // a page requested on an earlier connection will not come
    page_retry_.cancel();
    follow(created_, counters.created.value);
    follow(updated_, counters.updated.value);
    schedule();
}

void IndexFollower::follow(Counter& counter, std::uint64_t now) {
    counter.retry.cancel();
    if (now < read(counter)) {
        log_(base::LogLevel::unusual, std::string("lightningd's ") + cln::name(counter.index) +
                                          " counter went backwards: was its database restored?");
        auto position = progress_.read();
        (counter.index == cln::Index::created ? position.created.value : position.updated.value) = now;
        progress_.reset(position);
        counter.target = now;
    }
    counter.target = std::max(counter.target, now);
    wait(counter, now + 1);
}

void IndexFollower::wait(Counter& counter, std::uint64_t next) {
    lightningd_.wait(counter.index, next, [this, &counter, next](const auto& reply) {
        if (!reply) {
            log_(base::LogLevel::unusual,
                 std::string("wait sendpays ") + cln::name(counter.index) + " refused: " + reply.error().message);
            return counter.retry.start([this, &counter, next] { wait(counter, next); });
        }
        counter.target = std::max(counter.target, reply->counter);
        schedule();
        wait(counter, reply->counter + 1);
    });
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
    const auto& counter = read(created_) < created_.target ? created_ : updated_;
    const auto after = read(counter);
    if (after >= counter.target)
        return;
    state_ = State::fetching;
    fetch_page(lightningd_, {counter.index, after, counter.target}, [this, &counter, after](const auto& page) {
        state_ = State::idle;
        if (!page) {
            log_(base::LogLevel::unusual, "listsendpays refused: " + page.error().message);
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
    if (!facts.empty())
        facts_.take(std::move(facts), Source::socket);
    if (counter.index == cln::Index::created)
        progress_.advance(base::CreatedIndex{after}, base::CreatedIndex{page.upto});
    else
        progress_.advance(base::UpdatedIndex{after}, base::UpdatedIndex{page.upto});
}

/// The current time, if the row changed so recently that this counts as seeing the change.
std::optional<base::UnixNs> IndexFollower::seen_at(const payments::Row& row) const {
    const auto now = clock_();
    const auto changed = row.completed_at.value_or(row.created_at);
    const bool just_now = changed <= now && now.value - changed.value < 2'000'000'000;
    return just_now ? std::optional(now) : std::nullopt;
}

} // namespace mirror
