// Which events wait for the listing of their whole group, and what they become then.
#include "mirror/group_loader.hpp"

#include "facts.hpp"
#include "invoice_text.hpp"
#include "node.hpp"
#include "taken_facts.hpp"

#include <doctest/doctest.h>

namespace group_loader_test {

using namespace facts;
using mirror::GroupLoader;
using mirror::Source;
using payments::Event;

namespace {

struct Fixture {
    io::Loop loop;
    unit::Node node{loop};
    payments::Table table{100};
    std::vector<std::size_t> batches;
    publish::Progress progress;
    unit::TakenFacts facts; // from the lookups
    mirror::InvoiceLookup invoices{node.lightningd, table, facts};
    mirror::DeletionDetector deletions{loop, node.lightningd, table, facts};
    GroupLoader loader;

    explicit Fixture(bool sees_calls = true)
        : loader(
              loop, {node.lightningd, invoices, deletions, table, progress},
              [this](std::span<const Event> events) {
                  batches.push_back(events.size());
                  table.apply(events);
              },
              sees_calls) {
        progress.reset({{5}, {5}});
        node.on_down = [this] { loader.disconnected(); };
        facts.on_fact = [this](const Event& fact) { table.apply(fact); };
        loader.set_invoice_timeout(std::chrono::hours(1)); // no timeout, however slow the machine
    }

    /// True while the cursor stays before the rows read since.
    [[nodiscard]] bool is_held() {
        progress.reset({{9}, {9}});
        return progress.bounds().listed.created.value == 5;
    }
    [[nodiscard]] const payments::Payment* payment() const { return table.find({hash(1), {9}}); }
};

payments::ExpectedPart announced(const payments::Row& row, payments::Payer payer) {
    payments::ExpectedPart part;
    part.hash = row.key.hash;
    part.group = row.key.group;
    part.partid = row.partid;
    part.by.call = true;
    part.payer = payer;
    part.seen = row.created_at;
    return part;
}

} // namespace

TEST_CASE("the first part of an unknown group waits for its siblings, later parts do not") {
    Fixture f;
    const auto one = failed(pending(1, 9, 1, 10), 1);
    const auto two = pending(1, 9, 2, 11);
    f.loader.take(seen(two), Source::socket);
    CHECK(f.table.size() == 0);
    CHECK(f.is_held());
    const auto call = f.node.next();
    CHECK(call.method == "listsendpays");
    CHECK(call.params == json::Tree({{"payment_hash", hash(1).hex()}}));
    f.loader.take(failure(two, 0x1007, 1), Source::standard_input); // waits too, after the others
    CHECK(f.table.size() == 0);
    f.node.answer(call, unit::listing({one, two}));
    REQUIRE(f.payment() != nullptr);
    CHECK(f.batches == std::vector<std::size_t>{4}); // two rows and two events in one change
    CHECK(f.payment()->index.value == 10);
    CHECK(f.payment()->parts[1].status == payments::PartStatus::failed);
    CHECK_FALSE(f.is_held());
    f.loader.take(seen(pending(1, 9, 3, 12)), Source::socket);
    CHECK(f.payment()->parts.size() == 3);
    CHECK(f.node.quiet());
}

TEST_CASE("of several facts taken together, those of known groups are applied at once") {
    Fixture f;
    f.table.apply(seen(pending(2, 9, 1, 20)));
    f.table.apply(seen(pending(3, 9, 1, 30)));
    f.loader.take({seen(pending(1, 9, 1, 10)), seen(failed(pending(2, 9, 1, 20), 1)), seen(pending(4, 9, 1, 40)),
                   seen(failed(pending(3, 9, 1, 30), 2))},
                  Source::socket);
    CHECK(f.batches == std::vector<std::size_t>{2}); // one change
    CHECK(f.table.find({hash(2), {9}})->undecided());
    CHECK(f.table.find({hash(3), {9}})->undecided());
    CHECK(f.payment() == nullptr);
    f.node.answer(f.node.next(), unit::listing({pending(1, 9, 1, 10)}));
    REQUIRE(f.payment() != nullptr);
    f.node.answer(f.node.next(), unit::listing({pending(4, 9, 1, 40)}));
    CHECK(f.table.size() == 4);
}

TEST_CASE("a listed group is applied at once if its invoices are read here, however many they are") {
    Fixture f;
    std::vector<payments::Row> rows;
    for (std::uint64_t n = 1; n <= 250; ++n) {
        auto row = pending(1, 9, n, 9 + n);
        row.invoice = invoice_text::bolt11(hash(1).bytes, 5000, hash(7).bytes, n);
        rows.push_back(row);
    }
    f.loader.take(seen(rows[0]), Source::socket);
    f.node.answer(f.node.next(), unit::listing(rows));
    REQUIRE(unit::until(f.loop, [&] { return f.payment() != nullptr; })); // a long listing takes several turns
    CHECK(f.payment()->value().value == 5000);
    CHECK(f.batches.size() == 1);
    CHECK(f.loader.idle());
    CHECK(f.node.quiet());
}

TEST_CASE("a first snapshot waits for an invoice that lightningd must decode") {
    auto row = pending(1, 9, 1, 10); // like a row of xpay in v24.11.0
    row.amount.reset();
    row.invoice = "lnbcrt1";
    const auto invoice =
        R"({"type":"bolt11 invoice","valid":true,"amount_msat":5000,"payment_hash":")" + hash(1).hex() + "\"}";
    const auto other =
        R"({"type":"bolt11 invoice","valid":true,"amount_msat":7000,"payment_hash":")" + hash(2).hex() + "\"}";
    enum class End { decoded, of_another, refused };
    for (const auto end : {End::decoded, End::of_another, End::refused}) {
        Fixture f;
        f.loader.take(seen(row), Source::socket);
        f.node.answer(f.node.next(), unit::listing({row}));
        const auto call = f.node.next();
        CHECK(call.method == "decode");
        CHECK(call.params.dump().find("lnbcrt1") != std::string::npos);
        f.loader.take(failure(row, 0x1007, 1), Source::standard_input); // waits too
        CHECK(f.table.size() == 0);
        CHECK(f.is_held());
        if (end == End::refused)
            f.node.refuse(call, {-32602, "Not an invoice"});
        else
            f.node.answer(call, end == End::decoded ? invoice : other);
        REQUIRE(f.payment() != nullptr);
        CHECK(f.batches.size() == 1);
        CHECK(f.payment()->value().value == (end == End::decoded ? 5000 : 1010));
        CHECK(f.payment()->parts[0].status == payments::PartStatus::failed);
        CHECK(f.loader.idle());
    }
}

