// Facts in any order, repeated or not, must give the same payment.
#include "facts.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace order_test {

using namespace facts;
using payments::PaymentKey;
using payments::Table;

namespace {

/// All values of a snapshot; the observed times are equal here.
struct Picture {
    payments::Status status;
    std::vector<std::tuple<std::uint64_t, payments::PartStatus, std::uint16_t, std::uint64_t>> parts;
    base::Msat value;
    base::Msat fee;
    std::string invoice;
    auto operator<=>(const Picture&) const = default;
};

Picture picture(const payments::Payment& payment) {
    Picture picture{payment.status(), {}, payment.value(), payment.fee(), payment.invoice};
    for (const auto& part : payment.parts)
        picture.parts.emplace_back(part.created.value, part.status, part.failure.code, part.updated.value);
    return picture;
}

void check_every_order(std::vector<payments::Event> events, const PaymentKey& key, payments::Status expected) {
    std::vector<std::size_t> order(events.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::optional<Picture> first;
    do {
        Table table(100);
        for (const auto i : order)
            table.apply(events[i]);
        for (const auto i : order) // and all of them again
            CHECK(table.apply(events[i]).updated.empty());
        REQUIRE(table.find(key) != nullptr);
        const auto now = picture(*table.find(key));
        if (!first)
            first = now;
        CHECK(now == *first);
        CHECK(now.status == expected);
    } while (std::next_permutation(order.begin(), order.end()));
}

} // namespace

TEST_CASE("a multi-part payment with a failed attempt succeeds the same in every order of its facts") {
    auto one = pending(1, 9, 1, 10);
    one.invoice = "lnbc1";
    payments::ExpectedPart expected;
    expected.hash = hash(1);
    expected.by.call = true;
    expected.group = base::GroupId{9};
    expected.partid = {2};
    expected.total = {payments::TotalSource::part_start, {2000}};
    expected.seen = second(111);
    const auto two = pending(1, 9, 2, 11);
    check_every_order(
        {failure(one, 0x1007, 1), seen(failed(one, 1)), expected, seen(two), seen(complete(two, 2)), seen(one)},
        one.key, payments::Status::succeeded);
}

TEST_CASE("reports of one failure give the most detailed one, in every order") {
    const auto row = pending(1, 9, 1, 10);
    auto unreadable = failed(row, 1);
    unreadable.unreadable_error = true;
    check_every_order({seen(row), seen(unreadable), failure(row, 0x400F, 2)}, row.key, payments::Status::in_flight);
}

} // namespace order_test
