// Payments that changed after a cursor, read from a node whose answers the test gives.
#include "commands/history.hpp"

#include "resume_fixture.hpp"

#include <set>

namespace resume_test {

using namespace facts;
using commands::Resume;
using publish::Position;
using Rows = std::vector<payments::Row>;

namespace {

using Bench = unit::ResumeFixture;

} // namespace

TEST_CASE("new rows come first, then changed ones, each in order and each payment once and complete") {
    Bench b;
    const auto old = complete(pending(1, 1, 1, 3), 7); // made before the cursor, changed after it
    const auto lost = failed(pending(2, 1, 1, 6), 6);
    const auto won = complete(pending(2, 1, 2, 8), 8);
    const auto unchanged = pending(3, 1, 1, 9);
    b.run({{{5}, {5}}}, {{9}, {8}});
    b.page("created", 6, {lost, won, unchanged});
    b.group({unchanged});
    b.page("updated", 6, {lost, old, won});
    b.group({lost, won}); // and not again for its last row
    b.group({old});
    REQUIRE(b.answer.has_value());
    CHECK(b.given() == std::vector<std::string>{"9 IN_FLIGHT", "3 SUCCEEDED", "6 SUCCEEDED"});
    CHECK((*b.answer)->position == Position{{9}, {8}});
    CHECK((*b.answer)->news);
    CHECK_FALSE((*b.answer)->more);
    CHECK(b.node.quiet());
}

TEST_CASE("payments in the table are given from it without asking lightningd") {
    Bench b;
    b.table.apply(seen(pending(1, 1, 1, 6)));
    b.run({{{5}, {5}}}, {{6}, {5}});
    b.page("created", 6, {pending(1, 1, 1, 6)});
    REQUIRE(b.answer.has_value());
    CHECK(b.given() == std::vector<std::string>{"6 IN_FLIGHT"});
}

TEST_CASE("a cursor at or beyond the newest row gives no payments and asks nothing") {
    Bench b;
    b.run({{{5}, {5}}}, {{5}, {5}});
    REQUIRE(b.answer.has_value());
    CHECK(b.given().empty());
    CHECK_FALSE((*b.answer)->news);
    b.answer.reset();
    b.run({{{9}, {9}}}, {{5}, {5}}); // a cursor ahead of the rows read is not set back
    REQUIRE(b.answer.has_value());
    CHECK((*b.answer)->position == Position{{9}, {9}});
}

TEST_CASE("rows that have not been read yet are left for the next answer") {
    Bench b;
    const auto young = failed(pending(2, 1, 1, 6), 6);
    b.run({{{5}, {5}}}, {{7}, {5}});
    b.page("created", 6, {pending(1, 1, 1, 6), complete(pending(4, 1, 1, 7), 9), pending(3, 1, 1, 8), young});
    b.group({pending(1, 1, 1, 6)});
    REQUIRE(b.answer.has_value());
    CHECK(b.given() == std::vector<std::string>{"6 IN_FLIGHT"});
    CHECK((*b.answer)->position == Position{{7}, {5}});
}

TEST_CASE("an answer has at most 100 payments, and the next one continues behind it") {
    Bench b;
    Rows rows;
    for (std::uint64_t n = 1; n <= Resume::most_payments; ++n) {
        rows.push_back(complete(pending(static_cast<std::uint8_t>(n), 1, 1, n), n));
        b.table.apply(seen(rows.back()));
    }
    b.table.apply(seen(complete(pending(200, 1, 1, 101), 101)));
    b.run({{{0}, {0}}}, {{101}, {101}});
    b.page("updated", 0, rows); // no row without a change
    b.page("updated", 1, rows);
    REQUIRE(b.answer.has_value());
    CHECK(b.node.quiet());
    CHECK(b.given().size() == Resume::most_payments);
    CHECK((*b.answer)->more);
    CHECK((*b.answer)->position == Position{{101}, {100}});
    b.run({{{101}, {100}}}, {{101}, {101}});
    b.page("updated", 101, {complete(pending(200, 1, 1, 101), 101)});
    CHECK(b.given() == std::vector<std::string>{"101 SUCCEEDED"}); // and none of the others again
    CHECK_FALSE((*b.answer)->more);
    CHECK(b.node.quiet());
}

TEST_CASE("a payment without an outcome holds the cursor and is always given") {
    Bench b;
    b.table.apply(seen(failed(pending(1, 1, 1, 2), 6)));
    b.table.apply(seen(complete(pending(2, 1, 1, 3), 7)));
    b.run({{{3}, {5}}}, {{3}, {7}}, {publish::unlimited.created, {5}});
    b.page("updated", 6, {failed(pending(1, 1, 1, 2), 6), complete(pending(2, 1, 1, 3), 7)});
    REQUIRE(b.answer.has_value());
    CHECK(b.given() == std::vector<std::string>{"2 IN_FLIGHT", "3 SUCCEEDED"});
    CHECK((*b.answer)->position == Position{{3}, {5}});
}

TEST_CASE("a cursor goes back to a payment that has lost its outcome with an earlier run") {
    Bench b;
    b.table.apply(seen(failed(pending(1, 1, 1, 2), 6)));
    b.table.apply(seen(complete(pending(2, 1, 1, 3), 7)));
    b.run({{{3}, {7}}}, {{3}, {7}}, {publish::unlimited.created, {5}});
    REQUIRE(b.answer.has_value());
    CHECK(b.given() == std::vector<std::string>{"2 IN_FLIGHT"});
    CHECK((*b.answer)->position == Position{{3}, {5}});
    CHECK((*b.answer)->number == 1); // the end behind it is repeated once
    for (const auto& given : std::vector<std::vector<std::string>>{{"2 IN_FLIGHT", "3 SUCCEEDED"}, {"2 IN_FLIGHT"}}) {
        b.run({(*b.answer)->position, (*b.answer)->number}, {{3}, {7}}, {publish::unlimited.created, {5}});
        b.page("updated", 6, {failed(pending(1, 1, 1, 2), 6), complete(pending(2, 1, 1, 3), 7)});
        REQUIRE(b.answer.has_value());
        CHECK(b.given() == given);
    }
    CHECK_FALSE((*b.answer)->news);
}

namespace {

/// One payment has no outcome, and others end behind it.
struct HeldBench : Bench {
    static constexpr Position before{{9}, {5}};
    static constexpr Position hold{publish::unlimited.created, {5}};
    Rows rows{failed(pending(1, 1, 1, 2), 6)};

