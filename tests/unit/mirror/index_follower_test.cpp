#include "mirror/index_follower.hpp"

#include "facts.hpp"
#include "node.hpp"

#include <doctest/doctest.h>

namespace index_follower_test {

using namespace facts;
using cln::Index;
using mirror::IndexFollower;

namespace {

struct Follower {
    io::Loop loop;
    unit::Node node{loop};
    std::vector<payments::PartSeen> rows;
    base::UnixNs now = second(1000);
    IndexFollower pages{
        loop, node.lightningd, [this] { return now; },
        [this](std::vector<payments::PartSeen> more) { rows.insert(rows.end(), more.begin(), more.end()); },
        [this](base::LogLevel, const std::string& words) { node.log.push_back(words); }};
};

} // namespace

TEST_CASE("the first counters only say where to begin") {
    Follower f;
    f.pages.counters({{7}, {5}});
    CHECK(f.node.quiet());
    CHECK(f.pages.marks().created.value == 7);
    CHECK(f.pages.marks().updated.value == 5);
}

TEST_CASE("a counter that jumped is followed page by page until a short one, created before updated") {
    Follower f;
    f.pages.counters({{0}, {0}});
    f.pages.fired(Index::updated, 1);
    f.pages.fired(Index::created, 150);
    auto call = f.node.next();
    CHECK(call.params == json::Tree({{"index", "created"}, {"start", 1}, {"limit", 100}}));
    std::vector<payments::Row> rows;
    for (std::uint64_t n = 1; n <= 100; ++n)
        rows.push_back(pending(1, 1, n, n));
    f.node.answer(call, unit::listing(rows));
    CHECK(f.pages.marks().created.value == 100);
    call = f.node.next();
    CHECK(call.params == json::Tree({{"index", "created"}, {"start", 101}, {"limit", 100}}));
    f.node.answer(call, unit::listing({pending(1, 1, 120, 120)}));
    CHECK(f.pages.marks().created.value == 150); // short: the others have no rows any more
    call = f.node.next();
    CHECK(call.params["index"] == "updated");
    f.node.answer(call, unit::listing({complete(pending(1, 1, 1, 1), 1)}));
    CHECK(f.rows.size() == 102);
    CHECK(f.pages.marks().updated.value == 1);
    CHECK(f.node.quiet());
}

TEST_CASE("one page is in flight at a time; what fires meanwhile is fetched after it") {
    Follower f;
    f.pages.counters({{0}, {0}});
    f.pages.fired(Index::created, 1);
    const auto first = f.node.next();
    f.pages.fired(Index::created, 2);
    CHECK(f.node.quiet());
    f.node.answer(first, unit::listing({pending(1, 1, 0, 1)}));
    CHECK(f.node.next().params["start"] == 2);
}

TEST_CASE("a page of which no row can be read is not asked for for ever") {
    Follower f;
    f.pages.counters({{0}, {0}});
    f.pages.fired(Index::created, 100);
    const auto call = f.node.next();
    auto broken = json::Tree::array();
    for (int n = 0; n < 100; ++n)
        broken.push_back({{"created_index", -1}});
    f.node.answer(call, json::dump({{"payments", broken}}));
    CHECK(f.pages.marks().created.value == 100);
    CHECK(f.node.quiet());
    CHECK(f.node.log.size() == 100);
}

TEST_CASE("what happened while the socket was away is fetched when it is back") {
    Follower f;
    f.pages.counters({{3}, {2}});
    f.pages.counters({{5}, {2}});
    const auto call = f.node.next();
    CHECK(call.params == json::Tree({{"index", "created"}, {"start", 4}, {"limit", 100}}));
}

TEST_CASE("a counter that went back is told and followed from there") {
    Follower f;
    f.pages.counters({{9}, {9}});
    f.pages.counters({{4}, {9}});
    CHECK(f.pages.marks().created.value == 4);
    CHECK(f.node.log.size() == 1);
}

TEST_CASE("a change is witnessed only if lightningd recorded it just now") {
    Follower f;
    f.pages.counters({{0}, {0}});
    f.now = {second(101).value + 300};
    f.pages.fired(Index::created, 2);
    f.node.answer(f.node.next(), unit::listing({pending(1, 1, 1, 1), pending(1, 1, 2, 800)}));
    REQUIRE(f.rows.size() == 2);
    CHECK(f.rows[0].seen == f.now); // made in second 101
    CHECK_FALSE(f.rows[1].seen.has_value());
}

} // namespace index_follower_test
