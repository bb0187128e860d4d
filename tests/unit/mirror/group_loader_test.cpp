#include "mirror/group_loader.hpp"

#include "facts.hpp"
#include "node.hpp"

#include <doctest/doctest.h>

namespace group_loader_test {

using namespace facts;
using mirror::GroupLoader;
using payments::Event;
using Source = GroupLoader::Source;

namespace {

struct Door {
    io::Loop loop;
    unit::Node node{loop};
    payments::Table table{100};
    std::vector<std::size_t> batches;
    publish::Position listed{{5}, {5}};
    std::vector<base::PaymentHash> missing;
    mirror::InvoiceLookup invoices;
    GroupLoader intake;

    explicit Door(bool sees_calls = true)
        : invoices(node.lightningd, table, [this](payments::InvoiceDecoded decoded) { table.apply(decoded); }),
          intake(
              loop, node.lightningd, invoices, table,
              [this](std::span<const Event> events) {
                  batches.push_back(events.size());
                  table.apply(events);
              },
              [this] { return listed; }, [this](const base::PaymentHash& hash) { missing.push_back(hash); },
              sees_calls) {
        intake.set_invoice_patience(std::chrono::hours(1)); // on a machine of any speed
    }

    [[nodiscard]] const payments::Payment* payment() const { return table.find({hash(1), {9}}); }
};

} // namespace

TEST_CASE("the first part of an unknown group waits for its siblings, later parts do not") {
    Door door;
    const auto one = failed(pending(1, 9, 1, 10), 1);
    const auto two = pending(1, 9, 2, 11);
    door.intake.take(seen(two), Source::socket);
    CHECK(door.table.size() == 0);
    CHECK(door.intake.pending().created.value == 5); // a cursor must not pass it
    const auto call = door.node.next();
    CHECK(call.method == "listsendpays");
    CHECK(call.params == json::Tree({{"payment_hash", hash(1).hex()}}));
    door.intake.take(failure(two, 0x1007, 1), Source::standard_input); // waits too, in its turn
    CHECK(door.table.size() == 0);
    door.node.answer(call, unit::listing({one, two}));
    REQUIRE(door.payment() != nullptr);
    CHECK(door.batches == std::vector<std::size_t>{4}); // two rows, two events: one change
    CHECK(door.payment()->index.value == 10);
    CHECK(door.payment()->parts[1].status == payments::PartStatus::failed);
    CHECK(door.intake.pending().created.value == UINT64_MAX);
    door.intake.take(seen(pending(1, 9, 3, 12)), Source::socket);
    CHECK(door.payment()->parts.size() == 3);
    CHECK(door.node.quiet());
}

TEST_CASE("of what comes together the ready is applied at once, whoever stands before it") {
    Door door;
    door.table.apply(seen(pending(2, 9, 1, 20)));
    door.table.apply(seen(pending(3, 9, 1, 30)));
    door.intake.take({seen(pending(1, 9, 1, 10)), seen(failed(pending(2, 9, 1, 20), 1)), seen(pending(4, 9, 1, 40)),
                      seen(failed(pending(3, 9, 1, 30), 2))},
                     Source::socket);
    CHECK(door.batches == std::vector<std::size_t>{2}); // one change
    CHECK(door.table.find({hash(2), {9}})->undecided());
    CHECK(door.table.find({hash(3), {9}})->undecided());
    CHECK(door.payment() == nullptr);
    door.node.answer(door.node.next(), unit::listing({pending(1, 9, 1, 10)}));
    REQUIRE(door.payment() != nullptr);
    door.node.answer(door.node.next(), unit::listing({pending(4, 9, 1, 40)}));
    CHECK(door.table.size() == 4);
}

TEST_CASE("where the rows do not say how much is paid the first snapshot waits for the invoice that does") {
    auto row = pending(1, 9, 1, 10); // as xpay's of v24.11.0
    row.amount.reset();
    row.invoice = "lnbcrt1";
    const auto invoice =
        R"({"type":"bolt11 invoice","valid":true,"amount_msat":5000,"payment_hash":")" + hash(1).hex() + "\"}";
    const auto other =
        R"({"type":"bolt11 invoice","valid":true,"amount_msat":7000,"payment_hash":")" + hash(2).hex() + "\"}";
    enum class End { decoded, of_another, refused };
    for (const auto end : {End::decoded, End::of_another, End::refused}) {
        Door door;
        door.intake.take(seen(row), Source::socket);
        door.node.answer(door.node.next(), unit::listing({row}));
        const auto call = door.node.next();
        CHECK(call.method == "decode");
        CHECK(call.params.dump().find("lnbcrt1") != std::string::npos);
        door.intake.take(failure(row, 0x1007, 1), Source::standard_input); // waits too
        CHECK(door.table.size() == 0);
        CHECK(door.intake.pending().created.value == 5);
        if (end == End::refused)
            door.node.refuse(call, {-32602, "Not an invoice"});
        else
            door.node.answer(call, end == End::decoded ? invoice : other);
        REQUIRE(door.payment() != nullptr);
        CHECK(door.batches.size() == 1);
        CHECK(door.payment()->value().value == (end == End::decoded ? 5000 : 1010));
        CHECK(door.payment()->parts[0].status == payments::PartStatus::failed);
        CHECK(door.intake.idle());
    }
}

