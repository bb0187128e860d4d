// The cursor's rule: as far as rows were read, never past a hold.
#include "publish/progress.hpp"

#include <list>
#include <random>

#include <doctest/doctest.h>

namespace progress_test {

using publish::Position;
using publish::Progress;
using Reason = Progress::Reason;
using Hold = Progress::Hold;

namespace {

base::CreatedIndex created(std::uint64_t value) {
    return {value};
}
base::UpdatedIndex updated(std::uint64_t value) {
    return {value};
}

} // namespace

TEST_CASE("without holds a cursor goes as far as rows were read") {
    Progress progress;
    CHECK(progress.safe() == Position{{0}, {0}});
    progress.reset({{7}, {5}});
    CHECK(progress.safe() == Position{{7}, {5}});
    CHECK(progress.bounds().listed == Position{{7}, {5}});
    CHECK(progress.bounds().safe == publish::unlimited);
}

TEST_CASE("the position read moves by pages, and by single rows only in sequence") {
    Progress progress;
    progress.reset({{7}, {5}});
    CHECK(progress.advance(created(7), created(8))); // a notification: exactly the next
    CHECK(progress.read() == Position{{8}, {5}});
    CHECK_FALSE(progress.advance(created(9), created(10))); // 9 is missing
    CHECK(progress.read().created.value == 8);
    CHECK(progress.advance(created(8), created(108))); // a page
    CHECK(progress.advance(created(50), created(60))); // an older page: the position stays
    CHECK(progress.read() == Position{{108}, {5}});
    CHECK(progress.advance(updated(5), updated(6)));
    CHECK_FALSE(progress.advance(updated(7), updated(8)));
    CHECK(progress.read() == Position{{108}, {6}});
}

TEST_CASE("no cursor passes a live hold, whatever its reason") {
    for (const auto reason : {Reason::loading, Reason::undecided, Reason::queued}) {
        Progress progress;
        progress.reset({{7}, {5}});
        {
            const Hold hold = progress.hold(reason);
            progress.reset({{20}, {20}});
            CHECK(progress.safe() == Position{{7}, {5}});
            CHECK(progress.read() == Position{{20}, {20}});
        }
        CHECK(progress.safe() == Position{{20}, {20}});
    }
}

TEST_CASE("the lowest of several holds counts, in whatever order they are released") {
    Progress progress;
    progress.reset({{30}, {30}});
    std::vector<Hold> holds;
    for (const std::uint64_t at : {9U, 4U, 12U, 4U})
        holds.push_back(progress.hold(Reason::undecided, {{at + 1}, {at}}));
    CHECK(progress.safe() == Position{{5}, {4}});
    holds[1].release();
    CHECK(progress.safe() == Position{{5}, {4}}); // another hold remains there
    holds[1].release();                           // a second release has no effect
    CHECK(progress.safe() == Position{{5}, {4}});
    holds[3].release();
    CHECK(progress.safe() == Position{{10}, {9}});
    holds[0].release();
    CHECK(progress.safe() == Position{{13}, {12}});
    holds.clear();
    CHECK(progress.safe() == Position{{30}, {30}});
}

TEST_CASE("created and updated are held independently") {
    Progress progress;
    progress.reset({{30}, {30}});
    const Hold one = progress.hold(Reason::loading, {{3}, {20}});
    const Hold other = progress.hold(Reason::undecided, {publish::unlimited.created, {8}});
    CHECK(progress.safe() == Position{{3}, {8}});
}

TEST_CASE("a moved hold stays, and one that is assigned to is released") {
    Progress progress;
    progress.reset({{7}, {7}});
    Hold first = progress.hold(Reason::queued);
    progress.reset({{9}, {9}});
    Hold second = progress.hold(Reason::queued);
    CHECK(second.position() == Position{{9}, {9}}); // queued messages do not hold each other
    progress.reset({{20}, {20}});
    Hold moved = std::move(first);
    CHECK_FALSE(first.position().has_value()); // NOLINT(bugprone-use-after-move): empty by contract
    CHECK(progress.safe() == Position{{7}, {7}});
    moved = std::move(second);
    CHECK(progress.safe() == Position{{9}, {9}});
    auto& self = moved;
    moved = std::move(self);
    CHECK(progress.safe() == Position{{9}, {9}});
    moved = Hold();
    CHECK(progress.safe() == Position{{20}, {20}});
}

TEST_CASE("a new hold starts at the safe position, which other holds bound") {
    Progress progress;
    progress.reset({{7}, {7}});
    Hold loading = progress.hold(Reason::loading);
    progress.reset({{20}, {20}});
    const Hold queued = progress.hold(Reason::queued); // a message made while the group loads
    CHECK(queued.position() == Position{{7}, {7}});
    loading.release();
    CHECK(progress.safe() == Position{{7}, {7}});
}

TEST_CASE("a group that loads behind an undecided payment hides no row that was read") {
    Progress progress;
    progress.reset({{20}, {20}});
    const Hold undecided = progress.hold(Reason::undecided, {publish::unlimited.created, {4}});
    const Hold loading = progress.hold(Reason::loading);
    const Hold unlisted = progress.hold(Reason::unlisted);
    CHECK(progress.advance(created(20), created(25)));
    CHECK(progress.advance(updated(20), updated(25)));
    CHECK(progress.bounds().listed == Position{{20}, {20}});
    CHECK(progress.safe() == Position{{20}, {4}});
}

TEST_CASE("an answer from the database is bounded by loading groups and missing outcomes, not by the queue") {
    Progress progress;
    progress.reset({{20}, {20}});
    const Hold queued = progress.hold(Reason::queued, {{1}, {1}});
    CHECK(progress.bounds().listed == Position{{20}, {20}});
    const Hold loading = progress.hold(Reason::loading, {{2}, {2}});
    const Hold unlisted = progress.hold(Reason::unlisted, {{5}, {6}});
    const Hold undecided = progress.hold(Reason::undecided, {publish::unlimited.created, {4}});
    CHECK(progress.bounds().listed == Position{{5}, {6}});
    CHECK(progress.bounds().safe == Position{publish::unlimited.created, {4}});
    CHECK(progress.safe() == Position{{1}, {1}});
}

TEST_CASE("a waiter for the bounds is called whenever they may have moved") {
    Progress progress;
    int moved = 0;
    progress.on_moved([&] { ++moved; });
    progress.reset({{1}, {1}});
    CHECK(moved == 1);
    CHECK(progress.advance(created(1), created(2)));
    CHECK(moved == 2);
    CHECK(progress.advance(created(1), created(2))); // nothing moved
    CHECK_FALSE(progress.advance(created(5), created(6)));
    CHECK(moved == 2);
    { const Hold queued = progress.hold(Reason::queued); }
    CHECK(moved == 2);
    { const Hold unlisted = progress.hold(Reason::unlisted); }
    CHECK(moved == 3);
    { const Hold undecided = progress.hold(Reason::undecided, {publish::unlimited.created, {0}}); }
    CHECK(moved == 4);
}

TEST_CASE("a counter that went back takes the cursor back") {
    Progress progress;
    progress.reset({{20}, {20}});
    const Hold hold = progress.hold(Reason::queued);
    progress.reset({{4}, {20}});
    CHECK(progress.safe() == Position{{4}, {20}});
    const Hold later = progress.hold(Reason::queued);
    progress.reset({{30}, {30}});
    CHECK(progress.safe() == Position{{4}, {20}});
}

} // namespace progress_test
