// Which of a payer's calls made a row: refused ones leave no row, and must leave nothing else.
#include "facts.hpp"

#include <doctest/doctest.h>

namespace expected_parts_test {

using namespace facts;
using payments::ExpectedPart;
using payments::PaymentKey;
using payments::Table;

namespace {

const PaymentKey key{hash(1), {1}};

/// A sendpay over that channel, in second 100 + created of the row it would make.
ExpectedPart sendpay(std::uint64_t channel, std::uint64_t created, std::optional<base::Msat> sent = std::nullopt) {
    ExpectedPart call;
    call.hash = key.hash;
    call.by.call = true;
    call.payer = payments::Payer::other;
    call.total = {payments::TotalSource::sendpay_amount, {channel * 1000}};
    call.sent = sent;
    call.seen = second(100 + created);
    call.route.hops.push_back({{}, {channel}, {1000}, 0, {}});
    return call;
}

std::uint64_t channel_of(const Table& table, std::size_t part = 0) {
    const auto& route = table.find(key)->parts.at(part).route;
    return route ? route->hops.at(0).channel.value : 0;
}

} // namespace

TEST_CASE("the row is the newest call's: a refused one before it gives it neither route nor amount") {
    Table table(100);
    table.apply(sendpay(7, 10));
    table.apply(sendpay(5, 10));
    table.apply(seen(pending(1, 1, 0, 10)));
    CHECK(channel_of(table) == 5);
    CHECK(table.find(key)->value().value == 5000);
    CHECK_FALSE(table.expected(key.hash)); // the refused one waits for nothing
}

TEST_CASE("a call refused while the row of the one before it is on its way does not take its place") {
    Table table(100);
    SUBCASE("it would send another amount") {
        table.apply(sendpay(7, 10, base::Msat{1010}));
        table.apply(sendpay(5, 10, base::Msat{2020}));
    }
    SUBCASE("it came in a later second than the row was made") {
        table.apply(sendpay(7, 10, base::Msat{1010}));
        table.apply(sendpay(5, 12, base::Msat{1010}));
    }
    table.apply(seen(pending(1, 1, 0, 10)));
    CHECK(channel_of(table) == 7);
    CHECK(table.find(key)->value().value == 7000);
}

TEST_CASE("a call for a part that has its own is refused: the part, its payer and its value stay as they are") {
    Table table(100);
    table.apply(sendpay(7, 10));
    table.apply(seen(pending(1, 1, 0, 10)));
    auto again = sendpay(5, 10);
    again.group = key.group;
    again.payer = payments::Payer::xpay;
    CHECK(table.apply(again).updated.empty());
    CHECK(channel_of(table) == 7);
    CHECK(table.find(key)->payer == payments::Payer::other);
    table.apply(seen(failed(pending(1, 1, 0, 10), 1)));
    table.apply(sendpay(6, 20)); // and the next real one is not mixed up with it
    table.apply(seen(pending(1, 2, 0, 20)));
    CHECK(table.find({hash(1), {2}})->parts[0].route->hops[0].channel.value == 6);
}

TEST_CASE("a row that no call fits has no route rather than a wrong one") {
    Table table(100);
    table.apply(sendpay(7, 10, base::Msat{5555}));
    table.apply(seen(pending(1, 1, 0, 10)));
    CHECK(channel_of(table) == 0);
}

TEST_CASE("of very many calls for one part the newest are kept") {
    Table table(100);
    for (std::uint64_t n = 1; n <= 100; ++n)
        table.apply(sendpay(n, 10));
    table.apply(seen(pending(1, 1, 0, 10)));
    CHECK(channel_of(table) == 100);
    CHECK_FALSE(table.expected(key.hash));
}

TEST_CASE("the two accounts of xpay are one, repeated or not, in either order") {
    for (const bool call_first : {true, false}) {
        auto call = sendpay(7, 10);
        call.group = key.group;
        call.route = {};
        call.route.total_time_lock = 126;
        auto topic = sendpay(5, 10);
        topic.group = key.group;
        topic.by = {false, true};
        Table table(100);
        const std::vector<payments::Event> both =
            call_first ? std::vector<payments::Event>{call, topic} : std::vector<payments::Event>{topic, call};
        table.apply(both);
        table.apply(both);
        table.apply(seen(pending(1, 1, 0, 10)));
        CHECK(channel_of(table) == 5);
        CHECK(table.find(key)->parts[0].route->total_time_lock == 126);
        CHECK_FALSE(table.expected(key.hash));
    }
}

TEST_CASE("when too many parts are expected a further one is ignored: its part has no route") {
    Table table(100);
    for (std::uint64_t n = 0; n < payments::ExpectedParts::limit; ++n) {
        auto call = sendpay(7, 10);
        call.hash = hash(2);
        call.partid = {n};
        table.apply(call);
    }
    table.apply(sendpay(7, 10));
    CHECK_FALSE(table.expected(key.hash));
    table.apply(seen(pending(1, 1, 0, 10)));
    CHECK(channel_of(table) == 0);
}

} // namespace expected_parts_test
