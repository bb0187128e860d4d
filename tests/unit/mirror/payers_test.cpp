// Lookups beside the rows: whether xpay or renepay gave up, and why a part failed.
#include "mirror/failure_lookup.hpp"
#include "mirror/giveup_poller.hpp"
#include "mirror/onion_hops.hpp"

#include "facts.hpp"
#include "node.hpp"
#include "taken_facts.hpp"

#include <doctest/doctest.h>

namespace payers_test {

using namespace facts;
using payments::PaymentKey;

namespace {

const PaymentKey key{hash(1), {9}};

struct Bench {
    io::Loop loop;
    unit::Node node{loop};
    payments::Table table{100};

    payments::Change fail_part_of(payments::Payer payer) {
        payments::ExpectedPart expected;
        expected.hash = key.hash;
        expected.group = key.group;
        expected.partid = {1};
        expected.payer = payer;
        expected.seen = second(110);
        table.apply(expected);
        return table.apply(seen(failed(pending(1, 9, 1, 10), 1)));
    }
};

std::string pays(const char* status, std::uint64_t created) {
    return R"({"pays":[{"status":")" + std::string(status) + R"(","created_index":)" + std::to_string(created) + "}]}";
}

struct Watch : Bench {
    unit::TakenFacts facts;
    publish::Progress progress;
    mirror::SilenceTimeout silence;
    mirror::GiveupPoller poller;