TEST_CASE("a first snapshot waits for its invoice a second at the most, and what it says then comes later") {
    auto row = pending(1, 9, 1, 10);
    row.invoice = "lnbcrt1";
    Door door;
    door.intake.set_invoice_patience(GroupLoader::invoice_patience);
    door.intake.take(seen(row), Source::socket);
    door.node.answer(door.node.next(), unit::listing({row}));
    const auto call = door.node.next();
    CHECK(call.method == "decode");
    REQUIRE(unit::until(door.loop, [&] { return door.table.size() == 1; })); // without it
    CHECK(door.payment()->value().value == 1000);
    CHECK(door.intake.idle());
    door.node.answer(call, R"({"amount_msat":5000,"payment_hash":")" + hash(1).hex() + "\"}");
    CHECK(door.payment()->value().value == 5000);
}

TEST_CASE("a row that was shown and is not listed any more is looked for: its deletion passed unseen") {
    for (const bool listed : {true, false}) {
        Door door;
        const auto row = pending(1, 9, 1, 10);
        door.intake.take(failure(row, 0x1007, 1), Source::standard_input);
        door.node.answer(door.node.next(), unit::listing(listed ? std::vector{row} : std::vector<payments::Row>{}));
        REQUIRE(door.payment() != nullptr);
        CHECK(door.missing.size() == (listed ? 0 : 1));
    }
}

TEST_CASE("a listed row whose call was seen is no history, whatever asked for the listing") {
    Door door;
    door.table.apply(seen(failed(pending(1, 9, 1, 10), 1)));
    payments::ExpectedPart call;
    call.hash = hash(1);
    call.group = base::GroupId{10};
    call.partid = {1};
    call.by.call = true;
    call.seen = second(111);
    door.table.apply(call);
    door.intake.take(payments::SilenceExpired{{hash(1), {9}}}, Source::socket);
    door.node.answer(door.node.next(), unit::listing({failed(pending(1, 9, 1, 10), 1), pending(1, 10, 1, 11)}));
    CHECK(door.table.groups(hash(1)).size() == 2);
}

TEST_CASE("of groups that are history no invoice is read") {
    Door door;
    auto old = failed(pending(1, 3, 1, 2), 1);
    old.amount.reset();
    old.invoice = "lnbcrt1";
    door.intake.take(seen(pending(1, 9, 1, 10)), Source::socket);
    door.node.answer(door.node.next(), unit::listing({old, pending(1, 9, 1, 10)}));
    CHECK(door.payment() != nullptr);
    CHECK(door.node.quiet());
}

TEST_CASE("a socket that goes away while an invoice is read is waited for as for any listing") {
    auto row = pending(1, 9, 1, 10);
    row.amount.reset();
    row.invoice = "lnbcrt1";
    Door door;
    door.intake.take(seen(row), Source::socket);
    door.node.answer(door.node.next(), unit::listing({row}));
    CHECK(door.node.next().method == "decode");
    door.node.hang_up();
    REQUIRE(unit::until(door.loop, [&] { return door.node.lightningd.up(); }));
    CHECK(door.table.size() == 0);
    door.intake.connected();
    const auto again = door.node.next();
    CHECK(again.method == "listsendpays");
    row.amount = base::Msat{5000};
    door.node.answer(again, unit::listing({row}));
    const auto decode = door.node.next();
    CHECK(decode.method == "decode");
    door.node.refuse(decode, {-32602, "Not an invoice"});
    REQUIRE(door.payment() != nullptr);
    CHECK(door.payment()->value().value == 5000);
}

TEST_CASE("older groups of the same hash stay history") {
    Door door;
    door.intake.take(seen(pending(1, 9, 1, 10)), Source::socket);
    door.node.answer(door.node.next(), unit::listing({failed(pending(1, 3, 1, 2), 1), pending(1, 9, 1, 10)}));
    CHECK(door.table.groups(hash(1)).size() == 1);
}

TEST_CASE("a group that failed before another one paid the hash, all before this process began, is history") {
    Door door;
    door.intake.set_past({{10}, {2}});
    const auto lost = failed(pending(1, 3, 1, 2), 1);
    const auto paid = complete(pending(1, 9, 1, 10), 2);
    door.intake.take(seen(lost), Source::socket);
    door.node.answer(door.node.next(), unit::listing({lost, paid}));
    CHECK(door.table.size() == 0);
    CHECK(door.intake.idle());
    door.intake.take(seen(lost), Source::socket); // while nothing is paid it is told
    door.node.answer(door.node.next(), unit::listing({lost}));
    CHECK(door.table.size() == 1);
    Door later; // it failed in this process's time: its end is to be told
    later.intake.set_past({{1}, {0}});
    later.intake.take(seen(lost), Source::socket);
    later.node.answer(later.node.next(), unit::listing({lost, paid}));
    CHECK(later.table.size() == 1);
}

