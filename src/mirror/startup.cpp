// How the feed begins, with each connection: counters, what is in flight, what may still go on; then waits for more.
#include "mirror/mirror.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace mirror {

using namespace std::chrono_literals;
using payments::Event;
using payments::PartStatus;
using Source = GroupLoader::Source;

namespace {

constexpr auto again_pause = 1'000ms;

} // namespace

/// What is asked of each new connection before anything else.
struct Mirror::Beginning {
    publish::Position marks;
    std::uint64_t deleted = 0;
    int missing = 1; // getinfo
    bool counts = true;
};

void Mirror::connected() {
    created_again_.cancel();
    updated_again_.cancel();
    const auto beginning = std::make_shared<Beginning>();
    lightningd_.getinfo([this, beginning](const auto& info) {
        if (info) {
            publisher_.set_node(info->id); // of every cursor from here on
            height_.blocks = std::max(height_.blocks, info->height);
        } else if (info.error().lost) {
            return; // comes back with connected()
        }
        answered(beginning);
    });
    // At once: the more time goes by, the more rows are taken to be older than they are.
    beginning->counts = cln::has_wait_sendpays(config_.version);
    if (beginning->counts)
        for (const auto index : {cln::Index::created, cln::Index::updated, cln::Index::deleted})
            ask_counter(index, beginning);
}

void Mirror::ask_counter(cln::Index index, const std::shared_ptr<Beginning>& beginning) {
    ++beginning->missing;
    lightningd_.wait(index, 0, [this, index, beginning](const auto& reply) {
        if (!reply && reply.error().lost)
            return; // comes back with connected()
        if (reply) {
            auto& into = index == cln::Index::created   ? beginning->marks.created.value
                         : index == cln::Index::updated ? beginning->marks.updated.value
                                                        : beginning->deleted;
            into = reply->counter;
        } else if (std::exchange(beginning->counts, false)) {
            log_(base::LogLevel::unusual,
                 "wait sendpays refused: " + reply.error().error.message + "; following notifications only");
        }
        answered(beginning);
    });
}

void Mirror::answered(const std::shared_ptr<Beginning>& beginning) {
    if (--beginning->missing > 0)
        return;
    if (beginning->counts)
        counters_read(beginning->marks, beginning->deleted);
    else if (!begun_)
        begin_without_wait();
    intake_.connected();
}

void Mirror::counters_read(publish::Position now, std::uint64_t deleted) {
    older_rows(now.created);
    pages_.counters(now);
    deletions_.counter(deleted);
    wait_for(cln::Index::created, now.created.value + 1);
    wait_for(cln::Index::updated, now.updated.value + 1);
    if (begun_)
        return;
    begun_ = true;
    intake_.set_past(now);
    if (orphans_.possible())
        list_pending(1);
    else
        list_recent(now.updated.value);
}

/// The first time: rows up to this one were there before we could see their payers' calls.
void Mirror::older_rows(base::CreatedIndex newest) {
    if (started_)
        return;
    started_ = true;
    orphans_.begin(newest);
    if (config_.sees_calls)
        linger_.set_unwatched(newest);
    intake_.take(orphans_.in(table_), Source::socket);
}

/// There is no counter: what is pending in the first listing is what was there before. A payment that had no pending
/// row then, between two attempts, is seen again with its next one.
void Mirror::begin_without_wait() {
    lightningd_.list_all_pending([this](const auto& listing) {
        if (!listing)
            return;
        begun_ = true;
        base::CreatedIndex newest;
        for (const auto& row : listing->rows)
            newest = std::max(newest, row.created);
        older_rows(newest);
        began(listing->rows);
        listed();
    });
}

void Mirror::list_pending(std::uint64_t start) {
    lightningd_.list_pending_page(start, IndexFollower::page, [this, start](const auto& listing) {
        if (!listing && listing.error().lost) {
            begun_ = false; // begins anew with the next connection
            return;
        }
        if (!listing) {
            log_(base::LogLevel::unusual, "listsendpays refused: " + listing.error().error.message);
            return list_again_.start(again_pause, [this, start] { list_pending(start); });
        }
        auto next = start;
        for (const auto& row : listing->rows)
            next = std::max(next, row.created.value + 1);
        began(listing->rows);
        if (listing->told == IndexFollower::page && next > start)
            list_pending(next);
        else
            listed();
    });
}

/// A payment between two attempts has no pending row: if its last part failed within the linger it may still go on.
/// Such payments come first: they hold the cursor of everything told after them.
void Mirror::list_recent(std::uint64_t upto) {
    if (upto == 0)
        return list_pending(1);
    const auto start = upto < IndexFollower::page ? 1 : upto - IndexFollower::page + 1;
    lightningd_.list_page(cln::Index::updated, start, IndexFollower::page, [this, start](const auto& listing) {
        if (!listing && listing.error().lost) {
            begun_ = false; // begins anew with the next connection
            return;
        }
        if (!listing)
            return list_pending(1);
        // What seems to lie ahead is an old row of a clock that was set back since, and its neighbours are old too.
        const auto now = clock_().seconds();
        const auto linger = linger_seconds_.count();
        std::vector<payments::Row> recent;
        bool all_recent = !listing->rows.empty();
        for (const auto& row : listing->rows) {
            const bool is_recent = row.completed_at && std::abs(now - row.completed_at->seconds()) <= linger;
            all_recent &= is_recent;
            if (is_recent && row.status == PartStatus::failed)
                recent.push_back(row);
        }
        began(recent);
        list_recent(all_recent ? start - 1 : 0);
    });
}

void Mirror::began(const std::vector<payments::Row>& rows) {
    std::vector<Event> events;
    events.reserve(rows.size());
    for (const auto& row : rows)
        events.emplace_back(payments::PartSeen{row, std::nullopt});
    intake_.take(std::move(events), Source::socket);
}

void Mirror::wait_for(cln::Index index, std::uint64_t next) {
    lightningd_.wait(index, next, [this, index, next](const auto& reply) {
        if (!reply) {
            if (reply.error().lost)
                return; // a lost connection comes back with connected()
            log_(base::LogLevel::unusual,
                 std::string("wait sendpays ") + cln::name(index) + " refused: " + reply.error().error.message);
            auto& again = index == cln::Index::created ? created_again_ : updated_again_;
            return again.start(again_pause, [this, index, next] { wait_for(index, next); });
        }
        pages_.fired(index, reply->counter);
        wait_for(index, reply->counter + 1);
    });
}

} // namespace mirror