TEST_CASE("a first snapshot waits at most a second for its invoice, whose values follow later") {
    auto row = pending(1, 9, 1, 10);
    row.invoice = "lnbcrt1";
    Fixture f;
    f.loader.set_invoice_timeout(GroupLoader::invoice_timeout);
    f.loader.take(seen(row), Source::socket);
    f.node.answer(f.node.next(), unit::listing({row}));
    const auto call = f.node.next();
    CHECK(call.method == "decode");
    REQUIRE(unit::until(f.loop, [&] { return f.table.size() == 1; })); // without the invoice
    CHECK(f.payment()->value().value == 1000);
    CHECK(f.loader.idle());
    f.node.answer(call, R"({"amount_msat":5000,"payment_hash":")" + hash(1).hex() + "\"}");
    CHECK(f.payment()->value().value == 5000);
}

TEST_CASE("a row that is known but not listed has its hash listed again: it may have been deleted") {
    for (const bool listed : {true, false}) {
        Fixture f;
        const auto row = pending(1, 9, 1, 10);
        f.loader.take(failure(row, 0x1007, 1), Source::standard_input);
        f.node.answer(f.node.next(), unit::listing(listed ? std::vector{row} : std::vector<payments::Row>{}));
        REQUIRE(f.payment() != nullptr);
        if (listed) {
            io::Timer timer(f.loop); // expires after the timer that would list the hash
            bool over = false;
            timer.start(std::chrono::milliseconds(1500), [&] { over = true; });
            REQUIRE(unit::until(f.loop, [&] { return over; }));
            CHECK(f.node.quiet());
        } else {
            CHECK(f.node.next().params == json::Tree({{"payment_hash", hash(1).hex()}}));
        }
    }
}

TEST_CASE("a listed row whose call was seen is applied, whatever asked for the listing") {
    Fixture f;
    f.table.apply(seen(failed(pending(1, 9, 1, 10), 1)));
    payments::ExpectedPart call;
    call.hash = hash(1);
    call.group = base::GroupId{10};
    call.partid = {1};
    call.by.call = true;
    call.seen = second(111);
    f.table.apply(call);
    f.loader.take(payments::SilenceExpired{{hash(1), {9}}}, Source::socket);
    f.node.answer(f.node.next(), unit::listing({failed(pending(1, 9, 1, 10), 1), pending(1, 10, 1, 11)}));
    CHECK(f.table.groups(hash(1)).size() == 2);
}