    HeldBench() { table.apply(seen(rows.front())); }
    void end(std::uint8_t n) {
        rows.push_back(complete(pending(n, 1, 1, n + 1U), n + 5U));
        table.apply(seen(rows.back()));
    }
    /// Only the page and the table are read.
    void ask(std::uint64_t number) {
        run({before, number}, {{9}, {rows.back().updated.value}}, hold);
        page("updated", 6, rows);
        REQUIRE(answer.has_value());
        CHECK((*answer)->position == before);
    }
    [[nodiscard]] std::uint64_t number() const { return (*answer)->number; }
};

} // namespace

TEST_CASE("an end beyond the hold is given only once to a caller with the number of that answer") {
    HeldBench b;
    b.end(2);
    b.ask(0);
    CHECK(b.given() == std::vector<std::string>{"2 IN_FLIGHT", "3 SUCCEEDED"});
    CHECK((*b.answer)->news);
    const auto first = b.number();
    CHECK(first == b.table.last_change());
    b.ask(first);
    CHECK(b.given() == std::vector<std::string>{"2 IN_FLIGHT"});
    CHECK_FALSE((*b.answer)->news); // else a caller that waits for news would be answered again and again
    CHECK(b.number() == first);
    b.end(3);
    b.ask(first);
    CHECK(b.given() == std::vector<std::string>{"2 IN_FLIGHT", "4 SUCCEEDED"});
    CHECK((*b.answer)->news);
    b.ask(b.number());
    CHECK(b.given() == std::vector<std::string>{"2 IN_FLIGHT"});
    b.ask(0);
    CHECK(b.given() == std::vector<std::string>{"2 IN_FLIGHT", "3 SUCCEEDED", "4 SUCCEEDED"});
}

TEST_CASE("an end that changed after the number is given again") {
    HeldBench b;
    b.rows.push_back(failed(pending(2, 1, 1, 3), 7));
    b.table.apply(seen(b.rows.back()));
    b.table.apply(payments::GivenUp{hash(2), base::GroupId{1}, false});
    b.ask(0);
    CHECK(b.given() == std::vector<std::string>{"2 IN_FLIGHT", "3 FAILED"});
    const auto first = b.number();
    b.ask(first);
    CHECK(b.given() == std::vector<std::string>{"2 IN_FLIGHT"});
    b.rows.push_back(complete(pending(2, 1, 2, 4), 8));
    b.table.apply(seen(b.rows.back()));
    b.ask(first);
    CHECK(b.given() == std::vector<std::string>{"2 IN_FLIGHT", "3 SUCCEEDED"});
}

TEST_CASE("an end that lost a part after the number is given again") {
    HeldBench b;
    b.end(2);
    b.rows.push_back(failed(pending(2, 1, 2, 4), 8));
    b.table.apply(seen(b.rows.back()));
    b.ask(0);
    const auto first = b.number();
    b.table.apply(payments::PartDeleted{{hash(2), {1}}, {4}});
    b.rows.pop_back();
    b.ask(first);
    CHECK(b.given() == std::vector<std::string>{"2 IN_FLIGHT", "3 SUCCEEDED"});
}

TEST_CASE("payments that end while pages are read come with the next answer") {
    HeldBench b;
    b.end(2);
    b.run({b.before, 0}, {{9}, {7}}, b.hold);
    const auto began = b.table.last_change();
    b.end(3);
    b.page("updated", 6, {b.rows[0], b.rows[1]});
    CHECK(b.given() == std::vector<std::string>{"2 IN_FLIGHT", "3 SUCCEEDED", "4 SUCCEEDED"}); // read after its page
    CHECK(b.number() == began);
    b.ask(began);
    CHECK(b.given() == std::vector<std::string>{"2 IN_FLIGHT", "4 SUCCEEDED"});
}

TEST_CASE("ends beyond the hold that exceed the limit come answer by answer, each once") {
    HeldBench b;
    const auto last = static_cast<std::uint8_t>(Resume::most_payments + 10);
    for (std::uint8_t n = 2; n <= last; ++n)
        b.end(n);
    std::vector<std::string> all;
    commands::Known since{b.before};
    for (int i = 0; i < 2; ++i) {
        b.run(since, {{9}, {b.rows.back().updated.value}}, b.hold);
        if (i == 0) // the page fills the answer
            b.page("updated", 6, {b.rows.begin(), b.rows.begin() + 100});
        else
            b.page("updated", 106, {b.rows.begin() + 100, b.rows.end()});
        REQUIRE(b.answer.has_value());
        CHECK((*b.answer)->position == b.before);
        CHECK((*b.answer)->more == (i == 0));
        CHECK(b.number() > since.number);
        since = {(*b.answer)->position, b.number(), (*b.answer)->given};
        for (const auto& one : b.given())
            if (one.ends_with("SUCCEEDED"))
                all.push_back(one);
    }
    CHECK(all.size() == last - 1U);
    CHECK(std::set(all.begin(), all.end()).size() == all.size());
    CHECK(since.number == b.table.last_change());
    CHECK(since.given.value == 0);
}

namespace {

/// One payment has no outcome, and behind it 150 ended in an earlier run.
struct PastBench : Bench {
    static constexpr Position before{{200}, {5}};
    static constexpr Position newest{{200}, {156}};
    static constexpr Position hold{publish::unlimited.created, {5}};
    Rows rows{failed(pending(1, 1, 1, 1), 6)};

