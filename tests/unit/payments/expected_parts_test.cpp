// Which of a payer's calls made a row. Refused calls leave no row and must have no effect.
#include "facts.hpp"

#include <doctest/doctest.h>

namespace expected_parts_test {

using namespace facts;
using payments::ExpectedPart;
using payments::PaymentKey;
using payments::Table;

namespace {

const PaymentKey key{hash(1), {1}};

/// A sendpay over this channel, in the second in which its row would be made (100 + created).
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

TEST_CASE("the newest call made the row: a refused one before it gives neither route nor amount") {
    Table table(100);
    table.apply(sendpay(7, 10));
    table.apply(sendpay(5, 10));
    table.apply(seen(pending(1, 1, 0, 10)));
    CHECK(channel_of(table) == 5);
    CHECK(table.find(key)->value().value == 5000);
    CHECK_FALSE(table.expected(key.hash)); // the refused call is no longer expected
}

TEST_CASE("a call refused before the previous call's row was read does not get that row") {
    Table table(100);
    SUBCASE("it would send another amount") {
        table.apply(sendpay(7, 10, base::Msat{1010}));
        table.apply(sendpay(5, 10, base::Msat{2020}));
    }
    SUBCASE("its second is later than the row's") {
        table.apply(sendpay(7, 10, base::Msat{1010}));
        table.apply(sendpay(5, 12, base::Msat{1010}));
    }
    table.apply(seen(pending(1, 1, 0, 10)));
    CHECK(channel_of(table) == 7);
    CHECK(table.find(key)->value().value == 7000);
}

TEST_CASE("two calls of one read that differ only in the amount that leaves are two calls") {
    Table table(100);
    table.apply(sendpay(7, 10, base::Msat{2020})); // refused
    table.apply(sendpay(7, 10, base::Msat{1010}));
    table.apply(seen(pending(1, 1, 0, 10)));
    CHECK(channel_of(table) == 7);
}

TEST_CASE("a call for a part that has its call already does not change the part, its payer or its value") {
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
    table.apply(sendpay(6, 20)); // the next real call is matched to its own row
    table.apply(seen(pending(1, 2, 0, 20)));
    CHECK(table.find({hash(1), {2}})->parts[0].route->hops[0].channel.value == 6);
}

TEST_CASE("a row that matches no call has no route") {
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

TEST_CASE("a call is dropped when as many newer ones of its part are kept as may be") {
    constexpr auto most = payments::ExpectedParts::most_for_a_part;
    for (const auto newer : {most - 1, most}) {
        Table table(100);
        table.apply(sendpay(7, 10, base::Msat{1010}));
        for (std::uint64_t n = 1; n <= newer; ++n)
            table.apply(sendpay(10 + n, 10, base::Msat{2020}));
        table.apply(seen(pending(1, 1, 0, 10))); // sends 1010
        CHECK(channel_of(table) == (newer < most ? 7 : 0));
    }
}

TEST_CASE("xpay's call and its pay_part_start are one expected part, in either order, repeated or not") {
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

TEST_CASE("beyond the limit of expected parts a call is ignored, and its part has no route") {
    Table table(100);
    for (std::uint64_t n = 0; n < payments::ExpectedParts::limit; ++n) {
        auto call = sendpay(7, 10);
        // Each call is compared with those of its hash: one hash would take most of this room's time.
        call.hash = hash(static_cast<std::uint8_t>(2 + n % 100));
        call.partid = {n};
        table.apply(call);
    }
    table.apply(sendpay(7, 10));
    CHECK_FALSE(table.expected(key.hash));
    table.apply(seen(pending(1, 1, 0, 10)));
    CHECK(channel_of(table) == 0);
}

} // namespace expected_parts_test
