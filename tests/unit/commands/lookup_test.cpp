// All payments of one hash: from the table, from lightningd's rows, or from both.
#include "commands/lookup.hpp"

#include "facts.hpp"
#include "invoice_text.hpp"
#include "node.hpp"
#include "taken_facts.hpp"

#include <doctest/doctest.h>

namespace lookup_test {

using namespace facts;
using Found = tl::expected<std::vector<payments::Payment>, rpc::Error>;

namespace {

struct Fixture {
    io::Loop loop;
    unit::Node node{loop};
    payments::Table table{1000};
    unit::TakenFacts facts;
    mirror::InvoiceLookup invoices{node.lightningd, table, facts};
    std::optional<Found> found;

    unit::Node::Call ask(std::uint8_t of = 1) {
        found.reset();
        commands::lookup(node.lightningd, invoices, table, hash(of),
                         [this](Found answer) { found = std::move(answer); });
        const auto call = node.next();
        CHECK(call.params == json::Tree({{"payment_hash", hash(of).hex()}}));
        return call;
    }
    /// `index status` of each, in order.
    [[nodiscard]] std::vector<std::string> payments() const {
        std::vector<std::string> out;
        for (const auto& payment : **found)
            out.push_back(std::to_string(payment.index.value) + (payment.status() == payments::Status::succeeded
                                                                     ? " succeeded"
                                                                 : payment.terminal() ? " failed"
                                                                                      : " in flight"));
        return out;
    }
};

} // namespace

TEST_CASE("payments of the table are given unchanged, others are built from rows, oldest first") {
    Fixture f;
    f.table.apply(seen(pending(1, 2, 1, 7)));
    const auto call = f.ask();
    f.node.answer(call, unit::listing({failed(pending(1, 1, 1, 3), 1), pending(1, 2, 1, 7)}));
    REQUIRE(f.found.has_value());
    CHECK(f.payments() == std::vector<std::string>{"3 failed", "7 in flight"});
}

TEST_CASE("the table's payments win over older rows") {
    Fixture f;
    f.table.apply(seen(complete(pending(1, 1, 1, 3), 5)));
    f.node.answer(f.ask(), unit::listing({pending(1, 1, 1, 3)}));
    CHECK(f.payments() == std::vector<std::string>{"3 succeeded"});
}

TEST_CASE("a payment built from rows has the value of its invoice, and any number of invoices is read at once") {
    Fixture f;
    std::vector<payments::Row> rows;
    for (std::uint64_t n = 1; n <= 300; ++n) {
        auto row = complete(pending(1, n, 1, 3 + n), 5 + n);
        row.invoice = invoice_text::bolt11(hash(1).bytes, 500 + n, hash(7).bytes);
        rows.push_back(row);
    }
    f.node.answer(f.ask(), unit::listing(rows));
    REQUIRE(unit::until(f.loop, [&] { return f.found.has_value(); })); // a long listing takes several turns
    REQUIRE((**f.found).size() == 300);
    for (std::uint64_t n = 1; n <= 300; ++n)
        CHECK((**f.found)[n - 1].value().value == 500 + n);
    CHECK(f.node.quiet());
}

TEST_CASE("a payment built from rows has the value of an invoice that lightningd must decode") {
    Fixture f;
    auto row = complete(pending(1, 1, 1, 3), 5);
    row.invoice = "lnbc1";
    f.node.answer(f.ask(), unit::listing({row}));
    const auto decode = f.node.next();
    CHECK(decode.method == "decode");
    f.node.answer(decode, R"({"payment_hash":")" + hash(1).hex() + R"(","amount_msat":777})");
    REQUIRE(f.found.has_value());
    CHECK((**f.found)[0].value().value == 777);
}

TEST_CASE("an unknown hash has no payments") {
    Fixture f;
    f.node.answer(f.ask(), unit::listing({}));
    REQUIRE(f.found.has_value());
    CHECK((*f.found)->empty());
}

TEST_CASE("a refusal or a lost socket is an error only if the table has no payment of the hash") {
    Fixture f;
    f.node.refuse(f.ask(), {-1, "not now"});
    REQUIRE(f.found.has_value());
    REQUIRE_FALSE(f.found->has_value());
    CHECK(f.found->error().message == "not now");

    (void)f.ask();
    f.node.hang_up();
    REQUIRE(unit::until(f.loop, [&] { return f.found.has_value(); }));
    REQUIRE_FALSE(f.found->has_value());
    CHECK(f.found->error().message == "lightningd's RPC socket was lost; try again");

    REQUIRE(unit::until(f.loop, [&] { return f.node.connected(); }));
    f.table.apply(seen(pending(1, 2, 1, 7)));
    f.node.refuse(f.ask(), {-1, "not now"});
    CHECK(f.payments() == std::vector<std::string>{"7 in flight"});
    (void)f.ask();
    f.node.hang_up();
    REQUIRE(unit::until(f.loop, [&] { return f.found.has_value(); }));
    CHECK(f.payments() == std::vector<std::string>{"7 in flight"});
}

TEST_CASE("a socket lost while an invoice is decoded is an error, because the value is unknown") {
    Fixture f;
    auto row = complete(pending(1, 1, 1, 3), 5);
    row.invoice = "lnbc1";
    f.node.answer(f.ask(), unit::listing({row}));
    CHECK(f.node.next().method == "decode");
    f.node.hang_up();
    REQUIRE(unit::until(f.loop, [&] { return f.found.has_value(); }));
    CHECK_FALSE(f.found->has_value());
}

} // namespace lookup_test
