// How the feed begins, with each connection: counters, what is in flight, what may still go on; then waits for more.
#include "track/feed.hpp"

#include <algorithm>

namespace track {

using namespace std::chrono_literals;
using payments::Event;
using payments::PartStatus;
using Source = Intake::Source;

namespace {

constexpr auto again_pause = 1'000ms;

} // namespace

void Feed::connected() {
    created_again_.cancel();
    updated_again_.cancel();
    // First of all: what is told from here on has the node in its cursor.
    lightningd_.getinfo([this](const auto& info) {
        if (info) {
            publisher_.set_node(info->id);
            height_.blocks = std::max(height_.blocks, info->height);
        } else if (info.error().lost) {
            return; // comes back with connected()
        }
        intake_.connected();
        if (cln::has_wait_sendpays(config_.version))
            read_counters();
        else if (!begun_)
            begin_without_wait();
    });
}

void Feed::read_counters() {
    struct Counters {
        Marks marks;
        std::uint64_t deleted = 0;
        int missing = 3;
    };
    auto counters = std::make_shared<Counters>();
    const auto ask = [this, counters](cln::Index index, std::uint64_t& into) {
        lightningd_.wait(index, 0, [this, counters, &into](const auto& reply) {
            if (!reply) {
                if (!reply.error().lost && counters->missing > 0) {
                    log_(base::LogLevel::unusual,
                         "wait sendpays refused: " + reply.error().error.message + "; following notifications only");
                    counters->missing = 0; // the other two answers do not matter any more
                    begin_without_wait();
                }
                return;
            }
            into = reply->counter;
            if (--counters->missing == 0)
                counters_read(counters->marks, counters->deleted);
        });
    };
    ask(cln::Index::created, counters->marks.created.value);
    ask(cln::Index::updated, counters->marks.updated.value);
    ask(cln::Index::deleted, counters->deleted);
}

void Feed::counters_read(Marks now, std::uint64_t deleted) {
    pages_.counters(now);
    deletions_.counter(deleted);
    wait_for(cln::Index::created, now.created.value + 1);
    wait_for(cln::Index::updated, now.updated.value + 1);
    if (begun_)
        return;
    begun_ = true;
    intake_.set_past(now);
    if (restarted_)
        list_pending(1);
    else
        list_recent(now.updated.value);
}

void Feed::begin_without_wait() {
    lightningd_.list_all_pending([this](const auto& listing) {
        if (!listing)
            return;
        begun_ = true;
        began(listing->rows);
        listed();
    });
}

void Feed::list_pending(std::uint64_t start) {
    lightningd_.list_pending_page(start, IndexPages::page, [this, start](const auto& listing) {
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
        if (listing->told == IndexPages::page && next > start)
            list_pending(next);
        else
            listed();
    });
}

/// A payment between two attempts has no pending row: if its last part failed within the linger it may still go on.
/// Such payments come first: they hold the cursor of everything told after them.
void Feed::list_recent(std::uint64_t upto) {
    if (upto == 0)
        return list_pending(1);
    const auto start = upto < IndexPages::page ? 1 : upto - IndexPages::page + 1;
    lightningd_.list_page(cln::Index::updated, start, IndexPages::page, [this, start](const auto& listing) {
        if (!listing && listing.error().lost) {
            begun_ = false; // begins anew with the next connection
            return;
        }
        if (!listing)
            return list_pending(1);
        const auto oldest = clock_().seconds() - linger_seconds_.count();
        std::vector<payments::Row> recent;
        bool all_recent = !listing->rows.empty();
        for (const auto& row : listing->rows) {
            const bool is_recent = row.completed_at && row.completed_at->seconds() >= oldest;
            all_recent &= is_recent;
            if (is_recent && row.status == PartStatus::failed)
                recent.push_back(row);
        }
        began(recent);
        list_recent(all_recent ? start - 1 : 0);
    });
}

void Feed::began(const std::vector<payments::Row>& rows) {
    std::vector<Event> events;
    events.reserve(rows.size());
    for (const auto& row : rows)
        events.emplace_back(payments::PartSeen{row, std::nullopt});
    intake_.take(std::move(events), Source::socket);
}

void Feed::wait_for(cln::Index index, std::uint64_t next) {
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

} // namespace track