TEST_CASE("invoices of groups that ended in the past are not decoded") {
    Fixture f;
    auto old = failed(pending(1, 3, 1, 2), 1);
    old.amount.reset();
    old.invoice = "lnbcrt1";
    f.loader.take(seen(pending(1, 9, 1, 10)), Source::socket);
    f.node.answer(f.node.next(), unit::listing({old, pending(1, 9, 1, 10)}));
    CHECK(f.payment() != nullptr);
    CHECK(f.node.quiet());
}

TEST_CASE("an invoice lost with the socket is read again after a new listing") {
    auto row = pending(1, 9, 1, 10);
    row.amount.reset();
    row.invoice = "lnbcrt1";
    Fixture f;
    f.loader.take(seen(row), Source::socket);
    f.node.answer(f.node.next(), unit::listing({row}));
    CHECK(f.node.next().method == "decode");
    f.node.hang_up();
    REQUIRE(unit::until(f.loop, [&] { return f.node.lightningd.up(); }));
    CHECK(f.table.size() == 0);
    f.loader.connected();
    const auto again = f.node.next();
    CHECK(again.method == "listsendpays");
    row.amount = base::Msat{5000};
    f.node.answer(again, unit::listing({row}));
    const auto decode = f.node.next();
    CHECK(decode.method == "decode");
    f.node.refuse(decode, {-32602, "Not an invoice"});
    REQUIRE(f.payment() != nullptr);
    CHECK(f.payment()->value().value == 5000);
}

TEST_CASE("older ended groups of the same hash are not taken into the table") {
    Fixture f;
    f.loader.take(seen(pending(1, 9, 1, 10)), Source::socket);
    f.node.answer(f.node.next(), unit::listing({failed(pending(1, 3, 1, 2), 1), pending(1, 9, 1, 10)}));
    CHECK(f.table.groups(hash(1)).size() == 1);
}

TEST_CASE("a failed group is not loaded if another had paid the hash before this run began") {
    Fixture f;
    f.loader.set_past({{10}, {2}});
    const auto lost = failed(pending(1, 3, 1, 2), 1);
    const auto paid = complete(pending(1, 9, 1, 10), 2);
    f.loader.take(seen(lost), Source::socket);
    f.node.answer(f.node.next(), unit::listing({lost, paid}));
    CHECK(f.table.size() == 0);
    CHECK(f.loader.idle());
    f.loader.take(seen(lost), Source::socket); // while no group has paid, it is loaded
    f.node.answer(f.node.next(), unit::listing({lost}));
    CHECK(f.table.size() == 1);
    Fixture later; // it failed during this run, so its end is published
    later.loader.set_past({{1}, {0}});
    later.loader.take(seen(lost), Source::socket);
    later.node.answer(later.node.next(), unit::listing({lost, paid}));
    CHECK(later.table.size() == 1);
}

TEST_CASE("during a short outage a group waits for its listing, because its first snapshot fixes the index") {
    Fixture f;
    f.node.hang_up();
    f.loader.take(seen(complete(pending(1, 9, 2, 11), 1)), Source::standard_input);
    REQUIRE(unit::until(f.loop, [&] { return f.node.lightningd.up(); }));
    CHECK(f.table.size() == 0);
    CHECK(f.is_held());
    f.loader.connected();
    f.node.answer(f.node.next(), unit::listing({failed(pending(1, 9, 1, 10), 1), pending(1, 9, 2, 11)}));
    REQUIRE(f.payment() != nullptr);
    CHECK(f.payment()->index.value == 10);
    CHECK(f.payment()->status() == payments::Status::succeeded);
    CHECK(f.loader.idle());
}

TEST_CASE(
    "in a longer outage the known parts are published after a while, and siblings listed when the socket is back") {
    Fixture f;
    f.node.hang_up();
    f.loader.take(seen(pending(1, 9, 2, 11)), Source::standard_input);
    REQUIRE(unit::until(f.loop, [&] { return f.table.size() == 1; }));
    REQUIRE(unit::until(f.loop, [&] { return f.node.lightningd.up(); }));
    f.loader.connected();
    f.node.answer(f.node.next(), unit::listing({failed(pending(1, 9, 1, 10), 1), pending(1, 9, 2, 11)}));
    CHECK(f.payment()->parts.size() == 2);
}

