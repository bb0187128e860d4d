// renepay starts a new group whenever nothing is pending: one call of it is one payment.
#include "facts.hpp"

#include <doctest/doctest.h>

namespace renepay_test {

using namespace facts;
using payments::Payer;
using payments::PaymentKey;
using payments::Status;
using payments::Table;

namespace {

const PaymentKey first{hash(1), {1}};

payments::ExpectedPart call(std::uint64_t group, std::uint64_t partid, std::uint64_t created, std::uint64_t number,
                            Payer payer = Payer::renepay) {
    payments::ExpectedPart expected;
    expected.hash = hash(1);
    expected.group = base::GroupId{group};
    expected.partid = {partid};
    expected.by.call = true;
    expected.payer = payer;
    expected.call = {number};
    expected.seen = second(100 + created);
    return expected;
}

} // namespace

TEST_CASE("three groups of one call are one payment with three attempts, in flight until the last one settles") {
    Table table(100);
    std::vector<std::vector<PaymentKey>> changes;
    for (std::uint64_t group = 1; group <= 3; ++group) {
        table.apply(call(group, 1, 10 * group, 77));
        const auto row = pending(1, group, 1, 10 * group);
        changes.push_back(updated(table.apply(seen(row))));
        changes.push_back(updated(table.apply(group < 3 ? failure(row, 0x1007, 1) : seen(complete(row, 3)))));
    }
    for (const auto& change : changes)
        CHECK(change == std::vector{first});
    CHECK(table.size() == 1);
    const auto* payment = table.find(first);
    REQUIRE(payment != nullptr);
    CHECK(payment->index.value == 10);
    CHECK(payment->parts.size() == 3);
    CHECK(payment->status() == Status::succeeded);
    for (std::uint64_t group = 1; group <= 3; ++group)
        CHECK(table.find({hash(1), {group}}) == payment);
    CHECK(table.find({hash(1), {4}}) == nullptr);
}

TEST_CASE("parts of the same number in two groups of a call are two parts") {
    Table table(100);
    table.apply(call(1, 1, 10, 77));
    table.apply(seen(failed(pending(1, 1, 1, 10), 1)));
    table.apply(call(2, 1, 20, 77));
    table.apply(seen(pending(1, 2, 1, 20)));
    REQUIRE(table.find(first)->parts.size() == 2);
    table.apply(payments::PartEnded{{hash(1), {2}}, {1}, payments::PartReport{std::uint16_t{0x1007}, {}, {}}});
    CHECK(table.find(first)->parts[0].failure.code == 0);
    CHECK(table.find(first)->parts[1].failure.code == 0x1007);
    table.apply(payments::PartDeleted{{hash(1), {2}}, {20}});
    CHECK(table.find(first)->parts.size() == 1);
    CHECK(table.find(first)->parts[0].group.value == 1);
}

TEST_CASE("with another call, another payer or an unknown one, a new group is a new payment") {
    for (const auto& second_call : {call(2, 1, 20, 78), call(2, 1, 20, 77, Payer::xpay), call(2, 1, 20, 0)}) {
        Table table(100);
        table.apply(call(1, 1, 10, 77));
        table.apply(seen(failed(pending(1, 1, 1, 10), 1)));
        table.apply(second_call);
        const auto change = table.apply(seen(pending(1, 2, 1, 20)));
        CHECK(updated(change) == std::vector{first, PaymentKey{hash(1), {2}}}); // the first payment's end comes first
        CHECK(table.find(first)->status() == Status::failed);
        CHECK(table.size() == 2);
    }
}

TEST_CASE("a call that goes on after FAILED, or after its rows were deleted, continues the same payment") {
    Table table(100);
    table.apply(call(1, 1, 10, 77));
    table.apply(seen(failed(pending(1, 1, 1, 10), 1)));
    table.apply(payments::SilenceExpired{first});
    REQUIRE(table.find(first)->terminal());
    SUBCASE("FAILED") {}
    SUBCASE("its rows deleted") {
        table.apply(payments::PartDeleted{first, {10}});
    }
    table.apply(call(2, 1, 20, 77));
    CHECK(table.apply(seen(pending(1, 2, 1, 20))).reopened == std::vector{first});
    REQUIRE(table.find(first) != nullptr);
    CHECK(table.find(first)->index.value == 10);
    CHECK(table.find(first)->status() == Status::in_flight);
}

TEST_CASE("a row that comes again under another group of the call is ignored") {
    Table table(100);
    table.apply(call(1, 1, 10, 77));
    table.apply(seen(failed(pending(1, 1, 1, 10), 1)));
    table.apply(call(2, 1, 10, 77));
    CHECK(table.apply(seen(pending(1, 2, 1, 10))).updated.empty());
    CHECK(table.find(first)->parts.size() == 1);
    CHECK(table.find({hash(1), {2}}) == nullptr);
}

TEST_CASE("a group that a new payment uses again stays with it when the deleted payment goes on") {
    Table table(100);
    table.apply(call(1, 1, 10, 77));
    table.apply(seen(failed(pending(1, 1, 1, 10), 1)));
    SUBCASE("the first group: what goes on is a payment of its own") {
        table.apply(payments::PartDeleted{first, {10}});
        table.apply(seen(failed(pending(1, 1, 1, 20), 2)));
        table.apply(call(2, 1, 30, 77));
        const auto change = table.apply(seen(pending(1, 2, 1, 30)));
        CHECK(change.reopened.empty());
        CHECK(table.find(first)->index.value == 20);
        REQUIRE(table.find({hash(1), {2}}) != nullptr);
        CHECK(table.find({hash(1), {2}})->index.value == 30);
    }
    SUBCASE("a later group: the payment goes on without it") {
        table.apply(call(2, 1, 20, 77));
        table.apply(seen(failed(pending(1, 2, 1, 20), 2)));
        table.apply(payments::PartDeleted{first, {10}});
        table.apply(payments::PartDeleted{{hash(1), {2}}, {20}});
        table.apply(seen(failed(pending(1, 2, 1, 30), 3)));
        table.apply(call(3, 1, 40, 77));
        const auto change = table.apply(seen(pending(1, 3, 1, 40)));
        CHECK(change.reopened == std::vector{first});
        CHECK(table.find({hash(1), {3}}) == table.find(first));
        REQUIRE(table.find({hash(1), {2}}) != nullptr);
        CHECK(table.find({hash(1), {2}})->index.value == 30);
        CHECK(table.find(first)->index.value == 10);
    }
    CHECK(table.size() == 2);
}

} // namespace renepay_test
