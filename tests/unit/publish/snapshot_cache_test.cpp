// The cache of attempts' JSON: a snapshot written with it must equal one written anew.
#include "lnrpc/json.hpp"
#include "lnrpc/to_lnrpc.hpp"
#include "payments/table.hpp"
#include "publish/snapshot_cache.hpp"

#include <array>

#include <doctest/doctest.h>

namespace snapshot_cache_test {

using payments::PartStatus;
using publish::SnapshotCache;

namespace {

payments::PaymentKey key(std::uint8_t n) {
    payments::PaymentKey key;
    key.hash.bytes.fill(n);
    key.group = {1};
    return key;
}

/// Created indexes are unique over all payments.
payments::Row row(std::uint8_t payment, std::uint64_t partid, PartStatus status = PartStatus::pending) {
    payments::Row row;
    row.key = key(payment);
    row.partid = {partid};
    row.created = {payment * 1000ULL + partid};
    row.amount = base::Msat{1000};
    row.sent = {1010};
    row.status = status;
    row.invoice = "lnbc1";
    if (status == PartStatus::complete)
        row.preimage.emplace().bytes.fill(0x77);
    return row;
}

struct Fixture {
    payments::Table table{1000};
    SnapshotCache snapshots{};

    void see(const payments::Row& row) { table.apply(payments::PartSeen{row, std::nullopt}); }
    void see_parts(std::uint8_t payment, std::uint64_t parts) {
        for (std::uint64_t partid = 1; partid <= parts; ++partid)
            see(row(payment, partid));
    }
    /// Writes it twice, the second time from the cache.
    void check(std::uint8_t payment = 1) {
        const auto& now = *table.find(key(payment));
        const auto anew = lnrpc::to_json(lnrpc::to_lnrpc(now));
        CHECK(snapshots.json(now) == anew);
        CHECK(snapshots.json(now) == anew);
    }
};

payments::ExpectedPart by_xpay(std::uint64_t partid) {
    payments::ExpectedPart call;
    call.hash = key(1).hash;
    call.group = key(1).group;
    call.partid = {partid};
    call.payer = payments::Payer::xpay;
    call.route.hops.resize(2);
    call.route.secret_of_invoice = true;
    return call;
}

} // namespace

TEST_CASE("payments of one part, several and none are written the same from the cache") {
    Fixture fixture;
    fixture.see_parts(1, 1);
    fixture.check();
    CHECK(fixture.snapshots.kept_bytes() == 0); // nothing to copy the next time
    fixture.see_parts(1, 3);
    fixture.check();
    CHECK(fixture.snapshots.kept_bytes() > 0);
    payments::Payment none;
    CHECK(fixture.snapshots.json(none) == lnrpc::to_json(lnrpc::to_lnrpc(none)));
}

TEST_CASE("every kind of change of a part is written") {
    Fixture fixture;
    const auto after = [&](const payments::Event& event) {
        fixture.table.apply(event);
        fixture.check();
    };
    fixture.see_parts(1, 5);
    fixture.check();
    after(payments::PartSeen{row(1, 1, PartStatus::complete), base::UnixNs{5}});
    after(payments::PartSeen{row(1, 2), base::UnixNs{7}}); // an observed time alone
    after(payments::PartFailed{row(1, 3), {payments::Failure::Kind::unreadable, 0, 0, false, {}}, {9}});
    after(payments::PartExplained{key(1), {1003}, {payments::Failure::Kind::wire, 0x1007, 1, false, {}}});
    after(by_xpay(4));
    after(payments::PartEnded{key(1), {3}, payments::PartReport{std::uint16_t{0x400F}, std::nullopt, {}}});
    after(payments::PartSeen{row(1, 6), std::nullopt});
    after(payments::PartDeleted{key(1), {1003}});
    auto early = row(1, 9);
    early.created = {1};
    after(payments::PartSeen{early, std::nullopt});
}

TEST_CASE("a change of a payment's field that attempts show is written in all attempts") {
    Fixture fixture;
    fixture.table.apply(by_xpay(1));
    fixture.table.apply(by_xpay(2));
    fixture.see_parts(1, 2);
    fixture.check();
    fixture.table.apply(payments::InvoiceDecoded{key(1).hash, "lnbc1", std::nullopt, payments::Secret{5}});
    CHECK(fixture.snapshots.json(*fixture.table.find(key(1))).find(R"("mpp_record":{)") != std::string_view::npos);
    fixture.check();
    fixture.see(row(1, 3)); // the highest live sum grows, and is in their mpp_record
    fixture.check();
    fixture.table.apply(payments::InvoiceDecoded{key(1).hash, "lnbc1", base::Msat{5000}, payments::Secret{6}});
    fixture.check();
}

TEST_CASE("a payment outside the table, without revisions, is written anew") {
    SnapshotCache snapshots;
    payments::Payment payment;
    payment.parts.resize(2);
    payment.parts[1].created = {1};
    (void)snapshots.json(payment);
    payment.parts[0].sent = {7};
    CHECK(snapshots.json(payment) == lnrpc::to_json(lnrpc::to_lnrpc(payment)));
}

TEST_CASE("payments are cached independently, and a finished one is dropped") {
    Fixture fixture;
    fixture.see_parts(1, 2);
    fixture.see_parts(2, 3);
    for (const auto payment : std::array<std::uint8_t, 4>{1, 2, 1, 2})
        fixture.check(payment);
    for (std::uint64_t partid = 1; partid <= 2; ++partid)
        fixture.see(row(1, partid, PartStatus::complete));
    fixture.check(1);
    fixture.check(2);
    for (std::uint64_t partid = 1; partid <= 3; ++partid)
        fixture.see(row(2, partid, PartStatus::complete));
    fixture.check(2);
    CHECK(fixture.snapshots.kept_bytes() == 0);
}

TEST_CASE("the cache is bounded, the longest unused entry is dropped, and a very large payment is not cached") {
    Fixture fixture;
    constexpr std::size_t most = 20'000;
    fixture.snapshots = SnapshotCache(most);
    for (std::uint8_t payment = 1; payment <= 20; ++payment)
        fixture.see_parts(payment, 5);
    fixture.see_parts(21, 200);
    std::size_t kept = 0;
    for (int round = 0; round < 3; ++round)
        for (std::uint8_t payment = 1; payment <= 21; ++payment) {
            fixture.check(payment);
            CHECK(fixture.snapshots.kept_bytes() <= most);
            kept = std::max(kept, fixture.snapshots.kept_bytes());
        }
    CHECK(kept > most / 2);
}

} // namespace snapshot_cache_test