TEST_CASE("a settled part of several is confirmed by a listing if a sibling's row may be unread") {
    for (const bool sees_calls : {true, false}) {
        Fixture f(sees_calls);
        f.table.apply(seen(pending(1, 9, 1, 10)));
        f.loader.take(seen(complete(pending(1, 9, 1, 10), 1)), Source::standard_input);
        if (sees_calls) { // every expected call has its row
            CHECK(f.payment()->status() == payments::Status::succeeded);
            continue;
        }
        CHECK(f.payment()->status() == payments::Status::in_flight);
        f.node.answer(f.node.next(), unit::listing({complete(pending(1, 9, 1, 10), 1), pending(1, 9, 2, 11)}));
        CHECK(f.payment()->status() == payments::Status::in_flight);
        CHECK(f.payment()->parts.size() == 2);
    }
}

TEST_CASE("a settled part is not published as the end while a sibling is expected") {
    Fixture f;
    payments::ExpectedPart sibling;
    sibling.hash = hash(1);
    sibling.group = base::GroupId{9};
    sibling.partid = {2};
    sibling.seen = second(111);
    f.table.apply(seen(pending(1, 9, 1, 10)));
    f.loader.take(sibling, Source::standard_input);
    f.loader.take(seen(complete(pending(1, 9, 1, 10), 1)), Source::standard_input);
    CHECK(f.payment()->status() == payments::Status::in_flight);
    f.node.answer(f.node.next(), unit::listing({complete(pending(1, 9, 1, 10), 1), pending(1, 9, 2, 11)}));
    CHECK(f.payment()->status() == payments::Status::in_flight);
}

TEST_CASE("a settled part whose own row is unread needs no listing if no other part is expected") {
    Fixture f;
    const auto two = pending(1, 9, 2, 11);
    f.table.apply(seen(pending(1, 9, 1, 10)));
    f.loader.take(announced(two, payments::Payer::xpay), Source::standard_input);
    f.loader.take(seen(complete(two, 1)), Source::standard_input);
    CHECK(f.node.quiet());
    CHECK(f.payment()->status() == payments::Status::in_flight); // part 1
    f.loader.take(seen(complete(pending(1, 9, 1, 10), 2)), Source::standard_input);
    CHECK(f.payment()->status() == payments::Status::succeeded);
    CHECK(f.node.quiet());
}

TEST_CASE("part 0 has no siblings in flight and needs no confirmation") {
    Fixture f(false);
    f.table.apply(seen(pending(1, 9, 0, 10)));
    f.loader.take(seen(complete(pending(1, 9, 0, 10), 1)), Source::socket);
    CHECK(f.payment()->status() == payments::Status::succeeded);
    CHECK(f.node.quiet());
}

TEST_CASE("an expired silence is confirmed by a listing, which may show another part") {
    Fixture f;
    f.table.apply(seen(failed(pending(1, 9, 1, 10), 1)));
    f.loader.take(payments::SilenceExpired{{hash(1), {9}}}, Source::socket);
    CHECK(f.payment()->status() == payments::Status::in_flight);
    f.node.answer(f.node.next(), unit::listing({failed(pending(1, 9, 1, 10), 1), pending(1, 9, 2, 11)}));
    CHECK(f.payment()->status() == payments::Status::in_flight);
    CHECK(f.payment()->any(payments::PartStatus::pending));
}

TEST_CASE("new rows that begin a group of xpay or pay need no listing, those of other payers do") {
    using payments::Payer;
    struct Case {
        Payer payer;
        std::uint64_t partid;
        bool is_listed;
    };
    for (const auto& one : {Case{Payer::xpay, 1, false}, Case{Payer::xpay, 2, true}, Case{Payer::xpay, 0, true},
                            Case{Payer::pay, 0, false}, Case{Payer::pay, 1, true}, Case{Payer::keysend, 0, true},
                            Case{Payer::renepay, 1, true}, Case{Payer::other, 1, true}, Case{Payer::other, 0, true}}) {
        Fixture f;
        f.loader.set_followed_from({5});
        const auto row = pending(1, 9, one.partid, 10);
        f.table.apply(announced(row, one.payer));
        f.loader.take({seen(row)}, Source::created_rows);
        CHECK(f.node.quiet() == !one.is_listed);
        CHECK((f.payment() != nullptr) == !one.is_listed);
        CHECK(f.loader.idle() == !one.is_listed);
    }
}

