// A payment's value by the rules of payments/value.hpp: live, and from its rows alone.
#include "facts.hpp"

#include <doctest/doctest.h>

namespace value_test {

using namespace facts;
using payments::Accounts;
using payments::ExpectedPart;
using payments::InvoiceDecoded;
using payments::PaymentKey;
using payments::Table;
using payments::TotalSource;

namespace {

const PaymentKey key{hash(1), {9}};

/// Sends `leaves`, delivers `delivers`, made in second 100 + created.
payments::Row row(std::uint64_t partid, std::uint64_t created, std::uint64_t leaves, std::uint64_t delivers,
                  const std::string& invoice = "") {
    auto row = pending(1, 9, partid, created);
    row.sent = {leaves};
    row.amount = base::Msat{delivers};
    row.invoice = invoice;
    return row;
}

/// pay_part_start of xpay or sendamount.
ExpectedPart start(std::uint64_t partid, std::uint64_t created, std::uint64_t leaves, payments::Total total) {
    ExpectedPart expected;
    expected.hash = key.hash;
    expected.group = key.group;
    expected.partid = {partid};
    expected.by.topic = true;
    expected.payer = payments::Payer::xpay;
    expected.total = total;
    expected.sent = base::Msat{leaves};
    expected.seen = second(100 + created);
    return expected;
}

InvoiceDecoded invoice(const std::string& text, std::optional<base::Msat> amount) {
    return {key.hash, text, amount, payments::Secret{}};
}

std::uint64_t value(const Table& table) {
    return table.find(key)->value().value;
}

} // namespace

TEST_CASE("sendamount: the newest attempt gives the value, and in the end the settled one") {
    Table table(100);
    table.apply(start(1, 10, 2000, {TotalSource::spent, {2000}}));
    table.apply(seen(row(1, 10, 2000, 1980, "lnbc1")));
    table.apply(invoice("lnbc1", std::nullopt));
    CHECK(value(table) == 1980);
    CHECK(payments::mpp_total(*table.find(key), table.find(key)->parts[0]).value == 1980);
    table.apply(seen(failed(row(1, 10, 2000, 1980), 1)));
    CHECK(value(table) == 1980);
    table.apply(start(2, 11, 2000, {TotalSource::spent, {2000}}));
    table.apply(seen(row(2, 11, 2000, 1960)));
    CHECK(value(table) == 1960);
    CHECK(payments::mpp_total(*table.find(key), table.find(key)->parts[0]).value == 1980); // as in its onion
    table.apply(seen(complete(row(2, 11, 2000, 1960), 2)));
    CHECK(value(table) == 1960);
    CHECK(table.find(key)->fee().value == 40);
}

TEST_CASE("sendamount to an offer: the value is the amount delivered, although the invoice asks for less") {
    for (const bool live : {true, false}) {
        Table table(100);
        if (live)
            table.apply(start(1, 10, 2000, {TotalSource::spent, {2000}}));
        table.apply(seen(row(1, 10, 2000, 1980, "lni1")));
        table.apply(invoice("lni1", base::Msat{1000}));
        CHECK(value(table) == 1980);
        table.apply(seen(complete(row(1, 10, 2000, 1980, "lni1"), 1)));
        CHECK(value(table) == 1980);
    }
}

TEST_CASE("a split payment whose first part delivers almost all is not taken for sendamount") {
    Table table(100); // 1980 and 20 of 2000: like sendamount at first
    table.apply(start(1, 10, 2000, {TotalSource::spent, {2000}}));
    table.apply(seen(row(1, 10, 2000, 1980, "lnbc1")));
    SUBCASE("its invoice asks for the whole") {
        table.apply(invoice("lnbc1", base::Msat{2000}));
    }
    SUBCASE("another part sends less than the whole") {
        table.apply(start(2, 11, 21, {TotalSource::part_start, {2000}}));
        table.apply(seen(row(2, 11, 21, 20)));
    }
    CHECK(value(table) == 2000);
    CHECK(payments::mpp_total(*table.find(key), table.find(key)->parts[0]).value == 2000);
}

TEST_CASE("a share of an invoice has the whole invoice's value, as in LND's MPP record") {
    for (const bool live : {true, false}) {
        Table table(100);
        if (live)
            table.apply(start(1, 10, 402, {TotalSource::part_start, {400}}));
        table.apply(seen(row(1, 10, 402, 400, "lnbc1")));
        table.apply(invoice("lnbc1", base::Msat{1000}));
        CHECK(value(table) == 1000);
        table.apply(seen(complete(row(1, 10, 402, 400, "lnbc1"), 1)));
        CHECK(value(table) == 1000);
        CHECK(table.find(key)->fee().value == 2);
    }
}

TEST_CASE("a part that delivers more than its BOLT 11 invoice asks does not raise the value: renepay of v23.11") {
    Table table(100);
    table.apply(seen(complete(row(1, 10, 3301, 3300, "lnbc1"), 1)));
    table.apply(invoice("lnbc1", base::Msat{3000}));
    CHECK(value(table) == 3000);
}

TEST_CASE("with an amountless invoice the value is the payer's total, else the sum of the rows") {
    Table table(100);
    table.apply(start(1, 10, 402, {TotalSource::part_start, {1000}}));
    table.apply(seen(row(1, 10, 402, 400, "lnbc1")));
    table.apply(invoice("lnbc1", std::nullopt));
    CHECK(value(table) == 1000);
    Table read_back(100);
    read_back.apply(seen(complete(row(1, 10, 402, 400, "lnbc1"), 1)));
    read_back.apply(seen(complete(row(2, 11, 602, 600), 2)));
    read_back.apply(invoice("lnbc1", std::nullopt));
    CHECK(value(read_back) == 1000);
}

TEST_CASE("a later total from the same source is ignored, because LND fixes the value at the start") {
    Table table(100);
    table.apply(start(1, 10, 402, {TotalSource::sendpay_amount, {400}}));
    table.apply(seen(row(1, 10, 402, 400)));
    table.apply(start(2, 11, 502, {TotalSource::sendpay_amount, {500}}));
    table.apply(seen(row(2, 11, 502, 500)));
    CHECK(value(table) == 400);
}

TEST_CASE("a part without a delivered amount counts with the amount sent, so that the value is never 0") {
    auto one = row(1, 10, 1010, 0);
    one.amount.reset();
    auto two = row(2, 11, 2020, 0);
    two.amount.reset();
    Table table(100);
    table.apply(seen(one));
    CHECK(value(table) == 1010);
    table.apply(seen(two));
    CHECK(value(table) == 3030);
    table.apply(seen(failed(one, 1)));
    table.apply(seen(failed(two, 2)));
    CHECK(value(table) == 3030);
    CHECK(table.find(key)->fee().value == 0);
    Table read_back(100);
    read_back.apply(seen(failed(one, 1)));
    read_back.apply(seen(failed(two, 2)));
    CHECK(value(read_back) == 2020); // the peak is not stored: the largest part is known
}

TEST_CASE("an invoice of another hash is ignored") {
    Table table(100);
    table.apply(seen(row(1, 10, 402, 400, "lnbc1")));
    auto other = invoice("lnbc1", base::Msat{9000});
    other.hash = hash(2);
    table.apply(other);
    CHECK(value(table) == 400);
    CHECK_FALSE(table.find(key)->invoice_read);
}

} // namespace value_test
