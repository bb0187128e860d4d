// An invoice decoded after the end: the last snapshot is corrected.
#include "facts.hpp"

#include <doctest/doctest.h>

namespace invoice_test {

using namespace facts;
using payments::Failure;
using payments::InvoiceDecoded;
using payments::PaymentKey;
using payments::Status;
using payments::Table;

namespace {

const PaymentKey key{hash(1), {9}};
const std::vector<PaymentKey> once{key};

payments::Row paid(std::uint64_t partid, std::uint64_t created) {
    auto row = pending(1, 9, partid, created);
    row.invoice = "lnbc1";
    return row;
}

/// A part whose payer sends the payee the invoice's secret without showing it, as xpay does.
payments::ExpectedPart by_xpay(std::uint64_t partid) {
    payments::ExpectedPart expected;
    expected.hash = key.hash;
    expected.by.topic = true;
    expected.group = key.group;
    expected.partid = {partid};
    expected.payer = payments::Payer::xpay;
    expected.seen = second(110);
    expected.route.hops.resize(1);
    expected.route.hops[0].forward = {1000};
    expected.route.secret_of_invoice = true;
    return expected;
}

InvoiceDecoded invoice(std::optional<base::Msat> amount = std::nullopt) {
    payments::Secret secret;
    secret.fill(0x55);
    return {key.hash, "lnbc1", amount, secret};
}

void succeed(Table& table) {
    table.apply(by_xpay(1));
    table.apply(seen(complete(paid(1, 10), 1)));
    REQUIRE(table.find(key)->terminal());
}

} // namespace

TEST_CASE("an invoice decoded after the end corrects the last snapshot once") {
    for (const bool success : {true, false}) {
        Table table(100);
        table.apply(by_xpay(1));
        table.apply(seen(success ? complete(paid(1, 10), 1) : failed(paid(1, 10), 1)));
        table.apply(payments::GivenUp{key.hash, key.group, false});
        REQUIRE(table.find(key)->terminal());
        const auto change = table.apply(invoice());
        CHECK(updated(change) == once);
        CHECK(change.reopened.empty());
        CHECK(table.find(key)->status() == (success ? Status::succeeded : Status::failed));
        CHECK(table.find(key)->reason.has_value() == !success);
        CHECK(table.find(key)->invoice_secret == invoice().payment_secret);
        CHECK(table.apply(invoice()).updated.empty());
    }
}

TEST_CASE("secret and amount for several parts are one correction") {
    Table table(100);
    table.apply(by_xpay(1));
    table.apply(by_xpay(2));
    table.apply(std::vector{seen(complete(paid(1, 10), 1)), seen(complete(paid(2, 11), 2))});
    REQUIRE(table.find(key)->terminal());
    CHECK(updated(table.apply(invoice(base::Msat{1900}))) == once);
    CHECK(table.find(key)->value() == base::Msat{1900});
    CHECK(table.apply(invoice(base::Msat{1900})).updated.empty());
}

TEST_CASE("an amount alone is a correction, unless it was published already") {
    Table table(100);
    table.apply(seen(complete(paid(1, 10), 1))); // no route is known, so no hop could show the secret
    CHECK(table.apply(invoice(base::Msat{1000})).updated.empty());
    Table other(100);
    other.apply(seen(complete(paid(1, 10), 1)));
    CHECK(updated(other.apply(invoice(base::Msat{900}))) == once);
    CHECK(other.find(key)->status() == Status::succeeded);
    CHECK(other.apply(invoice(base::Msat{900})).updated.empty());
}

TEST_CASE("before the end an invoice's secret is published with the next change") {
    Table table(100);
    table.apply(by_xpay(1));
    table.apply(seen(paid(1, 10)));
    CHECK(table.apply(invoice()).updated.empty());
    CHECK(updated(table.apply(seen(complete(paid(1, 10), 1)))) == once);
    CHECK(table.apply(invoice()).updated.empty()); // the last snapshot had it
}

TEST_CASE("an invoice without a secret, or another one of the same hash, corrects nothing") {
    Table table(100);
    succeed(table);
    auto without = invoice();
    without.payment_secret.reset();
    CHECK(table.apply(without).updated.empty());
    auto other = invoice(base::Msat{900});
    other.invoice = "lnbc2";
    CHECK(table.apply(other).updated.empty());
    CHECK_FALSE(table.find(key)->invoice_secret.has_value());
    CHECK(table.find(key)->value() == base::Msat{1000});
}

TEST_CASE("a FAILED payment of a hash paid since is not corrected: only SUCCEEDED may follow SUCCEEDED") {
    Table table(100);
    table.apply(by_xpay(1));
    table.apply(seen(failed(paid(1, 10), 1)));
    auto again = paid(1, 11);
    again.key.group = {10};
    table.apply(seen(complete(again, 2)));
    REQUIRE(table.find(again.key)->status() == Status::succeeded);
    REQUIRE(table.find(key)->status() == Status::failed);
    CHECK(table.apply(invoice()).updated.empty());
}

TEST_CASE("a payment no longer in the table is not corrected") {
    Table table(100);
    succeed(table);
    table.apply(payments::PartDeleted{key, {10}});
    CHECK(table.apply(invoice()).updated.empty());
    CHECK(table.size() == 0);
}

} // namespace invoice_test
