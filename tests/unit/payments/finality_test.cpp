// When a payment is FAILED or SUCCEEDED, and which facts may still change that.
#include "facts.hpp"

#include <doctest/doctest.h>

namespace finality_test {

using namespace facts;
using payments::FailureReason;
using payments::GivenUp;
using payments::Payer;
using payments::PaymentKey;
using payments::SilenceExpired;
using payments::Status;
using payments::Table;

namespace {

const PaymentKey key{hash(1), {9}};

void fail_one(Table& table, std::uint64_t partid, std::uint64_t created) {
    table.apply(seen(pending(1, 9, partid, created)));
    table.apply(failure(pending(1, 9, partid, created), 0x1007, 1));
}

} // namespace

TEST_CASE("a payment whose parts have all failed is IN_FLIGHT until its silence expires") {
    Table table(100);
    fail_one(table, 1, 10);
    CHECK(table.find(key)->undecided());
    CHECK(table.find(key)->status() == Status::in_flight);
    CHECK(table.apply(SilenceExpired{key}).updated.size() == 1);
    CHECK(table.find(key)->status() == Status::failed);
    CHECK(table.find(key)->reason == FailureReason::no_route);
    CHECK(table.apply(SilenceExpired{key}).updated.empty());
}

TEST_CASE("an expired silence reported after a new part has no effect") {
    Table table(100);
    fail_one(table, 1, 10);
    table.apply(seen(pending(1, 9, 2, 11)));
    CHECK(table.apply(SilenceExpired{key}).updated.empty());
    CHECK(table.find(key)->status() == Status::in_flight);
}

TEST_CASE("a later part of a FAILED payment reopens it, and it can still succeed") {
    Table table(100);
    fail_one(table, 1, 10);
    table.apply(SilenceExpired{key});
    const auto change = table.apply(seen(pending(1, 9, 2, 11)));
    CHECK(change.reopened == std::vector{key});
    CHECK(change.updated.size() == 1);
    CHECK(table.find(key)->status() == Status::in_flight);
    CHECK_FALSE(table.find(key)->reason.has_value());
    table.apply(seen(complete(pending(1, 9, 2, 11), 5)));
    CHECK(table.find(key)->status() == Status::succeeded);
}

TEST_CASE("a new part first seen settled makes a FAILED payment SUCCEEDED") {
    Table table(100);
    fail_one(table, 1, 10);
    table.apply(SilenceExpired{key});
    const auto change = table.apply(seen(complete(pending(1, 9, 2, 11), 5)));
    CHECK(change.reopened.size() == 1);
    CHECK(table.find(key)->status() == Status::succeeded);
}

TEST_CASE("a payment given up with a part in flight is FAILED as soon as that part has failed") {
    Table table(100);
    fail_one(table, 1, 10);
    table.apply(seen(pending(1, 9, 2, 11)));
    CHECK(table.apply(GivenUp{hash(1), std::nullopt, true}).updated.empty());
    CHECK(table.find(key)->status() == Status::in_flight);
    CHECK(table.apply(failure(pending(1, 9, 2, 11), 0x1007, 1)).updated.size() == 1);
    CHECK(table.find(key)->status() == Status::failed);
}

TEST_CASE("giving up never fails a payment with a settled part") {
    Table table(100);
    fail_one(table, 1, 10);
    table.apply(seen(complete(pending(1, 9, 2, 11), 5)));
    table.apply(GivenUp{hash(1), key.group, false});
    CHECK(table.find(key)->status() == Status::succeeded);
    CHECK_FALSE(table.find(key)->reason.has_value());
}

TEST_CASE("pay_failure does not fail a payment of xpay") {
    for (const auto payer : {Payer::unknown, Payer::pay, Payer::keysend, Payer::xpay, Payer::other}) {
        Table table(100);
        payments::ExpectedPart expected;
        expected.hash = hash(1);
        expected.partid = {1};
        expected.payer = payer;
        expected.seen = second(110);
        table.apply(expected);
        fail_one(table, 1, 10);
        table.apply(GivenUp{hash(1), std::nullopt, true});
        const bool concerned = payer != Payer::xpay && payer != Payer::other;
        CHECK((table.find(key)->status() == Status::failed) == concerned);
    }
}

TEST_CASE("another group of the hash fails the older payment, published before the new one's first snapshot") {
    Table table(100);
    fail_one(table, 1, 10);
    const auto change = table.apply(seen(pending(1, 12, 1, 11)));
    const PaymentKey next{hash(1), {12}};
    CHECK(updated(change) == std::vector{key, next});
    CHECK(table.find(key)->status() == Status::failed);
    CHECK(table.find(key)->reason == FailureReason::no_route);
    CHECK(table.find(next)->status() == Status::in_flight);
}

TEST_CASE("an older group whose last part fails late is FAILED at once") {
    Table table(100);
    table.apply(seen(pending(1, 9, 1, 10)));
    table.apply(seen(pending(1, 12, 1, 11)));
    CHECK(table.find(key)->status() == Status::in_flight);
    table.apply(failure(pending(1, 9, 1, 10), 0x1007, 1));
    CHECK(table.find(key)->status() == Status::failed);
}

TEST_CASE("after success only success is published of a hash, until its complete row is deleted") {
    Table table(100);
    const auto good = complete(pending(1, 9, 1, 10), 1);
    table.apply(seen(good));
    CHECK(table.apply(seen(failed(pending(1, 3, 1, 5), 2))).updated.empty()); // an older group, reported late
    table.apply(payments::PartDeleted{good.key, good.created});
    CHECK(table.apply(seen(pending(1, 20, 1, 20))).updated.size() >= 1); // the hash may be paid again
}

TEST_CASE("deleting the last part of a payment without an outcome removes it from the table") {
    Table table(100);
    fail_one(table, 1, 10);
    const auto change = table.apply(payments::PartDeleted{key, {10}});
    CHECK(change.updated.empty());
    CHECK(change.deleted.size() == 1);
    CHECK(table.find(key) == nullptr);
}

TEST_CASE("a payment that one change ends and deletes is published with its end") {
    for (const bool paid : {false, true}) {
        CAPTURE(paid);
        Table table(100);
        const auto row = pending(1, 1, 0, 7);
        table.apply(seen(row));
        // The new group shows that the older one is over.
        const std::vector<payments::Event> facts{paid ? seen(complete(row, 1)) : failure(row, 0x1007, 1),
                                                 seen(pending(1, 2, 0, 8)), payments::PartDeleted{row.key, {7}}};
        const auto change = table.apply(facts);
        REQUIRE(change.ended.size() == 1);
        CHECK(change.ended[0].key == row.key);
        CHECK(change.ended[0].status() == (paid ? Status::succeeded : Status::failed));
        CHECK(change.ended[0].parts.size() == 1);
        CHECK(change.deleted.size() == 1);
        CHECK(updated(change) == std::vector{PaymentKey{hash(1), {2}}});
    }
}

TEST_CASE("deleting some parts of a payment that goes on publishes it with the others") {
    Table table(100);
    fail_one(table, 1, 10);
    table.apply(seen(pending(1, 9, 2, 11)));
    const auto change = table.apply(payments::PartDeleted{key, {10}});
    CHECK(updated(change) == std::vector{key});
    CHECK(table.find(key)->parts.size() == 1);
    CHECK(table.find(key)->index.value == 10);
}

TEST_CASE("a payment whose complete row was deleted can be paid again in the same group") {
    Table table(100);
    fail_one(table, 1, 10);
    const auto good = complete(pending(1, 9, 2, 11), 5);
    table.apply(seen(good));
    table.apply(payments::PartDeleted{key, good.created});
    CHECK(table.find(key)->status() == Status::succeeded);
    table.apply(seen(pending(1, 9, 2, 30)));
    CHECK(table.find(key)->status() == Status::in_flight);
}

TEST_CASE("a FAILED payment whose failed part turns out to have settled is SUCCEEDED") {
    Table table(100);
    fail_one(table, 1, 10);
    table.apply(SilenceExpired{key});
    REQUIRE(table.find(key)->status() == Status::failed);
    const auto change = table.apply(seen(complete(pending(1, 9, 1, 10), 5)));
    CHECK(change.reopened == std::vector{key});
    CHECK(updated(change) == std::vector{key});
    CHECK(table.find(key)->status() == Status::succeeded);
    CHECK_FALSE(table.find(key)->reason.has_value());
}

} // namespace finality_test
