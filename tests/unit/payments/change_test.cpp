// The payments in a Change: each once, none that is gone.
#include "facts.hpp"

#include <doctest/doctest.h>

namespace change_test {

namespace {

using namespace facts;
using payments::Event;
using payments::PartDeleted;
using payments::PaymentKey;
using payments::Table;

const PaymentKey key{hash(1), {9}};

} // namespace

TEST_CASE("a change points to the table's own payments") {
    Table table(100);
    const auto change = table.apply(seen(pending(1, 9, 1, 10)));
    REQUIRE(change.updated.size() == 1);
    CHECK(change.updated[0] == table.find(key));
}

TEST_CASE("several facts about one payment give one update, in the order of the first facts") {
    Table table(100);
    const std::vector<Event> events{seen(pending(2, 9, 1, 10)), seen(pending(1, 9, 1, 11)), seen(pending(2, 9, 2, 12)),
                                    seen(complete(pending(1, 9, 1, 11), 1)), seen(failed(pending(2, 9, 1, 10), 2))};
    CHECK(updated(table.apply(events)) == std::vector{PaymentKey{hash(2), {9}}, key});
}

TEST_CASE("a payment whose last part is deleted by the same facts is not updated") {
    Table table(100);
    const std::vector<Event> events{seen(pending(1, 9, 1, 10)), seen(pending(2, 9, 1, 11)), PartDeleted{key, {10}}};
    const auto change = table.apply(events);
    CHECK(updated(change) == std::vector{PaymentKey{hash(2), {9}}});
    REQUIRE(change.ended.size() == 1);
    CHECK(change.ended[0].key == key);
    CHECK(table.size() == 1);
}

TEST_CASE("a new payment with a deleted one's key in the same facts is a payment of its own") {
    Table table(100);
    const std::vector<Event> events{seen(complete(pending(1, 9, 1, 10), 1)), PartDeleted{key, {10}},
                                    seen(pending(1, 9, 1, 20))};
    const auto change = table.apply(events);
    REQUIRE(change.updated.size() == 1);
    CHECK(change.updated[0] == table.find(key));
    CHECK(change.updated[0]->index.value == 20);
    CHECK(change.updated[0]->status() == payments::Status::in_flight);
    REQUIRE(change.deleted.size() == 1);
    CHECK(change.deleted[0].index.value == 10);
}

TEST_CASE("two payments of one key that end in one change each keep their own parts") {
    Table table(100);
    const std::vector<Event> events{seen(complete(pending(1, 9, 1, 10), 1)), PartDeleted{key, {10}},
                                    seen(pending(1, 9, 1, 20)), PartDeleted{key, {20}}};
    const auto change = table.apply(events);
    CHECK(change.updated.empty());
    REQUIRE(change.ended.size() == 2);
    CHECK(change.ended[0].index.value == 10);
    CHECK(change.ended[0].status() == payments::Status::succeeded);
    CHECK(change.ended[1].index.value == 20);
    CHECK(change.ended[1].status() == payments::Status::failed);
}

TEST_CASE("a payment deleted and continued by the same facts keeps its index") {
    Table table(100);
    const std::vector<Event> events{seen(failed(pending(1, 9, 1, 10), 1)), PartDeleted{key, {10}},
                                    seen(pending(1, 9, 2, 20)), seen(pending(1, 9, 3, 5))};
    const auto change = table.apply(events);
    REQUIRE(change.updated.size() == 1);
    CHECK(change.updated[0]->index.value == 10); // its end was published with this index
    CHECK(change.reopened == std::vector{key});
}

} // namespace change_test