    explicit Watch(cln::Version version = {26, 6})
        : silence(loop, table, version, facts, progress),
          poller(loop, node.lightningd, table, version, facts, silence) {
        silence.set(std::chrono::hours(24)); // the silence timeout decides nothing here
    }
    void apply(const payments::Change& change) {
        silence.changed(change);
        poller.changed(change);
    }
    [[nodiscard]] std::vector<PaymentKey> given_up() const {
        std::vector<PaymentKey> keys;
        for (const auto& one : facts.of<payments::GivenUp>())
            keys.push_back({one.hash, *one.group});
        return keys;
    }
};

} // namespace

TEST_CASE("listpays is repeated until it shows that xpay has given the payment up") {
    Watch w;
    w.apply(w.fail_part_of(payments::Payer::xpay));
    w.poller.part_ended(key);
    auto call = w.node.next();
    CHECK(call.method == "listpays");
    w.node.answer(call, pays("pending", 10));
    call = w.node.next();
    w.node.answer(call, pays("failed", 4)); // an older group of the same hash
    CHECK(w.given_up().empty());
    w.node.answer(w.node.next(), pays("failed", 10));
    CHECK(w.given_up() == std::vector{key});
    CHECK(w.node.quiet());
}

TEST_CASE("listpays is called for xpay only, and only on versions where it shows xpay's end") {
    for (const auto payer : {payments::Payer::pay, payments::Payer::other, payments::Payer::unknown}) {
        Watch w;
        w.apply(w.fail_part_of(payer));
        w.poller.part_ended(key);
        CHECK(w.node.quiet());
    }
    Watch old({26, 4});
    old.apply(old.fail_part_of(payments::Payer::xpay));
    old.poller.part_ended(key);
    CHECK(old.node.quiet());
}

TEST_CASE("renepay's end is asked of renepaystatus by invoice, on every version") {
    Watch w({24, 11});
    payments::ExpectedPart call;
    call.hash = key.hash;
    call.group = key.group;
    call.partid = {1};
    call.by.call = true;
    call.payer = payments::Payer::renepay;
    call.seen = second(110);
    w.table.apply(call);
    auto row = failed(pending(1, 9, 1, 10), 1);
    SUBCASE("BOLT 11") {
        row.invoice = "lnbc1";
        w.apply(w.table.apply(seen(row)));
        auto asked = w.node.next();
        CHECK(asked.method == "renepaystatus");
        CHECK(asked.params == json::Tree::array({"lnbc1"}));
        w.node.answer(asked, R"({"paystatus":[{"status":"pending"}]})");
        CHECK(w.given_up().empty());
        w.node.answer(w.node.next(), R"({"paystatus":[{"status":"failed"}]})");
        CHECK(w.given_up() == std::vector{key});
        CHECK(w.node.quiet());
    }
    SUBCASE("a BOLT 12 invoice is not asked about") {
        row.invoice = "lni1";
        w.apply(w.table.apply(seen(row)));
        w.poller.part_ended(key);
        CHECK(w.node.quiet());
    }
}

TEST_CASE("a new part ends the lookup, and a refusal leaves the payment to the silence timeout") {
    Watch w;
    w.apply(w.fail_part_of(payments::Payer::xpay));
    w.apply(w.table.apply(seen(pending(1, 9, 2, 11))));
    w.poller.part_ended(key);
    CHECK(w.node.quiet());

    Watch refused;
    refused.apply(refused.fail_part_of(payments::Payer::xpay));
    refused.poller.part_ended(key);
    refused.node.refuse(refused.node.next(), {-32601, "Unknown command"});
    refused.poller.part_ended(key);
    CHECK(refused.node.quiet());
}

TEST_CASE("the deletion of a payment's last row ends the lookup") {
    Watch w;
    w.apply(w.fail_part_of(payments::Payer::xpay));
    w.apply(w.table.apply(payments::PartDeleted{key, {10}}));
    w.poller.part_ended(key);
    CHECK(w.node.quiet());
}

TEST_CASE("a lookup lost with the connection is repeated") {
    Watch w;
    w.apply(w.fail_part_of(payments::Payer::xpay));
    w.poller.part_ended(key);
    CHECK(w.node.next().method == "listpays");
    unit::TakenFacts facts;
    mirror::FailureLookup lookup(w.loop, w.node.lightningd, w.table, facts);
    lookup.changed(w.table.apply(seen(failed(pending(2, 9, 1, 20), 2))));
    CHECK(w.node.next().method == "waitsendpay");
    w.node.hang_up();
    REQUIRE(unit::until(w.loop, [&] { return w.node.connected(); }));
    CHECK(w.node.quiet());
    w.poller.connected();
    const auto pays_call = w.node.next();
    CHECK(pays_call.method == "listpays");
    w.node.answer(pays_call, pays("failed", 10));
    CHECK(w.given_up() == std::vector{key});
    lookup.connected();
    const auto call = w.node.next();
    CHECK(call.method == "waitsendpay");
    CHECK(call.params["payment_hash"] == hash(2).hex());
}

TEST_CASE("an unexplained failure is looked up, unless pending or numbered like a part of a newer group") {
    Bench b;
    unit::TakenFacts facts;
    mirror::FailureLookup lookup(b.loop, b.node.lightningd, b.table, facts);
    lookup.changed(b.table.apply(seen(failed(pending(1, 9, 1, 10), 1))));
    lookup.changed(b.table.apply(seen(pending(2, 9, 1, 20))));
    lookup.changed(b.table.apply(seen(failed(pending(3, 1, 1, 30), 2))));
    lookup.changed(b.table.apply(seen(failed(pending(3, 2, 1, 31), 3))));
    auto call = b.node.next();
    CHECK(call.method == "waitsendpay");
    CHECK(call.params["payment_hash"] == hash(1).hex());
    CHECK(call.params["partid"] == 1);
    CHECK(call.params["groupid"] == 9);
    const auto row = json::parse(unit::listing({pending(1, 9, 1, 10)}));
    auto data = (*row)["payments"][0];
    data["erring_index"] = 1;
    data["failcode"] = 4103;
    b.node.refuse_raw(call, json::dump({{"code", 204}, {"message", "failed"}, {"data", data}}));
    const auto found = facts.of<payments::PartExplained>();
    REQUIRE(found.size() == 1);
    CHECK(found[0].failure.code == 4103);
    call = b.node.next(); // of hash 3 only the newer group
    CHECK(call.params["groupid"] == 2);
    CHECK(b.node.quiet());
}

TEST_CASE("a failure that lightningd cannot explain is looked up once, however often its payment changed before") {
    Bench b;
    unit::TakenFacts facts;
    mirror::FailureLookup lookup(b.loop, b.node.lightningd, b.table, facts);
    lookup.changed(b.table.apply(seen(failed(pending(1, 9, 1, 10), 1))));
    lookup.changed(b.table.apply(seen(pending(1, 9, 2, 11))));
    lookup.changed(b.table.apply(seen(pending(1, 9, 3, 12))));
    const auto call = b.node.next();
    CHECK(call.params["partid"] == 1);
    b.node.refuse(call, {-32602, "refused"});
    CHECK(b.node.quiet());
}

TEST_CASE("a failure explained meanwhile is not looked up") {
    Bench b;
    unit::TakenFacts facts;
    mirror::FailureLookup lookup(b.loop, b.node.lightningd, b.table, facts);
    const auto row = failed(pending(1, 9, 1, 10), 1);
    lookup.changed(b.table.apply(seen(row)));
    b.table.apply(failure(row, 0x1007, 1));
    lookup.changed(b.table.apply(seen(failed(pending(2, 9, 1, 11), 2))));
    CHECK(b.node.next().params["payment_hash"] == hash(2).hex());
}

TEST_CASE("an unsent onion's hops are not used for another part") {
    const auto onion = [](std::uint64_t amount, std::uint8_t second_node) {
        cln::Onion made;
        made.hash = hash(1);
        made.hops.resize(2);
        made.hops[1].node.bytes.fill(second_node);
        made.hops[1].forward = {amount};
        return made;
    };
    const auto second_node = [](const std::optional<cln::Onion>& joined) {
        return joined ? joined->hops[1].node.bytes[0] : 0;
    };
    mirror::OnionHops onions;
    onions.created(onion(1000, 5), "lab", {1});
    onions.created(onion(1000, 6), "lab", {2});
    onions.created(onion(700, 7), "pay", {3});
    onions.created(onion(1000, 8), "pay", {4});
    onions.created(onion(1000, 9), "pay", {5});
    CHECK(second_node(onions.take({hash(1), "lab", false, {}, base::Msat{1000}})) == 6); // a script made it again
    CHECK(second_node(onions.take({hash(1), "lab", false, {}, base::Msat{1000}})) == 0); // the one before was dropped
    CHECK(second_node(onions.take({hash(1), "pay", true, {}, base::Msat{1000}})) ==
          8); // of equal onions the first made is the first sent
    CHECK(second_node(onions.take({hash(1), "pay", true, {}, std::nullopt})) == 7);
    CHECK(second_node(onions.take({hash(1), "pay", true, {}, base::Msat{5}})) == 0);
}

TEST_CASE("onions are matched to sendonions in order, per hash and first node") {
    mirror::OnionHops onions;
    const auto onion = [](std::uint8_t h, std::uint8_t first, std::uint64_t amount) {
        cln::Onion made;
        made.hash = hash(h);
        made.hops.resize(2);
        made.hops[0].node.bytes.fill(first);
        made.hops[0].forward = {amount};
        return made;
    };
    const auto first_hop = [](std::uint8_t first) {
        cln::FirstHop hop;
        hop.node.bytes.fill(first);
        hop.channel = {42};
        return hop;
    };
    const auto use = [&](std::uint8_t h, std::uint8_t first) {
        return mirror::OnionHops::Use{hash(h), "pay", true, first_hop(first), std::nullopt};
    };
    onions.created(onion(1, 2, 100), "pay", {1});
    onions.created(onion(1, 2, 200), "pay", {2});
    onions.created(onion(1, 3, 300), "pay", {3});
    CHECK_FALSE(onions.take(use(2, 2)).has_value());
    CHECK(onions.take(use(1, 3))->hops[0].forward.value == 300);
    const auto joined = onions.take(use(1, 2));
    CHECK(joined->hops[0].forward.value == 100);
    CHECK(joined->hops[0].channel.value == 42);
    onions.expire({3});
    CHECK_FALSE(onions.take(use(1, 2)).has_value());
}

} // namespace payers_test
