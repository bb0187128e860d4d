// Which invoices are read here, and which lightningd must decode.
#include "mirror/invoice_lookup.hpp"

#include "facts.hpp"
#include "invoice_text.hpp"
#include "node.hpp"
#include "taken_facts.hpp"

#include <doctest/doctest.h>

namespace invoice_lookup_test {

using namespace facts;
using payments::InvoiceDecoded;

namespace {

struct Fixture {
    io::Loop loop;
    unit::Node node{loop};
    payments::Table table{100};
    unit::TakenFacts facts;
    mirror::InvoiceLookup invoices{node.lightningd, table, facts};

    /// A pending row with that invoice; its payment has not read it.
    void change(const std::string& invoice, std::uint64_t group = 9) {
        auto row = pending(1, group, 1, group);
        row.invoice = invoice;
        invoices.changed(table.apply(seen(row)));
    }
    /// The payment of change() changes again.
    void settle(const std::string& invoice) {
        auto row = complete(pending(1, 9, 1, 9), 1);
        row.invoice = invoice;
        const auto change = table.apply(seen(row));
        CHECK(change.updated.size() == 1);
        invoices.changed(change);
    }
    std::vector<InvoiceDecoded> applied() {
        const auto taken = facts.of<InvoiceDecoded>();
        for (const auto& one : taken)
            table.apply(one);
        facts.all.clear();
        return taken;
    }
};

std::string invoice(std::uint8_t h, std::uint64_t msat) {
    return invoice_text::bolt11(hash(h).bytes, msat, hash(7).bytes);
}
std::string decoded(std::uint8_t h, std::uint64_t msat) {
    return R"({"payment_hash":")" + hash(h).hex() + R"(","amount_msat":)" + std::to_string(msat) +
           R"(,"payment_secret":")" + hash(7).hex() + "\"}";
}
void never(const InvoiceDecoded* /*decoded*/) {
    FAIL("not called");
}

} // namespace

TEST_CASE("an invoice is read at once, without a call to lightningd, and also without a socket") {
    Fixture f;
    for (const bool connected : {true, false}) {
        if (!connected)
            f.node.hang_up();
        const auto read = f.invoices.read(invoice(1, 5000), hash(1), never);
        REQUIRE(read.has_value());
        CHECK(read->hash == hash(1));
        CHECK(read->invoice == invoice(1, 5000));
        CHECK(read->amount == base::Msat{5000});
        CHECK(read->payment_secret->front() == 7);
        const auto offered = f.invoices.read(invoice_text::bolt12(hash(1).bytes, 6000), hash(1), never);
        REQUIRE(offered.has_value());
        CHECK(offered->amount == base::Msat{6000});
        CHECK_FALSE(offered->payment_secret.has_value());
    }
    CHECK(f.node.quiet());
}

TEST_CASE("an invoice of another hash has no values for the payment, whoever reads it") {
    Fixture f;
    const auto read = f.invoices.read(invoice(2, 5000), hash(1), never);
    REQUIRE(read.has_value());
    CHECK(read->hash == hash(1));
    CHECK_FALSE(read->amount.has_value());
    CHECK_FALSE(read->payment_secret.has_value());

    std::optional<InvoiceDecoded> answer;
    CHECK_FALSE(f.invoices.read("lnbc1", hash(1), [&](const InvoiceDecoded* one) { answer = *one; }).has_value());
    f.node.answer(f.node.next(), decoded(2, 5000));
    REQUIRE(answer.has_value());
    CHECK(answer->hash == hash(1));
    CHECK_FALSE(answer->amount.has_value());
    CHECK_FALSE(answer->payment_secret.has_value());
}

TEST_CASE("a changed payment gets the values of its invoice, once") {
    Fixture f;
    f.change(invoice(1, 5000));
    const auto taken = f.applied();
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].amount == base::Msat{5000});
    CHECK(f.table.find({hash(1), {9}})->value().value == 5000);
    f.change(invoice(1, 7000), 10); // another invoice of the hash
    CHECK(f.applied().size() == 1);
    CHECK(f.table.find({hash(1), {9}})->value().value == 5000);
    CHECK(f.table.find({hash(1), {10}})->value().value == 7000);
    f.settle(invoice(1, 5000));
    CHECK(f.applied().empty());
    CHECK(f.node.quiet());
}

TEST_CASE("an invoice that is not read here is decoded by lightningd, once for all who wait") {
    Fixture f;
    f.change("lnbc1");
    f.change("lnbc1", 10);
    std::vector<InvoiceDecoded> answers;
    for (const auto& of : {hash(1), hash(2)})
        CHECK_FALSE(
            f.invoices.read("lnbc1", of, [&](const InvoiceDecoded* one) { answers.push_back(*one); }).has_value());
    const auto call = f.node.next();
    CHECK(call.method == "decode");
    CHECK(call.params == json::Tree::array({"lnbc1"}));
    CHECK(f.node.quiet());
    f.facts.on_fact = [&](const payments::Event& fact) { f.table.apply(fact); };
    f.node.answer(call, decoded(1, 5000));
    REQUIRE(answers.size() == 2);
    CHECK(answers[0].amount == base::Msat{5000});
    CHECK_FALSE(answers[1].amount.has_value());
    CHECK(f.facts.all.size() == 1); // both payments read it from one fact
    CHECK(f.table.find({hash(1), {9}})->value().value == 5000);
    CHECK(f.table.find({hash(1), {10}})->value().value == 5000);
}

TEST_CASE("an invoice that lightningd cannot decode is not requested again for the same payment") {
    Fixture f;
    f.change("a label");
    f.node.refuse(f.node.next(), {-32602, "Unparsable string"});
    const auto taken = f.applied();
    REQUIRE(taken.size() == 1);
    CHECK_FALSE(taken[0].amount.has_value());
    f.settle("a label");
    CHECK(f.applied().empty());
    CHECK(f.node.quiet());
}

TEST_CASE("if the socket is lost, who waits is notified, and the next change asks again") {
    Fixture f;
    f.change("lnbc1");
    bool lost = false;
    CHECK_FALSE(f.invoices.read("lnbc1", hash(1), [&](const InvoiceDecoded* one) { lost = !one; }).has_value());
    f.node.next();
    f.node.hang_up();
    REQUIRE(unit::until(f.loop, [&] { return lost && f.node.connected(); }));
    CHECK(f.applied().empty());
    f.settle("lnbc1");
    CHECK(f.node.next().method == "decode");
}

} // namespace invoice_lookup_test
