// Every payment published in flight ends, even if its rows are deleted before it has an outcome.
#include "facts.hpp"

#include <doctest/doctest.h>

namespace ending_test {

using namespace facts;
using payments::FailureReason;
using payments::PartDeleted;
using payments::PaymentKey;
using payments::Status;
using payments::Table;

namespace {

const PaymentKey key{hash(1), {9}};

PartDeleted deleted(std::uint64_t created) {
    return {key, {created}};
}

} // namespace

TEST_CASE("deleting the last row of a payment without an outcome ends it FAILED, before the deletion, with its "
          "attempts' reason") {
    Table table(100);
    table.apply(failure(pending(1, 9, 1, 10), 0x400F, 1));
    table.apply(failure(pending(1, 9, 2, 11), 0x1007, 1));
    CHECK(table.apply(deleted(10)).ended.empty());
    const auto change = table.apply(deleted(11));
    REQUIRE(change.ended.size() == 1);
    CHECK(change.ended[0].status() == Status::failed);
    CHECK(change.ended[0].reason == FailureReason::no_route);
    CHECK(change.ended[0].parts.size() == 1); // as it was with that row
    CHECK(change.ended[0].index.value == 10);
    CHECK(change.deleted.size() == 1);
    CHECK(change.updated.empty());
    CHECK(table.size() == 0);
}

TEST_CASE("a payment whose rows are deleted together ends with all of them") {
    Table table(100);
    table.apply(failure(pending(1, 9, 1, 10), 0x400F, 1));
    table.apply(failure(pending(1, 9, 2, 11), 0x1007, 1));
    const auto change = table.apply(std::vector<payments::Event>{deleted(10), deleted(11)});
    REQUIRE(change.ended.size() == 1);
    CHECK(change.ended[0].parts.size() == 2);
    CHECK(change.ended[0].reason == FailureReason::incorrect_payment_details);
    REQUIRE(change.deleted.size() == 1);
    CHECK(change.deleted[0].attempts.size() == 2);
}

TEST_CASE("a payment that has ended does not end again") {
    for (const bool paid : {true, false}) {
        Table table(100);
        const auto row = pending(1, 9, 1, 10);
        table.apply(seen(paid ? complete(row, 1) : failed(row, 1)));
        table.apply(payments::GivenUp{key.hash, key.group, false});
        REQUIRE(table.find(key)->terminal());
        CHECK(table.apply(deleted(10)).ended.empty());
    }
}

TEST_CASE("deleting a pending row fails its attempt: no FAILED payment has an attempt in flight") {
    Table table(100);
    table.apply(seen(pending(1, 9, 1, 10)));
    const auto change = table.apply(deleted(10));
    REQUIRE(change.ended.size() == 1);
    CHECK(change.ended[0].status() == Status::failed);
    CHECK(change.ended[0].parts[0].status == payments::PartStatus::failed);
    CHECK(change.ended[0].reason.has_value());
}

TEST_CASE("a payer's next part continues a deleted payment; a new payment of the same key does not") {
    Table table(100);
    auto first = pending(1, 9, 1, 10);
    first.invoice = "lnbc1";
    table.apply(seen(failed(first, 1)));
    SUBCASE("without an outcome when its row was deleted") {}
    SUBCASE("FAILED before its row was deleted") {
        table.apply(payments::SilenceExpired{key});
    }
    table.apply(deleted(10));
    REQUIRE(table.size() == 0);
    const auto change = table.apply(seen(pending(1, 9, 2, 12)));
    CHECK(change.reopened.size() == 1);
    REQUIRE(table.find(key) != nullptr);
    CHECK(table.find(key)->index.value == 10);
    CHECK(table.find(key)->creation_time == second(110));
    CHECK(table.find(key)->invoice == "lnbc1");
    CHECK(table.find(key)->status() == Status::in_flight);
    table.apply(seen(failed(pending(1, 9, 2, 12), 2)));
    table.apply(deleted(12));
    table.apply(seen(pending(1, 9, 1, 20))); // part 1 again: a new payment
    CHECK(table.find(key)->index.value == 20);
    CHECK(table.find(key)->invoice.empty());
}

TEST_CASE("the payer's call, if known, decides which payment a part belongs to") {
    for (const bool same : {true, false}) {
        Table table(100);
        payments::ExpectedPart call;
        call.hash = key.hash;
        call.group = key.group;
        call.partid = {1};
        call.by.call = true;
        call.call = {140};
        call.seen = second(110);
        table.apply(call);
        table.apply(seen(failed(pending(1, 9, 1, 10), 1)));
        table.apply(deleted(10));
        call.partid = {2};
        call.call = {same ? 140U : 150U};
        call.seen = second(112);
        table.apply(call);
        table.apply(seen(pending(1, 9, 2, 12)));
        CHECK(table.find(key)->index.value == (same ? 10 : 12));
    }
}

TEST_CASE("a payment with a preimage ends SUCCEEDED, whatever happens to its rows") {
    const auto sibling = pending(1, 9, 2, 11);
    Table table(100);
    table.apply(std::vector{seen(sibling), seen(complete(pending(1, 9, 1, 10), 1))});
    REQUIRE(table.find(key)->status() == Status::in_flight);
    const auto shown = table.find(key)->preimage();
    const auto deletion = table.apply(deleted(10));
    REQUIRE(deletion.deleted.size() == 1);
    CHECK(deletion.deleted[0].remaining == 1);
    CHECK(deletion.updated.empty());
    const auto* payment = table.find(key);
    CHECK(payment->status() == Status::in_flight);
    CHECK(payment->preimage() == shown); // the settled attempt stays: LND's payment is the sum of its attempts
    CHECK(payment->fee().value == 10);
    CHECK(table.apply(deleted(10)).deleted.empty());
    SUBCASE("its sibling fails and is deleted later") {
        CHECK(updated(table.apply(seen(failed(sibling, 2)))) == std::vector{key});
        CHECK(payment->status() == Status::succeeded);
        CHECK_FALSE(payment->reason.has_value());
        CHECK(payment->parts.size() == 2);
        CHECK(table.finished_parts() == 2);
        CHECK(table.apply(deleted(11)).ended.empty());
        CHECK(table.size() == 0);
        CHECK(table.finished_parts() == 0);
    }
    SUBCASE("its sibling's row is deleted too") {
        const auto change = table.apply(deleted(11));
        REQUIRE(change.ended.size() == 1);
        CHECK(change.ended[0].status() == Status::succeeded);
        CHECK(change.ended[0].preimage() == shown);
        CHECK(table.size() == 0);
    }
    SUBCASE("another group of the hash is published, because no paid row is left") {
        table.apply(seen(failed(sibling, 2)));
        CHECK(table.apply(seen(pending(1, 10, 0, 20))).updated.size() == 1);
    }
}

TEST_CASE("of a group whose hash another group has paid nothing is published, not even its end") {
    Table table(100);
    table.apply(seen(pending(1, 9, 1, 10)));
    auto other = complete(pending(1, 10, 1, 11), 1);
    table.apply(seen(other));
    CHECK(table.apply(deleted(10)).ended.empty());
}

TEST_CASE("a payment in flight that is deleted by the facts that show another group's success ends first") {
    Table table(100);
    table.apply(seen(pending(1, 9, 1, 10)));
    const std::vector<payments::Event> events{seen(complete(pending(1, 10, 1, 11), 1)), seen(pending(1, 11, 1, 12)),
                                              PartDeleted{key, {10}}};
    const auto change = table.apply(events);
    REQUIRE(change.ended.size() == 1);
    CHECK(change.ended[0].key == key);
    CHECK(change.ended[0].status() == Status::failed);
    CHECK(updated(change).front() == PaymentKey{hash(1), {10}});
}

TEST_CASE("of very many deleted payments only the newest can be continued") {
    Table table(100);
    const auto row = [](std::uint64_t group, std::uint64_t partid, std::uint64_t created) {
        return pending(1, group, partid, created);
    };
    const auto count = payments::DeletedPayments::limit + 1;
    for (std::uint64_t n = 1; n <= count; ++n) {
        table.apply(seen(failed(row(n, 1, n), n)));
        table.apply(payments::PartDeleted{{hash(1), {n}}, {n}});
    }
    CHECK(table.apply(seen(row(2, 2, 5002))).reopened.size() == 1);
    CHECK(table.apply(seen(row(1, 2, 5001))).reopened.empty());
}

} // namespace ending_test