    PastBench() {
        table.apply(seen(rows.front()));
        for (std::uint8_t n = 2; n <= 151; ++n)
            rows.push_back(complete(pending(n, 1, 1, n), n + 5U));
    }
    [[nodiscard]] Rows between(std::uint64_t after, std::uint64_t upto) const {
        return {rows.begin() + static_cast<std::ptrdiff_t>(after - 5),
                rows.begin() + static_cast<std::ptrdiff_t>(upto - 5)};
    }
    /// Answers the page after `after` and the listing of each group that is in it and not in the table, until the
    /// answer is complete.
    void give(std::uint64_t after) {
        const auto upto = std::min<std::uint64_t>(after + 100, newest.updated.value);
        page("updated", after + 1, between(after, upto));
        for (const auto& row : between(after, upto))
            if (!answer && !table.find(row.key))
                group({row});
    }
    [[nodiscard]] commands::Known next() {
        census.clear(); // else it would be continued now
        return {(*answer)->position, (*answer)->number, (*answer)->given};
    }
};

} // namespace

TEST_CASE("ends of an earlier run beyond the hold come answer by answer, each once") {
    PastBench b;
    b.run({b.before}, b.newest, b.hold);
    b.give(5);
    REQUIRE(b.answer.has_value());
    CHECK((*b.answer)->more);
    CHECK((*b.answer)->position == b.before);
    CHECK((*b.answer)->given.value == 105);
    CHECK(b.given().size() == Resume::most_payments);
    b.run(b.next(), b.newest, b.hold);
    b.give(105);
    REQUIRE(b.answer.has_value());
    CHECK_FALSE((*b.answer)->more);
    CHECK((*b.answer)->position == b.before);
    CHECK((*b.answer)->given.value == 0);
    const auto given = b.given();
    CHECK(given.front() == "101 SUCCEEDED");
    CHECK(given.size() == 52); // and the one without an outcome
    CHECK(given.back() == "1 IN_FLIGHT");
    CHECK(b.node.quiet());
}

TEST_CASE("a payment that gets its outcome between two answers is given, whether or not others still hold the cursor") {
    for (const bool held : {true, false}) {
        PastBench b;
        b.run({b.before}, b.newest, b.hold);
        b.give(5);
        REQUIRE(b.answer.has_value());
        b.table.apply(payments::GivenUp{hash(1), base::GroupId{1}, false});
        b.run(b.next(), b.newest, held ? b.hold : publish::unlimited);
        if (!held) { // what was given comes again, as the position moves
            b.give(5);
            REQUIRE(b.answer.has_value());
            CHECK(b.given().front() == "1 FAILED");
            CHECK((*b.answer)->position == Position{{200}, {105}});
            continue;
        }
        b.give(105);
        REQUIRE(b.answer.has_value());
        const auto given = b.given();
        CHECK(given.back() == "1 FAILED");
        CHECK(given.size() == 52);
    }
}

TEST_CASE("how far an answer came counts only as far as the rows go") {
    PastBench b;
    b.run({b.before, 0, base::UpdatedIndex{500}}, b.newest, b.hold);
    b.give(5);
    REQUIRE(b.answer.has_value());
    CHECK(b.given().size() == Resume::most_payments);
}

TEST_CASE("an answer without a hold needs no number and has none") {
    HeldBench b;
    for (std::uint8_t n = 2; n <= 3; ++n)
        b.end(n);
    b.run({b.before, b.table.last_change()}, {{9}, {8}});
    b.page("updated", 6, b.rows);
    CHECK(b.given() == std::vector<std::string>{"2 IN_FLIGHT"});
    CHECK((*b.answer)->position == Position{{9}, {8}});
    CHECK(b.number() == 0);
}

TEST_CASE("a payment deleted meanwhile is left out, and a lost socket is an error") {
    Bench b;
    b.run({{{0}, {0}}}, {{2}, {0}});
    b.page("created", 1, {pending(1, 1, 1, 1), pending(2, 1, 1, 2)});
    b.node.answer(b.node.next(), unit::listing({}));
    b.group({pending(2, 1, 1, 2)});
    REQUIRE(b.answer.has_value());
    CHECK(b.given() == std::vector<std::string>{"2 IN_FLIGHT"});

    b.answer.reset();
    b.run({{{0}, {0}}}, {{2}, {0}});
    CHECK(b.node.next().method == "listsendpays");
    b.node.hang_up();
    REQUIRE(unit::until(b.loop, [&] { return b.answer.has_value(); }));
    REQUIRE_FALSE(b.answer->has_value());
    CHECK(b.answer->error().message == "lightningd's RPC socket was lost; try again");
}

TEST_CASE("a payment of several groups is given once, and one built from rows has its invoice's value") {
    Bench b;
    payments::ExpectedPart call;
    call.hash = hash(1);
    call.by.call = true;
    call.payer = payments::Payer::renepay;
    call.call = {77};
    call.partid = {1};
    for (std::uint64_t group = 1; group <= 2; ++group) {
        call.group = base::GroupId{group};
        call.seen = second(100 + group);
        b.table.apply(call);
        b.table.apply(seen(group < 2 ? failed(pending(1, group, 1, group), group)
                                     : complete(pending(1, group, 1, group), group)));
    }
    auto old = complete(pending(2, 1, 1, 3), 3);
    old.invoice = "lnbc2";
    b.run({{{0}, {0}}}, {{3}, {3}});
    b.page("created", 1, {failed(pending(1, 1, 1, 1), 1), complete(pending(1, 2, 1, 2), 2), old});
    b.page("updated", 1, {failed(pending(1, 1, 1, 1), 1), complete(pending(1, 2, 1, 2), 2), old});
    b.group({old});
    const auto decode = b.node.next();
    CHECK(decode.params == json::Tree::array({"lnbc2"}));
    b.node.answer(decode, R"({"payment_hash":")" + hash(2).hex() + R"(","amount_msat":7000})");
    REQUIRE(b.answer.has_value());
    CHECK(b.given() == std::vector<std::string>{"1 SUCCEEDED", "3 SUCCEEDED"});
    CHECK(json::Tree::parse(*(*b.answer)->payments[1].json)["value_msat"] == "7000");
}

TEST_CASE("a payment built from rows is FAILED when none of its parts is pending or settled") {
    const auto past = commands::payments_from_rows({failed(pending(1, 1, 1, 1), 1), complete(pending(1, 2, 1, 2), 2),
                                                    failed(pending(2, 5, 1, 3), 3), failed(pending(2, 5, 2, 4), 4),
                                                    failed(pending(3, 5, 1, 5), 5), pending(3, 5, 2, 6)},
                                                   {});
    REQUIRE(past.size() == 4);
    using payments::Status;
    CHECK(past[0].status() == Status::failed);
    CHECK(past[0].reason == payments::FailureReason::error);
    CHECK(past[1].status() == Status::succeeded);
    CHECK(past[2].status() == Status::failed);
    CHECK(past[2].parts.size() == 2);
    CHECK(past[3].status() == Status::in_flight);
}

} // namespace resume_test
