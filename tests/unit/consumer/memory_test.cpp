// What the reader remembers: the last delivered states, waiting messages, runs. All of it is bounded.
#include "consumer/delivered.hpp"
#include "consumer/live_queue.hpp"
#include "consumer/runs.hpp"

#include <doctest/doctest.h>

namespace memory_test {

using consumer::CursorPtr;
using consumer::Delivered;
using consumer::LiveQueue;
using consumer::Runs;
using consumer::Snapshot;
using consumer::SnapshotPtr;

namespace {

SnapshotPtr payment(std::uint64_t index, std::string json) {
    return std::make_shared<const Snapshot>(Snapshot{index, {}, consumer::Status::in_flight, std::move(json)});
}

consumer::Update update(std::uint64_t index, std::string json) {
    return {payment(index, std::move(json)), std::make_shared<const std::string>("c")};
}

constexpr std::size_t megabyte = 1024UL * 1024;

} // namespace

TEST_CASE("only the last delivered state of a payment is one to leave out") {
    Delivered delivered;
    CHECK_FALSE(delivered.is_last(*payment(1, "a")));
    delivered.add(payment(1, "a"), "");
    CHECK(delivered.is_last(*payment(1, "a")));
    CHECK_FALSE(delivered.is_last(*payment(2, "a")));
    delivered.add(payment(1, "b"), "");
    CHECK_FALSE(delivered.is_last(*payment(1, "a")));
    delivered.add(payment(1, "a"), "");
    CHECK(delivered.is_last(*payment(1, "a")));
}

TEST_CASE("an end is the same with as many attempts, whatever is known of their routes") {
    const auto ended = [](consumer::Status status, std::size_t attempts, const std::string& route = "") {
        std::string json = "{";
        for (std::size_t i = 0; i < attempts; ++i)
            json += R"("attempt_id":"1",)" + route;
        return std::make_shared<const Snapshot>(Snapshot{1, {}, status, std::move(json)});
    };
    using consumer::Status;
    Delivered delivered;
    CHECK_FALSE(delivered.has_same_end(*ended(Status::failed, 2)));
    delivered.add(ended(Status::failed, 2, "hops"), "r");
    CHECK(delivered.has_same_end(*ended(Status::failed, 2)));
    CHECK_FALSE(delivered.has_same_end(*ended(Status::failed, 3)));
    CHECK_FALSE(delivered.has_same_end(*ended(Status::succeeded, 2)));
    CHECK_FALSE(delivered.has_same_end(*ended(Status::in_flight, 2)));
    delivered.add(ended(Status::in_flight, 3), "r");
    CHECK_FALSE(delivered.has_same_end(*ended(Status::failed, 2)));
    delivered.add(ended(Status::failed, 0), "r"); // nothing to compare
    CHECK_FALSE(delivered.has_same_end(*ended(Status::failed, 0)));
}

TEST_CASE("a delivered state has the run of its last message, or none if an answer brought it") {
    Delivered delivered;
    CHECK(delivered.live_run(1).empty());
    delivered.add(payment(1, "a"), "r");
    CHECK(delivered.live_run(1) == "r");
    delivered.add(payment(1, "a"), "s");
    CHECK(delivered.live_run(1) == "s");
    delivered.add(payment(1, "b"), "");
    CHECK(delivered.live_run(1).empty());
}

TEST_CASE("the oldest delivered states are forgotten above the limit") {
    Delivered delivered;
    delivered.add(payment(1, "a"), "");
    delivered.add(payment(2, "old"), "");
    delivered.add(payment(3, std::string(Delivered::most_bytes - 10, 'x')), "");
    delivered.add(payment(2, "new"), ""); // 7 bytes and the large one: at the limit, without 1
    delivered.add(payment(4, "1234567"), "");
    CHECK_FALSE(delivered.is_last(*payment(1, "a")));
    CHECK(delivered.is_last(*payment(2, "new")));
    CHECK(delivered.is_last(*payment(4, "1234567")));
}

TEST_CASE("waiting messages leave in their order") {
    LiveQueue queue;
    queue.push(update(1, "a"));
    queue.push(update(2, "b"));
    CHECK(queue.pop().payment->json == "a");
    CHECK(queue.pop().payment->json == "b");
    CHECK(queue.empty());
}

TEST_CASE("messages of a payment up to its delivered state are dropped, newer ones stay") {
    LiveQueue queue;
    for (const auto* json : {"a", "b", "c", "b", "d"}) {
        queue.push(update(1, json));
        queue.push(update(2, json));
    }
    queue.drop_until(*payment(1, "b"));
    queue.drop_until(*payment(2, "nothing equal"));
    queue.drop_until(*payment(3, "a"));
    std::string left;
    while (!queue.empty()) {
        const auto next = queue.pop();
        left += std::to_string(next.payment->payment_index) + next.payment->json;
    }
    CHECK(left == "2a2b2c2b1d2d");
}

TEST_CASE("above the limit all waiting messages are dropped, and none is taken before the restart") {
    LiveQueue queue;
    queue.push(update(1, std::string(LiveQueue::most_bytes - megabyte, 'x')));
    queue.push(update(2, std::string(megabyte, 'x')));
    CHECK_FALSE(queue.overflowed());
    queue.push(update(3, "x"));
    CHECK(queue.overflowed());
    CHECK(queue.empty());
    queue.push(update(4, "x"));
    CHECK(queue.empty());
    queue.restart();
    queue.push(update(5, "x"));
    CHECK_FALSE(queue.overflowed());
    CHECK(queue.pop().payment->payment_index == 5);
}

TEST_CASE("dropped and popped messages no longer count") {
    LiveQueue queue;
    const std::string large(LiveQueue::most_bytes / 2, 'x');
    for (int i = 0; i < 3; ++i) {
        queue.push(update(1, large));
        queue.push(update(2, large));
        queue.drop_until(*payment(1, large));
        (void)queue.pop();
    }
    CHECK_FALSE(queue.overflowed());
    CHECK(queue.empty());
}

TEST_CASE("runs have the order in which they were seen") {
    Runs runs;
    CHECK(runs.newest().empty());
    CHECK_FALSE(runs.is_older("a", "b"));
    for (const auto* run : {"a", "b", "a", "c"})
        runs.add(run);
    CHECK(runs.newest() == "c");
    CHECK(runs.is_older("a", "b"));
    CHECK(runs.is_older("b", "c"));
    CHECK_FALSE(runs.is_older("c", "b"));
    CHECK_FALSE(runs.is_older("a", "a"));
    CHECK_FALSE(runs.is_older("unknown", "a"));
    CHECK_FALSE(runs.is_older("a", "unknown"));
    runs.renew("a");
    CHECK(runs.newest() == "a");
    CHECK(runs.is_older("c", "a"));
}

TEST_CASE("only the last runs are known") {
    Runs runs;
    for (std::size_t i = 0; i <= Runs::most; ++i)
        runs.add(std::to_string(i));
    CHECK_FALSE(runs.contains("0"));
    CHECK(runs.contains("1"));
    CHECK(runs.newest() == std::to_string(Runs::most));
}

} // namespace memory_test
