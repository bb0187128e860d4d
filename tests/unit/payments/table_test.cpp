// What single facts do to the table: snapshots, deletions, expected parts, eviction.
#include "facts.hpp"

#include <doctest/doctest.h>

namespace table_test {

using namespace facts;
using payments::PaymentKey;
using payments::Status;
using payments::Table;

namespace {

PaymentKey key(std::uint8_t h, std::uint64_t group) {
    return {hash(h), {group}};
}

} // namespace

TEST_CASE("prefetching any hash changes nothing") {
    Table table(10);
    table.prefetch({});
    const std::vector hashes{hash(1), hash(2), hash(1)};
    table.prefetch(hashes);
    table.apply(seen(pending(1, 9, 1, 10)));
    table.apply(seen(pending(1, 8, 1, 11)));
    table.prefetch(hashes);
    CHECK(table.size() == 2);
    CHECK(table.find({hash(1), {9}})->index.value == 10);
    CHECK(table.find({hash(2), {9}}) == nullptr);
}

TEST_CASE("a deleted payment is not found, even if it was found last, with or without its memory pooled") {
    Table table(10);
    std::uint64_t created = 0;
    for (const std::uint64_t parts : {1ULL, 20ULL, 1ULL}) {
        const auto first = created + 1;
        for (std::uint64_t partid = 1; partid <= parts; ++partid)
            table.apply(seen(pending(1, 9, partid, ++created)));
        CHECK(table.find(key(1, 9))->parts.size() == parts);
        for (auto gone = first; gone <= created; ++gone)
            table.apply(payments::PartDeleted{key(1, 9), {gone}});
        CHECK(table.find(key(1, 9)) == nullptr);
    }
}

TEST_CASE("one part that settles gives two snapshots, and a repeated fact none") {
    Table table(100);
    const auto row = pending(1, 1, 0, 7);
    CHECK(updated(table.apply(seen(row))) == std::vector{key(1, 1)});
    CHECK(table.find(key(1, 1))->status() == Status::in_flight);
    CHECK(table.apply(seen(row)).updated.empty());
    CHECK(table.apply(seen(complete(row, 3))).updated.size() == 1);
    CHECK(table.find(key(1, 1))->status() == Status::succeeded);
    CHECK(table.apply(seen(complete(row, 3))).updated.empty());
    CHECK(table.apply(seen(row)).updated.empty());
}

TEST_CASE("sendpay_failure fails its part although its row is still pending") {
    Table table(100);
    const auto row = pending(1, 1, 0, 7);
    table.apply(failure(row, 0x1007, 1));
    const auto& part = table.find(key(1, 1))->parts.at(0);
    CHECK(part.status == payments::PartStatus::failed);
    CHECK(part.failure.code == 0x1007);
    CHECK(table.find(key(1, 1))->status() == Status::in_flight);
}

TEST_CASE("63-bit group ids keep every bit, and partid 0 is an ordinary part") {
    Table table(100);
    table.apply(seen(pending(1, 8912158845556297834ULL, 0, 7)));
    CHECK(table.find(key(1, 8912158845556297834ULL)) != nullptr);
    CHECK(table.find(key(1, 8912158845556297834ULL & ~1023ULL)) == nullptr);
}

TEST_CASE("siblings of one answer become visible together, and the index is the smallest of them") {
    Table table(100);
    const std::vector events{seen(pending(1, 9, 3, 12)), seen(failed(pending(1, 9, 1, 10), 4)),
                             seen(pending(1, 9, 2, 11))};
    CHECK(table.apply(events).updated.size() == 1);
    const auto* payment = table.find(key(1, 9));
    CHECK(payment->index.value == 10);
    CHECK(payment->creation_time == second(110));
    CHECK(payment->parts.size() == 3);
    CHECK(payment->parts.front().created.value == 10);
}

TEST_CASE("a published index stays, even when an older sibling is found") {
    Table table(100);
    table.apply(seen(pending(1, 9, 2, 11)));
    table.apply(seen(failed(pending(1, 9, 1, 10), 4)));
    CHECK(table.find(key(1, 9))->index.value == 11);
    CHECK(table.find(key(1, 9))->creation_time == second(111));
}

TEST_CASE("a payment with a settled and a pending part is IN_FLIGHT and shows its preimage") {
    Table table(100);
    const auto one = pending(1, 9, 1, 10);
    const auto two = pending(1, 9, 2, 11);
    table.apply(std::vector{seen(one), seen(two)});
    table.apply(seen(complete(one, 1)));
    CHECK(table.find(key(1, 9))->status() == Status::in_flight);
    CHECK(table.find(key(1, 9))->preimage().has_value());
    table.apply(failure(two, 0x1007, 1));
    CHECK(table.find(key(1, 9))->status() == Status::succeeded);
    CHECK_FALSE(table.find(key(1, 9))->reason.has_value());
}

TEST_CASE("the invoice of one part is the payment's") {
    Table table(100);
    table.apply(seen(pending(1, 9, 1, 10)));
    auto sibling = pending(1, 9, 2, 11);
    sibling.invoice = "lnbc1";
    CHECK(table.apply(seen(sibling)).updated.size() == 1);
    CHECK(table.find(key(1, 9))->invoice == "lnbc1");
}

TEST_CASE("an unknown amount is replaced when a row has it, and an observed time alone is no change") {
    Table table(100);
    auto row = pending(1, 1, 0, 7);
    row.amount.reset();
    table.apply(seen(row));
    CHECK(table.find(key(1, 1))->value() == base::Msat{1010}); // the amount sent
    CHECK(table.apply(payments::PartSeen{row, second(107)}).updated.empty());
    CHECK(table.apply(seen(pending(1, 1, 0, 7))).updated.size() == 1);
    CHECK(table.find(key(1, 1))->value() == base::Msat{1000});
}

TEST_CASE("once a payment has ended, its times change only together with another value") {
    const auto row = pending(1, 1, 0, 7);
    const auto end_of = [](const Table& table) { return table.find(key(1, 1))->parts[0].resolve_time()->value; };
    Table listed(100);
    listed.apply(payments::PartSeen{row, base::UnixNs{107'250'000'000}});
    listed.apply(seen(complete(row, 3)));
    CHECK(end_of(listed) == 203'000'000'000); // only listed, as published
    listed.apply(payments::PartSeen{complete(row, 3), base::UnixNs{203'400'000'000}});
    listed.apply(payments::PartSeen{row, second(107)});
    CHECK(end_of(listed) == 203'000'000'000);
    CHECK(listed.find(key(1, 1))->parts[0].attempt_time().value == 107'250'000'000);

    Table reported(100);
    reported.apply(seen(row));
    reported.apply(failure(row, 0x1007, 1)); // at 300
    reported.apply(payments::GivenUp{hash(1), {}, false});
    reported.apply(seen(failed(row, 3)));
    CHECK(end_of(reported) == 300'000'000'000);
    auto settled = complete(row, 4); // news: it settled after all
    CHECK(reported.apply(payments::PartSeen{settled, base::UnixNs{204'100'000'000}}).updated.size() == 1);
    CHECK(end_of(reported) == 204'100'000'000);
}

TEST_CASE("deleting parts of a finished payment changes no outcome and publishes no snapshot") {
    Table table(100);
    const auto bad = failed(pending(1, 9, 1, 10), 1);
    const auto good = complete(pending(1, 9, 2, 11), 2);
    table.apply(std::vector{seen(bad), seen(good)});
    const auto change = table.apply(payments::PartDeleted{good.key, good.created});
    CHECK(change.updated.empty());
    REQUIRE(change.deleted.size() == 1);
    CHECK(change.deleted[0].index.value == 10);
    CHECK(change.deleted[0].attempts == std::vector{base::CreatedIndex{11}});
    CHECK(change.deleted[0].remaining == 1);
    CHECK(table.find(key(1, 9))->status() == Status::succeeded);
    CHECK(table.apply(payments::PartDeleted{bad.key, bad.created}).deleted.at(0).remaining == 0);
    CHECK(table.find(key(1, 9)) == nullptr);
    CHECK(table.groups(hash(1)).empty());
}

TEST_CASE("once its complete part is deleted, nothing more is published of a SUCCEEDED payment") {
    Table table(100);
    const auto bad = failed(pending(1, 9, 1, 10), 1);
    const auto good = complete(pending(1, 9, 2, 11), 2);
    table.apply(std::vector{seen(bad), seen(good)});
    table.apply(payments::PartDeleted{good.key, good.created});
    CHECK(table.apply(failure(bad, 0x1007, 1)).updated.empty());
}

TEST_CASE("later events for a deleted row are ignored") {
    Table table(100);
    const auto row = complete(pending(1, 1, 0, 7), 1);
    table.apply(seen(row));
    table.apply(payments::PartDeleted{row.key, row.created});
    CHECK(table.apply(seen(row)).updated.empty());
    CHECK(table.size() == 0);
}

TEST_CASE("a row deleted before it was known is ignored in a later listing") {
    Table table(100);
    const auto row = complete(pending(1, 1, 0, 7), 1);
    CHECK(table.apply(payments::PartDeleted{row.key, row.created}).deleted.empty());
    CHECK(table.apply(seen(row)).updated.empty());
    CHECK(table.size() == 0);
}

TEST_CASE("a part with a deleted one's hash, group and number is a new payment; events for the old one are ignored") {
    Table table(100);
    const auto old_row = pending(1, 1, 0, 7);
    table.apply(failure(old_row, 0x1007, 1));
    table.apply(payments::SilenceExpired{old_row.key});
    const auto change = table.apply(seen(pending(1, 1, 0, 9))); // the old row's deletion was not seen
    REQUIRE(change.deleted.size() == 1);
    CHECK(change.deleted[0].attempts == std::vector{base::CreatedIndex{7}});
    CHECK(change.updated.size() == 1);
    CHECK(table.find(key(1, 1))->index.value == 9);
    CHECK(table.find(key(1, 1))->status() == Status::in_flight);
    CHECK(table.apply(seen(complete(old_row, 2))).updated.empty());
    CHECK(table.find(key(1, 1))->parts.size() == 1);
}

TEST_CASE("a payer's call gives payer and total to its part, whether call or row comes first") {
    for (const bool call_first : {true, false}) {
        Table table(100);
        payments::ExpectedPart expected;
        expected.hash = hash(1);
        expected.by.call = true;
        expected.partid = {2};
        expected.payer = payments::Payer::pay;
        expected.total = {payments::TotalSource::total_amount, {5000}};
        expected.seen = second(110);
        if (call_first)
            CHECK(table.apply(expected).updated.empty());
        table.apply(seen(pending(1, 9, 2, 10)));
        if (!call_first)
            CHECK(table.apply(expected).updated.size() == 1);
        CHECK(table.find(key(1, 9))->value() == base::Msat{5000});
        CHECK(table.find(key(1, 9))->payer == payments::Payer::pay);
        CHECK_FALSE(table.expected(hash(1)));
    }
}

TEST_CASE("a call and a topic about one part are one expected part") {
    Table table(100);
    payments::ExpectedPart call;
    call.hash = hash(1);
    call.group = base::GroupId{9};
    call.partid = {1};
    call.by.call = true;
    call.seen = second(110);
    auto topic = call;
    topic.by = {false, true};
    topic.total = {payments::TotalSource::part_start, {600}};
    table.apply(std::vector<payments::Event>{call, topic});
    table.apply(seen(pending(1, 9, 1, 10)));
    CHECK_FALSE(table.expected(hash(1)));
    CHECK(table.find(key(1, 9))->value() == base::Msat{600});
}

TEST_CASE("a call without a row expires, and is not matched to an older row") {
    Table table(100);
    payments::ExpectedPart refused;
    refused.hash = hash(1);
    refused.seen = second(500); // the row below is from long before this call
    table.apply(seen(failed(pending(1, 1, 0, 7), 1)));
    table.apply(refused);
    CHECK(table.expected(hash(1)));
    table.apply(payments::ExpectedPartsExpired{second(501)});
    CHECK_FALSE(table.expected(hash(1)));
}

TEST_CASE("finished payments beyond the limit are evicted, oldest outcome first, those in flight never") {
    Table table(2);
    table.apply(seen(pending(1, 1, 0, 1)));
    for (std::uint8_t n = 2; n <= 5; ++n)
        table.apply(seen(complete(pending(n, 1, 0, n), n)));
    table.evict({3});
    CHECK(table.find(key(2, 1)) == nullptr);
    CHECK(table.find(key(3, 1)) == nullptr);
    table.evict({3});
    CHECK(table.size() == 3);
    CHECK(table.find(key(1, 1)) != nullptr);
}

TEST_CASE("a finished payment stays while lightningd may still report its last change") {
    Table table(0);
    table.apply(seen(complete(pending(1, 1, 0, 1), 8)));
    table.evict({7});
    CHECK(table.size() == 1);
    table.evict({8});
    CHECK(table.size() == 0);
}

TEST_CASE("a payment that reuses an evicted one's memory has none of its values") {
    Table table(0);
    auto row = failed(pending(1, 9, 1, 1), 1);
    row.invoice = "lnbcrt1";
    table.apply(seen(row));
    payments::ExpectedPart expected;
    expected.hash = hash(1);
    expected.group = base::GroupId{9};
    expected.partid = {2};
    expected.payer = payments::Payer::xpay;
    expected.total = {payments::TotalSource::part_start, {4000}};
    expected.seen = second(102);
    expected.route.hops.emplace_back();
    table.apply(expected);
    table.apply(seen(failed(pending(1, 9, 2, 2), 2)));
    table.apply(payments::InvoiceDecoded{hash(1), "lnbcrt1", base::Msat{5000}, payments::Secret{}});
    table.apply(payments::GivenUp{hash(1), base::GroupId{9}, false});
    REQUIRE(table.find(key(1, 9))->terminal());
    table.evict(Table::every_update);
    REQUIRE(table.size() == 0);

    table.apply(seen(pending(2, 1, 0, 3)));
    const auto* payment = table.find(key(2, 1));
    REQUIRE(payment);
    CHECK(payment->index.value == 3);
    CHECK(payment->creation_time == second(103));
    CHECK(payment->invoice.empty());
    CHECK_FALSE(payment->invoice_secret);
    CHECK_FALSE(payment->invoice_amount);
    CHECK_FALSE(payment->call.known());
    CHECK(payment->more_groups.empty());
    CHECK(payment->total == payments::Total{});
    CHECK(payment->live_peak.value == 1000);
    CHECK(payment->payer == payments::Payer::unknown);
    CHECK_FALSE(payment->reason);
    CHECK_FALSE(payment->payer_gave_up);
    CHECK_FALSE(payment->outcome);
    REQUIRE(payment->parts.size() == 1);
    CHECK_FALSE(payment->parts[0].route);
    CHECK(payment->parts[0].failure == payments::Failure{});
    table.apply(seen(failed(pending(2, 1, 0, 3), 3))); // one part, not given up
    CHECK(payment->undecided());
    CHECK(payment->value().value == 1000);
}

TEST_CASE("an older row with the number of another part is ignored, also if it failed") {
    Table table(100);
    table.apply(seen(pending(1, 1, 1, 20)));
    CHECK(table.apply(seen(pending(1, 1, 1, 10))).updated.empty());
    CHECK(table.apply(failure(pending(1, 1, 1, 10), 0x1007, 1)).updated.empty());
    REQUIRE(table.find(key(1, 1))->parts.size() == 1);
    CHECK(table.find(key(1, 1))->parts[0].created.value == 20);
}

} // namespace table_test
