// Callers that stay: what they are sent, what they keep, and when they are let go.
#include "track/followers.hpp"

#include "../until.hpp"
#include "facts.hpp"
#include "rpc/json.hpp"

#include <doctest/doctest.h>

namespace followers_test {

using namespace facts;
using track::Follower;

namespace {

struct Bench {
    io::Loop loop;
    payments::Table table{1000};
    std::vector<std::string> said; // parsed where somebody looks: some are of megabytes
    std::vector<Follower> ended;
    track::Followers followers{loop, table, [this](const std::string& text) { said.push_back(text); },
                               [this](Follower follower) { ended.push_back(std::move(follower)); }};

    void add(const char* id, track::FollowRequest request) {
        if (request.timeout.count() == 0)
            request.timeout = std::chrono::seconds(3600);
        Follower follower;
        follower.id = id;
        follower.request = std::move(request);
        followers.add(std::move(follower));
    }
    void left(const payments::Row& row, const std::string& json = "{}") {
        leave(row, json);
        unit::settle(loop);
    }
    /// Without a turn of the loop: nobody's time runs out meanwhile.
    void leave(const payments::Row& row, const std::string& json) {
        table.apply(seen(row));
        followers.left(row.key, row.status == payments::PartStatus::complete, json);
    }
};

} // namespace

TEST_CASE("each follower is sent what leaves, as a message of its own request") {
    Bench b;
    b.add("7", {});
    b.add(R"("cli:x#1")", {});
    b.left(pending(1, 1, 1, 1), R"({"a":"\"é"})");
    REQUIRE(b.said.size() == 2);
    CHECK(
        rpc::json::parse(b.said[0]) ==
        rpc::json::parse(
            R"({"jsonrpc":"2.0","method":"message","params":{"id":7,"level":"info","message":"{\"a\":\"\\\"é\"}"}})"));
    CHECK(rpc::json::parse(b.said[1])["params"]["id"] == "cli:x#1");
    CHECK(b.ended.empty());
}

TEST_CASE("a follower hears what it asked for only") {
    Bench b;
    track::FollowRequest one;
    one.hash = hash(2);
    b.add("1", one);
    track::FollowRequest final_only;
    final_only.only_final = true;
    b.add("2", final_only);
    b.left(pending(1, 1, 1, 1));
    CHECK(b.said.empty());
    b.left(complete(pending(1, 1, 1, 1), 1));
    REQUIRE(b.said.size() == 1);
    CHECK(rpc::json::parse(b.said[0])["params"]["id"] == 2);
    b.left(pending(2, 1, 1, 2));
    REQUIRE(b.said.size() == 2);
    CHECK(rpc::json::parse(b.said[1])["params"]["id"] == 1);
}

TEST_CASE("a follower of one hash goes when its newest payment is over") {
    Bench b;
    track::FollowRequest one;
    one.hash = hash(2);
    b.add("1", one);
    b.left(complete(pending(1, 1, 1, 1), 1));
    b.left(pending(2, 1, 1, 2));
    CHECK(b.ended.empty());
    b.left(complete(pending(2, 1, 1, 2), 2));
    REQUIRE(b.ended.size() == 1);
    CHECK(b.ended[0].id == "1");
    b.left(complete(pending(2, 1, 1, 2), 2));
    CHECK(b.ended.size() == 1);
}

TEST_CASE("one that gave a cursor goes with the first news") {
    Bench b;
    track::FollowRequest poll;
    poll.since.emplace();
    b.add("1", poll);
    poll.only_final = true;
    b.add("2", poll);
    b.left(pending(1, 1, 1, 1));
    REQUIRE(b.ended.size() == 1);
    CHECK(b.ended[0].id == "1");
    CHECK(b.ended[0].changed.size() == 1);
    b.left(complete(pending(1, 1, 1, 1), 1));
    CHECK(b.ended.size() == 2);
}

TEST_CASE("a follower keeps the newest of each payment, the last to change last") {
    Bench b;
    track::FollowRequest brief;
    brief.timeout = std::chrono::seconds(1);
    b.add("1", brief);
    b.leave(pending(1, 1, 1, 1), "1");
    b.leave(pending(2, 1, 1, 2), "2");
    b.leave(complete(pending(1, 1, 1, 1), 1), "3");
    REQUIRE(unit::until(b.loop, [&] { return !b.ended.empty(); }));
    REQUIRE(b.ended[0].changed.size() == 2);
    CHECK(*b.ended[0].changed[0].json == "2");
    CHECK(*b.ended[0].changed[1].json == "3");
    CHECK(b.ended[0].bytes == 2);
}

TEST_CASE("a follower that heard too much lets it go and says so") {
    Bench b;
    track::FollowRequest brief;
    brief.timeout = std::chrono::seconds(1);
    b.add("1", brief);
    const std::string big(track::Followers::most_bytes / 2, ' ');
    for (std::uint8_t n = 1; n <= 3; ++n)
        b.leave(pending(n, 1, 1, n), big);
    CHECK(b.said.size() == 3);
    REQUIRE(unit::until(b.loop, [&] { return !b.ended.empty(); }));
    CHECK(b.ended[0].overflowed);
    CHECK(b.ended[0].changed.empty());
}

} // namespace followers_test