TEST_CASE("the parts of one page are applied together, and a later part of an unknown group is listed") {
    Fixture f;
    f.loader.set_followed_from({5});
    const auto one = failed(pending(1, 9, 1, 10), 6);
    const auto two = pending(1, 9, 2, 11);
    const auto other = pending(2, 9, 2, 12); // its part 1 may be older than this run
    for (const auto& row : {one, two, other})
        f.table.apply(announced(row, payments::Payer::xpay));
    f.loader.take({seen(two), seen(one), seen(other)}, Source::created_rows);
    CHECK(f.batches == std::vector<std::size_t>{2});
    CHECK(f.payment()->parts.size() == 2);
    CHECK(f.payment()->index.value == 10);
    CHECK(f.node.next().params == json::Tree({{"payment_hash", hash(2).hex()}}));
    CHECK(f.node.quiet());
}

TEST_CASE("a row is listed if it is not newer than the connection, not announced, or of a hash that lost its rows") {
    const auto row = pending(1, 9, 1, 10);
    const auto is_listed = [&](Fixture& f) {
        f.loader.take({seen(row)}, Source::created_rows);
        return !f.node.quiet();
    };
    const auto call = announced(row, payments::Payer::xpay);
    Fixture never_connected;
    never_connected.table.apply(call);
    CHECK(is_listed(never_connected));
    Fixture old;
    old.loader.set_followed_from({10});
    old.table.apply(call);
    CHECK(is_listed(old));
    Fixture unannounced;
    unannounced.loader.set_followed_from({5});
    CHECK(is_listed(unannounced));
    Fixture lost_rows;
    lost_rows.loader.set_followed_from({5});
    lost_rows.table.apply(seen(failed(pending(1, 8, 1, 6), 1)));
    lost_rows.table.apply(payments::PartDeleted{{hash(1), {8}}, {6}});
    lost_rows.table.apply(call);
    CHECK(is_listed(lost_rows));
    Fixture full_page; // its last group may go on in the next one
    full_page.loader.set_followed_from({5});
    full_page.table.apply(call);
    full_page.loader.take({seen(row)}, Source::socket);
    CHECK_FALSE(full_page.node.quiet());
}

TEST_CASE("an end read before its row needs no listing if no other part is expected") {
    const auto one = pending(1, 9, 1, 10);
    const auto two = pending(1, 9, 2, 11);
    for (const bool sees_calls : {true, false})
        for (const bool has_sibling : {true, false})
            for (const bool fails : {true, false}) {
                Fixture f(sees_calls);
                f.loader.set_followed_from({5});
                f.table.apply(announced(one, payments::Payer::xpay));
                if (has_sibling)
                    f.table.apply(announced(two, payments::Payer::xpay));
                f.loader.take(fails ? failure(one, 0x1007, 1) : seen(complete(one, 6)), Source::standard_input);
                const bool is_listed = !sees_calls || has_sibling;
                CHECK(f.node.quiet() == !is_listed);
                REQUIRE((f.payment() == nullptr) == is_listed);
                if (!is_listed)
                    CHECK(f.payment()->status() == (fails ? payments::Status::in_flight : payments::Status::succeeded));
            }
}

TEST_CASE("rows at hand wait for an invoice that lightningd must decode, and are listed after a lost connection") {
    auto row = pending(1, 9, 1, 10);
    row.amount.reset();
    row.invoice = "lnbcrt1";
    for (const bool lost : {false, true}) {
        Fixture f;
        f.loader.set_followed_from({5});
        f.table.apply(announced(row, payments::Payer::xpay));
        f.loader.take({seen(row)}, Source::created_rows);
        const auto decode = f.node.next();
        CHECK(decode.method == "decode");
        CHECK(f.payment() == nullptr);
        CHECK(f.is_held());
        if (!lost) {
            f.node.answer(decode, R"({"amount_msat":5000,"payment_hash":")" + hash(1).hex() + "\"}");
            REQUIRE(f.payment() != nullptr);
            CHECK(f.payment()->value().value == 5000);
            CHECK(f.batches.size() == 1);
            CHECK_FALSE(f.is_held());
            continue;
        }
        f.node.hang_up();
        REQUIRE(unit::until(f.loop, [&] { return f.node.lightningd.up(); }));
        f.loader.connected();
        CHECK(f.node.next().params == json::Tree({{"payment_hash", hash(1).hex()}}));
    }
}

TEST_CASE("only a few groups are listed at a time") {
    Fixture f;
    for (std::uint8_t n = 1; n <= 10; ++n)
        f.loader.take(seen(pending(n, 1, 0, n)), Source::socket);
    std::vector<unit::Node::Call> asked;
    for (int n = 0; n < 4; ++n)
        asked.push_back(f.node.next());
    CHECK(f.node.quiet());
    f.node.answer(asked[0], unit::listing({}));
    CHECK(f.node.next().method == "listsendpays");
    CHECK(f.node.quiet());
}

} // namespace group_loader_test
