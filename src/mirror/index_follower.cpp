#include "mirror/index_follower.hpp"

#include <algorithm>

namespace mirror {

using namespace std::chrono_literals;

IndexFollower::IndexFollower(io::Loop& loop, cln::Lightningd& lightningd, Clock clock, Rows rows, base::Log log)
    : lightningd_(lightningd),
      clock_(std::move(clock)),
      rows_(std::move(rows)),
      log_(std::move(log)),
      next_turn_(loop) {}

void IndexFollower::counters(publish::Position now) {
    busy_ = false; // a page asked for on an earlier connection was answered with its loss
    if (!begun_) {
        created_.mark = created_.target = now.created.value;
        updated_.mark = updated_.target = now.updated.value;
        begun_ = true;
        return;
    }
    counter(created_, now.created.value);
    counter(updated_, now.updated.value);
    schedule();
}

void IndexFollower::counter(Follower& follower, std::uint64_t now) {
    if (now < follower.mark) {
        log_(base::LogLevel::unusual, std::string("lightningd's ") + cln::name(follower.index) +
                                          " counter went back: was its database restored?");
        follower.mark = follower.target = now;
    }
    follower.target = std::max(follower.target, now);
}

void IndexFollower::fired(cln::Index index, std::uint64_t counter) {
    auto& follower = index == cln::Index::created ? created_ : updated_;
    follower.target = std::max(follower.target, counter);
    schedule();
}

void IndexFollower::schedule(std::chrono::milliseconds pause) {
    // Not now: first the hooks and notifications of this turn.
    if (!busy_ && !next_turn_.armed())
        next_turn_.start(pause, [this] { fetch(); });
}

void IndexFollower::fetch() {
    if (busy_)
        return;
    // Created first: a row must be known before it is said to have changed.
    auto& follower = created_.mark < created_.target ? created_ : updated_;
    if (follower.mark >= follower.target)
        return;
    busy_ = true;
    lightningd_.list_page(
        follower.index, follower.mark + 1, page,
        [this, &follower, asked_to = follower.target](const auto& listing) { answered(follower, asked_to, listing); });
}

void IndexFollower::answered(Follower& follower, std::uint64_t asked_to,
                             const tl::expected<cln::Lightningd::Listing, cln::Lightningd::Failure>& listing) {
    busy_ = false;
    if (!listing) {
        if (!listing.error().lost) {
            log_(base::LogLevel::unusual, "listsendpays refused: " + listing.error().error.message);
            schedule(1000ms);
        }
        return; // a lost connection comes back with counters()
    }
    std::uint64_t last = follower.mark;
    std::vector<payments::PartSeen> seen;
    for (const auto& row : listing->rows) {
        last = std::max(last, follower.index == cln::Index::created ? row.created.value : row.updated.value);
        seen.push_back({row, witnessed(row)});
    }
    if (!seen.empty())
        rows_(std::move(seen));
    // A short page reaches as far as the counter did when it was asked for: indexes in between have no rows any more. A
    // full one of which nothing could be read must not be asked for again and again.
    const bool full = listing->told >= page && last > follower.mark;
    follower.mark = full ? last : std::max(last, asked_to);
    follower.target = std::max(follower.target, follower.mark);
    if (moved_)
        moved_();
    schedule();
}

/// The moment of reading, if the row changed so recently that it is the change we saw.
std::optional<base::UnixNs> IndexFollower::witnessed(const payments::Row& row) const {
    const auto now = clock_();
    const auto changed = row.completed_at.value_or(row.created_at);
    const bool just_now = changed <= now && now.value - changed.value < 2'000'000'000;
    return just_now ? std::optional(now) : std::nullopt;
}

} // namespace mirror
