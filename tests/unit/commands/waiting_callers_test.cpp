// Callers with a timeout: the messages they get, the payments they keep, and when their wait ends.
#include "commands/waiting_callers.hpp"

#include "../until.hpp"
#include "facts.hpp"
#include "json/text.hpp"

#include <doctest/doctest.h>

namespace waiting_callers_test {

using namespace facts;
using commands::Caller;

namespace {

struct Bench {
    io::Loop loop;
    payments::Table table{1000};
    std::vector<std::string> messages;                      // parsed only when a test reads them: some are megabytes
    std::vector<std::pair<std::string, std::string>> lines; // the caller's id, and the line
    std::vector<commands::WaitingCallers::Quoted> texts;
    std::vector<Caller> ended;
    bool all_sent = true;
    std::uint64_t made = 0;
    commands::WaitingCallers callers{
        loop, table,
        [this](const Caller& to, const commands::WaitingCallers::Quoted& quoted) {
            messages.push_back(commands::message_head(to.id) + *quoted + std::string(commands::message_tail));
            lines.emplace_back(to.id, json::Tree::parse(*quoted).get<std::string>());
            texts.push_back(quoted);
        },
        [this] { return all_sent; }, [this](Caller caller) { ended.push_back(std::move(caller)); }};

    void add(const std::string& id, commands::TrackpaymentsRequest request = {}) {
        if (request.timeout.count() == 0)
            request.timeout = std::chrono::seconds(3600);
        Caller caller;
        caller.id = id;
        caller.request = std::move(request);
        callers.add(std::move(caller));
    }
    /// So many callers that lines are merged.
    void add_crowd() {
        for (std::size_t n = callers.size(); n <= commands::WaitingCallers::most_at_once; ++n)
            add("900" + std::to_string(n));
    }
    void written(const payments::Row& row, const std::string& json = "{}") {
        leave(row, json);
        unit::settle(loop);
    }
    /// Without a turn of the loop, so that no timeout expires.
    void leave(const payments::Row& row, const std::string& json) {
        table.apply(seen(row));
        leave_as(row.key, row.status == payments::PartStatus::complete, json);
    }
    void leave_as(const payments::PaymentKey& key, bool terminal, const std::string& json) {
        callers.written({key, terminal, json, ++made});
    }
    [[nodiscard]] std::vector<std::string> lines_of(const std::string& id) const {
        std::vector<std::string> out;
        for (const auto& [whose, line] : lines)
            if (whose == id)
                out.push_back(line);
        return out;
    }
    bool wait_for_lines(const std::string& id, std::size_t count) {
        return unit::until(loop, [&] { return lines_of(id).size() >= count; });
    }
};

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("each caller gets each snapshot as a message of its own request") {
    Bench b;
    b.add("7", {});
    b.add(R"("cli:x#1")", {});
    b.written(pending(1, 1, 1, 1), R"({"a":"\"é"})");
    REQUIRE(b.messages.size() == 2);
    CHECK(
        json::Tree::parse(b.messages[0]) ==
        json::Tree::parse(
            R"({"jsonrpc":"2.0","method":"message","params":{"id":7,"level":"info","message":"{\"a\":\"\\\"é\"}"}})"));
    CHECK(json::Tree::parse(b.messages[1])["params"]["id"] == "cli:x#1");
    CHECK(b.ended.empty());
}

TEST_CASE("a caller gets only the payments it asked for") {
    Bench b;
    commands::TrackpaymentsRequest one;
    one.hash = hash(2);
    b.add("1", one);
    commands::TrackpaymentsRequest final_only;
    final_only.only_final = true;
    b.add("2", final_only);
    b.written(pending(1, 1, 1, 1));
    CHECK(b.messages.empty());
    b.written(complete(pending(1, 1, 1, 1), 1));
    REQUIRE(b.messages.size() == 1);
    CHECK(json::Tree::parse(b.messages[0])["params"]["id"] == 2);
    b.written(pending(2, 1, 1, 2));
    REQUIRE(b.messages.size() == 2);
    CHECK(json::Tree::parse(b.messages[1])["params"]["id"] == 1);
}

TEST_CASE("a caller of one hash is answered when the newest payment of the hash has ended") {
    Bench b;
    commands::TrackpaymentsRequest one;
    one.hash = hash(2);
    b.add("1", one);
    b.written(complete(pending(1, 1, 1, 1), 1));
    b.written(pending(2, 1, 1, 2));
    CHECK(b.ended.empty());
    b.written(complete(pending(2, 1, 1, 2), 2));
    REQUIRE(b.ended.size() == 1);
    CHECK(b.ended[0].id == "1");
    b.written(complete(pending(2, 1, 1, 2), 2));
    CHECK(b.ended.size() == 1);
}

TEST_CASE("a caller with a cursor is answered at the first change") {
    Bench b;
    commands::TrackpaymentsRequest poll;
    poll.since.emplace();
    b.add("1", poll);
    poll.only_final = true;
    b.add("2", poll);
    b.written(pending(1, 1, 1, 1));
    REQUIRE(b.ended.size() == 1);
    CHECK(b.ended[0].id == "1");
    CHECK(b.ended[0].changed.size() == 1);
    b.written(complete(pending(1, 1, 1, 1), 1));
    CHECK(b.ended.size() == 2);
}

TEST_CASE("a caller keeps the newest snapshot of each payment, in the order of their last changes") {
    Bench b;
    commands::TrackpaymentsRequest brief;
    brief.timeout = std::chrono::seconds(1);
    b.add("1", brief);
    b.leave(pending(1, 1, 1, 1), "1");
    b.leave(pending(2, 1, 1, 2), "2");
    b.leave(complete(pending(1, 1, 1, 1), 1), "3");
    REQUIRE(unit::until(b.loop, [&] { return !b.ended.empty(); }));
    REQUIRE(b.ended[0].changed.size() == 2);
    CHECK(*b.ended[0].changed[0].json == "2");
    CHECK(*b.ended[0].changed[1].json == "3");
}

TEST_CASE("a caller whose snapshots exceed the limit drops them and is marked overflowed") {
    Bench b;
    commands::TrackpaymentsRequest brief;
    brief.timeout = std::chrono::seconds(1);
    b.add("1", brief);
    const std::string big(commands::RecentSnapshots::most_bytes / 2, ' ');
    for (std::uint8_t n = 1; n <= 3; ++n)
        b.leave(pending(n, 1, 1, n), big);
    CHECK(b.messages.size() == 3);
    REQUIRE(unit::until(b.loop, [&] { return !b.ended.empty(); }));
    CHECK(b.ended[0].overflowed);
    CHECK(b.ended[0].changed.empty());
}

TEST_CASE("a caller of final states keeps one even if the payment went on afterwards") {
    Bench b;
    commands::TrackpaymentsRequest brief;
    brief.timeout = std::chrono::seconds(1);
    b.add("1", brief);
    brief.only_final = true;
    b.add("2", brief);
    const payments::PaymentKey key{hash(1), {1}};
    b.leave_as(key, true, "FAILED");
    b.leave_as(key, false, "IN_FLIGHT");
    REQUIRE(unit::until(b.loop, [&] { return b.ended.size() == 2; }));
    REQUIRE(b.ended[0].changed.size() == 1);
    CHECK(*b.ended[0].changed[0].json == "IN_FLIGHT");
    REQUIRE(b.ended[1].changed.size() == 1);
    CHECK(*b.ended[1].changed[0].json == "FAILED");
}

TEST_CASE("a caller keeps no snapshot written before it joined") {
    Bench b;
    b.add("1");
    b.leave(pending(1, 1, 1, 1), "1");
    commands::TrackpaymentsRequest brief;
    brief.timeout = std::chrono::seconds(1);
    b.add("2", brief);
    b.leave(pending(2, 1, 1, 2), "2");
    REQUIRE(unit::until(b.loop, [&] { return !b.ended.empty(); }));
    REQUIRE(b.ended[0].changed.size() == 1);
    CHECK(*b.ended[0].changed[0].json == "2");
}

TEST_CASE("beyond the limit of callers the one that has waited longest is answered with its snapshots") {
    Bench b;
    for (std::size_t n = 0; n < commands::WaitingCallers::most; ++n)
        b.add(std::to_string(n));
    CHECK(b.ended.empty());
    b.leave(pending(1, 1, 1, 1), "1");
    b.add("new");
    REQUIRE(b.ended.size() == 1);
    CHECK(b.ended[0].id == "0");
    CHECK_FALSE(b.ended[0].may_stay);
    REQUIRE(b.ended[0].changed.size() == 1);
    CHECK(*b.ended[0].changed[0].json == "1");
    CHECK(b.lines_of("0") == Lines{"1"}); // sent before its answer: lightningd drops later messages of the request
    CHECK(b.callers.size() == commands::WaitingCallers::most);
    b.add("newer");
    REQUIRE(b.ended.size() == 2);
    CHECK(b.ended[1].id == "1");
}

TEST_CASE("with more than twenty callers, lines are merged to the newest of each payment, in the topic's order") {
    Bench b;
    b.add("1");
    b.add_crowd();
    b.leave(pending(1, 1, 1, 1), "a1");
    b.leave(pending(2, 1, 1, 2), "b1");
    b.leave(pending(1, 1, 1, 1), "a2");
    b.leave(pending(3, 1, 1, 3), "c1");
    CHECK(b.lines.empty());
    REQUIRE(b.wait_for_lines("1", 3));
    CHECK(b.lines_of("1") == Lines{"b1", "a2", "c1"});
    CHECK(b.lines.size() == 3 * b.callers.size());
    CHECK(b.texts.front() == b.texts[1]);
    CHECK(b.texts.front().use_count() == static_cast<long>(b.callers.size()));
    b.leave(pending(1, 1, 1, 1), "a3");
    REQUIRE(b.wait_for_lines("1", 4));
    CHECK(b.lines_of("1").back() == "a3");
}

TEST_CASE("with twenty callers again, every line is sent at once, after those merged before") {
    Bench b;
    b.add("1");
    commands::TrackpaymentsRequest poll;
    poll.since.emplace();
    poll.only_final = true;
    b.add("2", poll);
    b.add_crowd();
    b.leave(pending(1, 1, 1, 1), "a1");
    b.leave_as({hash(2), {1}}, true, "b1"); // answers the second caller
    b.leave(pending(1, 1, 1, 1), "a2");
    REQUIRE(unit::until(b.loop, [&] { return !b.ended.empty(); }));
    CHECK(b.lines_of("2") == Lines{"b1"});
    REQUIRE(b.callers.size() == commands::WaitingCallers::most_at_once);
    b.leave(pending(1, 1, 1, 1), "a3");
    CHECK(b.lines_of("1") == Lines{"b1", "a2", "a3"});
}

TEST_CASE("a final snapshot is never merged with a later one, and no older one is sent after it") {
    Bench b;
    b.add("1");
    commands::TrackpaymentsRequest final_only;
    final_only.only_final = true;
    b.add("2", final_only);
    b.add_crowd();
    const payments::PaymentKey key{hash(1), {1}};
    b.leave_as(key, false, "a1");
    b.leave_as(key, true, "FAILED");
    b.leave_as(key, false, "a2");
    b.leave_as(key, true, "SUCCEEDED");
    REQUIRE(b.wait_for_lines("1", 2));
    unit::settle(b.loop);
    CHECK(b.lines_of("1") == Lines{"FAILED", "SUCCEEDED"});
    CHECK(b.lines_of("2") == Lines{"FAILED", "SUCCEEDED"});
}

TEST_CASE("a caller whose wait ends gets its merged lines before the answer") {
    Bench b;
    commands::TrackpaymentsRequest one;
    one.hash = hash(2);
    b.add("1", one);
    b.add_crowd();
    b.leave(pending(2, 1, 1, 2), "IN_FLIGHT");
    b.leave(complete(pending(2, 1, 1, 2), 2), "SUCCEEDED");
    CHECK(b.lines.empty());
    REQUIRE(unit::until(b.loop, [&] { return !b.ended.empty(); }));
    CHECK(b.lines_of("1") == Lines{"SUCCEEDED"});
    REQUIRE(b.ended[0].changed.size() == 1);
    CHECK(*b.ended[0].changed[0].json == "SUCCEEDED");
}

TEST_CASE("a new caller gets no merged line from before it joined, nor one older than its first answer") {
    Bench b;
    b.add_crowd();
    b.leave(pending(1, 1, 1, 1), "a1");
    Caller late;
    late.id = "1";
    late.request.timeout = std::chrono::seconds(3600);
    late.first = {{hash(2), {1}}};
    late.first_number = b.made + 2; // two snapshots are still queued, and its first answer had a newer one
    b.callers.add(std::move(late));
    b.leave(pending(2, 1, 1, 2), "b1");
    b.leave(pending(3, 1, 1, 3), "c1");
    REQUIRE(b.wait_for_lines("1", 1));
    CHECK(b.lines_of("1") == Lines{"c1"});
    b.leave(pending(2, 1, 1, 2), "b2");
    REQUIRE(b.wait_for_lines("1", 2));
    CHECK(b.lines_of("1") == Lines{"c1", "b2"});
}

TEST_CASE("lines are merged for as long as lightningd has not read the last ones") {
    Bench b;
    b.add("1");
    b.add_crowd();
    b.all_sent = false;
    b.leave(pending(1, 1, 1, 1), "a1");
    int pauses = 0;
    io::Timer pause(b.loop);
    std::function<void()> again = [&] {
        if (++pauses < 3)
            pause.start(commands::WaitingCallers::merge_pause, again);
    };
    again();
    REQUIRE(unit::until(b.loop, [&] { return pauses == 3; }));
    CHECK(b.lines.empty());
    b.leave(pending(1, 1, 1, 1), "a2");
    b.all_sent = true;
    REQUIRE(b.wait_for_lines("1", 1));
    CHECK(b.lines_of("1") == Lines{"a2"});
}

} // namespace waiting_callers_test
