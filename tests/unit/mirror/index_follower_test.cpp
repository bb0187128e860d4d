// Follows two counters of a node whose answers the test gives.
#include "mirror/index_follower.hpp"

#include "facts.hpp"
#include "node.hpp"
#include "taken_facts.hpp"

#include <doctest/doctest.h>

namespace index_follower_test {

using namespace facts;
using mirror::IndexFollower;
using Call = unit::Node::Call;

namespace {

struct Fixture {
    io::Loop loop;
    unit::Node node{loop};
    unit::TakenFacts facts;
    payments::Table table{1000};
    publish::Progress progress;
    base::UnixNs now = second(1000);
    IndexFollower follower{loop,
                           {node.lightningd, table, facts, progress},
                           [this] { return now; },
                           [this](base::LogLevel, const std::string& line) { node.log.push_back(line); }};
    Call created; ///< the open waits
    Call updated;

    /// Gives the counters at a connection; takes the waits that follow.
    void connect(std::uint64_t created_to, std::uint64_t updated_to) {
        follower.connected({{created_to}, {updated_to}});
        created = wait("created", created_to + 1);
        updated = wait("updated", updated_to + 1);
    }
    Call wait(const char* index, std::uint64_t next) {
        const auto call = node.next();
        CHECK(call.params == json::Tree({{"subsystem", "sendpays"}, {"indexname", index}, {"nextvalue", next}}));
        return call;
    }
    /// Moves lightningd's counter; takes the next wait.
    void move_created(std::uint64_t to) {
        node.answer(created, R"({"subsystem":"sendpays","created":)" + std::to_string(to) + "}");
        created = wait("created", to + 1);
    }
    void move_updated(std::uint64_t to) {
        node.answer(updated, R"({"subsystem":"sendpays","updated":)" + std::to_string(to) + "}");
        updated = wait("updated", to + 1);
    }
    Call page(const char* index, std::uint64_t start) {
        const auto call = node.next();
        CHECK(call.params == json::Tree({{"index", index}, {"start", start}, {"limit", 100}}));
        return call;
    }
};

} // namespace

TEST_CASE("the first counters only give the position to begin at") {
    Fixture f;
    f.connect(7, 5);
    CHECK(f.node.quiet());
    CHECK(f.progress.read() == publish::Position{{7}, {5}});
}

TEST_CASE("a counter that jumped is read page by page until a short one, created before updated") {
    Fixture f;
    f.connect(0, 0);
    f.follower.connected({{150}, {1}}); // both counters at once
    f.wait("created", 151);
    f.wait("updated", 2);
    std::vector<payments::Row> rows;
    for (std::uint64_t n = 1; n <= 100; ++n)
        rows.push_back(pending(1, 1, n, n));
    f.node.answer(f.page("created", 1), unit::listing(rows));
    CHECK(f.progress.read().created.value == 100);
    f.node.answer(f.page("created", 101), unit::listing({pending(1, 1, 120, 120)}));
    CHECK(f.progress.read().created.value == 150); // a short page: the other indexes have no rows any more
    f.node.answer(f.page("updated", 1), unit::listing({complete(pending(1, 1, 1, 1), 1)}));
    CHECK(f.facts.all.size() == 102);
    CHECK(f.progress.read().updated.value == 1);
    CHECK(f.node.quiet());
}

TEST_CASE("one page is in flight at a time, and later rows are read after it") {
    Fixture f;
    f.connect(0, 0);
    f.move_created(1);
    const auto first = f.page("created", 1);
    f.move_created(2);
    f.move_updated(1);
    CHECK(f.node.quiet());
    f.node.answer(first, unit::listing({pending(1, 1, 0, 1)}));
    f.page("created", 2);
}

TEST_CASE("a page without any readable row is not requested forever") {
    Fixture f;
    f.connect(0, 0);
    f.move_created(100);
    auto broken = json::Tree::array();
    for (int n = 0; n < 100; ++n)
        broken.push_back({{"created_index", -1}});
    f.node.answer(f.page("created", 1), json::dump({{"payments", broken}}));
    CHECK(f.progress.read().created.value == 100);
    CHECK(f.node.quiet());
    CHECK(f.node.log.size() == 100);
}

TEST_CASE("rows changed during an outage are read when the socket is back, also if a page was in flight") {
    Fixture f;
    f.connect(3, 2);
    f.connect(5, 2);
    f.page("created", 4);
    f.node.hang_up();
    REQUIRE(unit::until(f.loop, [&] { return f.node.connected(); }));
    f.connect(6, 2);
    f.page("created", 4);
}

TEST_CASE("a counter that went back is logged and followed from there") {
    Fixture f;
    f.connect(9, 9);
    f.connect(4, 9);
    CHECK(f.progress.read() == publish::Position{{4}, {9}});
    CHECK(f.node.log.size() == 1);
}

TEST_CASE("a refused wait and a refused page are repeated") {
    Fixture f;
    f.connect(0, 0);
    f.node.refuse(f.created, {-1, "not now: " + std::string(64, 'a')});
    f.created = f.wait("created", 1);
    f.move_created(1);
    f.node.refuse(f.page("created", 1), {-1, "not now: " + std::string(64, 'b')});
    f.node.answer(f.page("created", 1), unit::listing({pending(1, 1, 0, 1)}));
    CHECK(f.progress.read().created.value == 1);
    CHECK(f.node.log == std::vector<std::string>{"wait sendpays created refused: not now: (a long text)",
                                                 "listsendpays refused: not now: (a long text)"});
}

TEST_CASE("a row is taken by the sink before a cursor may pass it") {
    Fixture f;
    f.connect(0, 0);
    bool too_early = false;
    f.facts.on_fact = [&](const payments::Event&) { too_early |= f.progress.read().created.value > 0; };
    f.move_created(1);
    f.node.answer(f.page("created", 1), unit::listing({pending(1, 1, 0, 1)}));
    CHECK(f.facts.all.size() == 1);
    CHECK_FALSE(too_early);
    CHECK(f.progress.read().created.value == 1);
}

TEST_CASE("a row has an observed time only if lightningd recorded it in the last seconds") {
    Fixture f;
    f.connect(0, 0);
    f.now = {second(101).value + 300};
    f.move_created(2);
    f.node.answer(f.page("created", 1), unit::listing({pending(1, 1, 1, 1), pending(1, 1, 2, 800)}));
    const auto rows = f.facts.of<payments::PartSeen>();
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].seen == f.now); // made in second 101
    CHECK_FALSE(rows[1].seen.has_value());
}

