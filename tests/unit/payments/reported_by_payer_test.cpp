// Facts from payers beside the rows: routes, their own report of a failure, the invoice.
#include "facts.hpp"

#include <doctest/doctest.h>

namespace reported_by_payer_test {

using namespace facts;
using payments::Failure;
using payments::PartEnded;
using payments::PartReport;
using payments::PaymentKey;
using payments::Table;

namespace {

const PaymentKey key{hash(1), {9}};

base::NodeId node(std::uint8_t n) {
    base::NodeId id;
    id.bytes.fill(n);
    return id;
}

payments::ExpectedPart xpay_start() {
    payments::ExpectedPart expected;
    expected.hash = key.hash;
    expected.by.topic = true;
    expected.group = key.group;
    expected.partid = {1};
    expected.payer = payments::Payer::xpay;
    expected.seen = second(110);
    expected.route.hops = {{node(2), {7}, {1005}, 0, {}}, {node(3), {8}, {1000}, 0, {}}};
    expected.route.secret_of_invoice = true;
    return expected;
}

payments::Event unreadable() {
    return payments::PartFailed{pending(1, 9, 1, 10), {Failure::Kind::unreadable, 0, 0, false, {}}, second(300)};
}

PartEnded ended(std::optional<base::NodeId> by) {
    return {key, {1}, PartReport{std::uint16_t{0x1007}, by, {}}};
}

const payments::Part& part(const Table& table) {
    return table.find(key)->parts.at(0);
}

} // namespace

TEST_CASE("the hops of one report and the time lock of another are joined, in either order") {
    auto call = xpay_start();
    call.by = {true, false};
    call.route = {};
    call.route.total_time_lock = 126;
    for (const bool call_first : {true, false}) {
        Table table(100);
        table.apply(call_first ? call : xpay_start());
        table.apply(seen(pending(1, 9, 1, 10)));
        table.apply(call_first ? xpay_start() : call);
        REQUIRE(part(table).route);
        CHECK(part(table).route->hops.size() == 2);
        CHECK(part(table).route->total_time_lock == 126);
        CHECK(table.apply(call_first ? xpay_start() : call).updated.empty());
    }
}

TEST_CASE("xpay's report explains a failure that lightningd could not read, in either order") {
    for (const bool report_first : {true, false}) {
        Table table(100);
        table.apply(xpay_start());
        table.apply(seen(pending(1, 9, 1, 10)));
        const payments::Event report = ended(node(3));
        table.apply(report_first ? report : unreadable());
        table.apply(report_first ? unreadable() : report);
        CHECK(part(table).failure.kind == Failure::Kind::wire);
        CHECK(part(table).failure.code == 0x1007);
        CHECK(part(table).failure.source_index == 2);
    }
}

TEST_CASE("the failing node is ours if none is named, and the node behind the known hops if it is none of them") {
    const auto index_of = [](std::optional<base::NodeId> by) {
        Table table(100);
        table.apply(xpay_start());
        table.apply(seen(failed(pending(1, 9, 1, 10), 1)));
        table.apply(ended(by));
        return part(table).failure.source_index;
    };
    CHECK(index_of(std::nullopt) == 0);
    CHECK(index_of(node(2)) == 1);
    CHECK(index_of(node(3)) == 2);
    CHECK(index_of(node(77)) == 2);
}

TEST_CASE("an end reported before its row is read is applied with the row") {
    Table table(100);
    table.apply(xpay_start());
    CHECK(table.apply(ended(node(2))).updated.empty());
    table.apply(seen(failed(pending(1, 9, 1, 10), 1)));
    CHECK(part(table).failure.code == 0x1007);
}

TEST_CASE("a failure looked up afterwards only replaces an unknown one") {
    Table table(100);
    table.apply(seen(failed(pending(1, 9, 1, 10), 1)));
    const Failure asked{Failure::Kind::wire, 0x400F, 2, true, {}};
    CHECK(table.apply(payments::PartExplained{key, {10}, asked}).updated.size() == 1);
    CHECK(part(table).failure == asked);
    CHECK(table.apply(payments::PartExplained{key, {10}, {Failure::Kind::wire, 0x1007, 1, false, {}}}).updated.empty());
}

TEST_CASE("a better report of a failure after the outcome corrects the reason") {
    Table table(100);
    table.apply(seen(failed(pending(1, 9, 1, 10), 1)));
    table.apply(payments::SilenceExpired{key});
    CHECK(table.find(key)->reason == payments::FailureReason::error);
    table.apply(payments::PartExplained{key, {10}, {Failure::Kind::wire, 0x400F, 2, true, {}}});
    CHECK(table.find(key)->status() == payments::Status::failed);
    CHECK(table.find(key)->reason == payments::FailureReason::incorrect_payment_details);
}

TEST_CASE("the invoice's amount wins over every other total; its secret alone is no change") {
    Table table(100);
    auto row = pending(1, 9, 1, 10);
    row.invoice = "lnbc1";
    table.apply(seen(row));
    payments::InvoiceDecoded invoice{key.hash, "lnbc1", std::nullopt, payments::Secret{}};
    CHECK(table.apply(invoice).updated.empty());
    CHECK(table.find(key)->invoice_secret.has_value());
    invoice.amount = base::Msat{5000};
    CHECK(table.apply(invoice).updated.size() == 1);
    CHECK(table.find(key)->value() == base::Msat{5000});
    invoice.invoice = "lnbc2"; // of the same hash, but not the one that was paid
    invoice.amount = base::Msat{9000};
    table.apply(invoice);
    CHECK(table.find(key)->value() == base::Msat{5000});
}

TEST_CASE("a row without an amount has the amount that its route delivers") {
    Table table(100);
    auto row = pending(1, 9, 1, 10);
    row.amount.reset();
    table.apply(xpay_start());
    table.apply(seen(complete(row, 1)));
    CHECK(table.find(key)->fee() == base::Msat{10}); // 1010 sent, 1000 arrive
    CHECK(table.find(key)->value() == base::Msat{1000});
}

TEST_CASE("an end without a report, or with an unreadable one, changes nothing") {
    payments::Table table(100);
    table.apply(seen(failed(pending(1, 9, 1, 10), 1)));
    const payments::PaymentKey key{hash(1), {9}};
    CHECK(table.apply(payments::PartEnded{key, {1}, std::nullopt}).updated.empty());
    CHECK(table.apply(payments::PartEnded{key, {1}, payments::PartReport{}}).updated.empty());
    CHECK(table.find(key)->parts[0].failure.kind == payments::Failure::Kind::unknown);
}

} // namespace reported_by_payer_test