TEST_CASE("a socket that is away for a moment is waited for: a payment told from one row would keep its index") {
    Door door;
    door.node.hang_up();
    door.intake.take(seen(complete(pending(1, 9, 2, 11), 1)), Source::standard_input);
    REQUIRE(unit::until(door.loop, [&] { return door.node.lightningd.up(); }));
    CHECK(door.table.size() == 0);
    CHECK(door.intake.pending().created.value == 5);
    door.intake.connected();
    door.node.answer(door.node.next(), unit::listing({failed(pending(1, 9, 1, 10), 1), pending(1, 9, 2, 11)}));
    REQUIRE(door.payment() != nullptr);
    CHECK(door.payment()->index.value == 10);
    CHECK(door.payment()->status() == payments::Status::succeeded);
    CHECK(door.intake.idle());
}

TEST_CASE("without the socket what is known is told after a while, and the siblings are asked for when it is back") {
    Door door;
    door.node.hang_up();
    door.intake.take(seen(pending(1, 9, 2, 11)), Source::standard_input);
    REQUIRE(unit::until(door.loop, [&] { return door.table.size() == 1; }));
    REQUIRE(unit::until(door.loop, [&] { return door.node.lightningd.up(); }));
    door.intake.connected();
    door.node.answer(door.node.next(), unit::listing({failed(pending(1, 9, 1, 10), 1), pending(1, 9, 2, 11)}));
    CHECK(door.payment()->parts.size() == 2);
}

TEST_CASE("a settled part among several is confirmed when a sibling's row may be unread") {
    for (const bool sees_calls : {true, false}) {
        Door door(sees_calls);
        door.table.apply(seen(pending(1, 9, 1, 10)));
        door.intake.take(seen(complete(pending(1, 9, 1, 10), 1)), Source::standard_input);
        if (sees_calls) { // no call was expected that has no row
            CHECK(door.payment()->status() == payments::Status::succeeded);
            continue;
        }
        CHECK(door.payment()->status() == payments::Status::in_flight);
        door.node.answer(door.node.next(), unit::listing({complete(pending(1, 9, 1, 10), 1), pending(1, 9, 2, 11)}));
        CHECK(door.payment()->status() == payments::Status::in_flight);
        CHECK(door.payment()->parts.size() == 2);
    }
}

TEST_CASE("a settled part with an expected sibling is never shown as the end") {
    Door door;
    payments::ExpectedPart sibling;
    sibling.hash = hash(1);
    sibling.group = base::GroupId{9};
    sibling.partid = {2};
    sibling.seen = second(111);
    door.table.apply(seen(pending(1, 9, 1, 10)));
    door.intake.take(sibling, Source::standard_input);
    door.intake.take(seen(complete(pending(1, 9, 1, 10), 1)), Source::standard_input);
    CHECK(door.payment()->status() == payments::Status::in_flight);
    door.node.answer(door.node.next(), unit::listing({complete(pending(1, 9, 1, 10), 1), pending(1, 9, 2, 11)}));
    CHECK(door.payment()->status() == payments::Status::in_flight);
}

TEST_CASE("part 0 has no siblings in flight and needs no confirmation") {
    Door door(false);
    door.table.apply(seen(pending(1, 9, 0, 10)));
    door.intake.take(seen(complete(pending(1, 9, 0, 10), 1)), Source::socket);
    CHECK(door.payment()->status() == payments::Status::succeeded);
    CHECK(door.node.quiet());
}

TEST_CASE("the end by deadline is confirmed by a listing that may know of another part") {
    Door door;
    door.table.apply(seen(failed(pending(1, 9, 1, 10), 1)));
    door.intake.take(payments::SilenceExpired{{hash(1), {9}}}, Source::socket);
    CHECK(door.payment()->status() == payments::Status::in_flight);
    door.node.answer(door.node.next(), unit::listing({failed(pending(1, 9, 1, 10), 1), pending(1, 9, 2, 11)}));
    CHECK(door.payment()->status() == payments::Status::in_flight);
    CHECK(door.payment()->any(payments::PartStatus::pending));
}

TEST_CASE("lightningd is asked for a few groups at a time") {
    Door door;
    for (std::uint8_t n = 1; n <= 10; ++n)
        door.intake.take(seen(pending(n, 1, 0, n)), Source::socket);
    std::vector<unit::Node::Call> asked;
    for (int n = 0; n < 4; ++n)
        asked.push_back(door.node.next());
    CHECK(door.node.quiet());
    door.node.answer(asked[0], unit::listing({}));
    CHECK(door.node.next().method == "listsendpays");
    CHECK(door.node.quiet());
}

} // namespace group_loader_test