TEST_CASE("changes that notifications explain are not read") {
    Fixture f;
    f.connect(0, 4);
    f.follower.ended({{hash(1), {9}}, {1}, {1}, {5}});
    CHECK(f.progress.read().updated.value == 5);
    f.node.answer(f.updated, R"({"subsystem":"sendpays","updated":5})");
    f.updated = f.wait("updated", 6);                                    // and no page before it
    f.node.answer(f.updated, R"({"subsystem":"sendpays","updated":6})"); // before its notification
    f.follower.ended({{hash(2), {9}}, {1}, {2}, {6}});
    f.wait("updated", 7);
    io::Timer timer(f.loop);
    bool over = false;
    timer.start(IndexFollower::pause * 2, [&] { over = true; });
    REQUIRE(unit::until(f.loop, [&] { return over; }));
    CHECK(f.node.quiet());
}

TEST_CASE("a change that nothing explains is read after a moment") {
    Fixture f;
    f.connect(0, 4);
    f.move_updated(5);
    f.follower.ended({{hash(2), {9}}, {1}, {2}, {6}}); // not the next one
    f.node.answer(f.page("updated", 5), unit::listing({complete(pending(1, 1, 0, 1), 5)}));
    CHECK(f.progress.read().updated.value == 6);
    CHECK(f.node.quiet());
}

TEST_CASE("a created row is read although a change before it waits for its notification") {
    Fixture f;
    f.connect(0, 0);
    f.node.answer(f.updated, R"({"subsystem":"sendpays","updated":1})");
    f.node.answer(f.created, R"({"subsystem":"sendpays","created":1})");
    f.wait("updated", 2);
    f.wait("created", 2);
    f.page("created", 1); // never answered
    io::Timer timer(f.loop);
    bool over = false;
    timer.start(IndexFollower::pause * 2, [&] { over = true; });
    REQUIRE(unit::until(f.loop, [&] { return over; }));
    CHECK(f.node.quiet()); // one page is in flight at a time
}

TEST_CASE("under load a wait is armed again after a pause, and then one page serves many rows") {
    Fixture f;
    f.connect(0, 0);
    f.move_created(1); // armed again at once
    f.node.answer(f.page("created", 1), unit::listing({pending(1, 1, 0, 1)}));
    f.node.answer(f.created, R"({"subsystem":"sendpays","created":2})");
    f.node.answer(f.page("created", 2), unit::listing({pending(2, 1, 0, 2), pending(3, 1, 0, 3)}));
    f.wait("created", 4); // beyond what the page has shown
    CHECK(f.progress.read().created.value == 3);
}

} // namespace index_follower_test
