// Deleted rows: those that `wait` names, those it does not, and the calls made to find them.
#include "mirror/deletion_detector.hpp"

#include "facts.hpp"
#include "node.hpp"
#include "taken_facts.hpp"

#include <doctest/doctest.h>

namespace deletion_detector_test {

using namespace facts;

namespace {

struct Watcher {
    io::Loop loop;
    unit::Node node{loop};
    payments::Table table{1'000'000};
    unit::TakenFacts facts;
    mirror::DeletionDetector deletions{loop, node.lightningd, table, facts};

    [[nodiscard]] std::vector<base::CreatedIndex> gone() const {
        std::vector<base::CreatedIndex> found;
        for (const auto& deleted : facts.of<payments::PartDeleted>())
            found.push_back(deleted.created);
        return found;
    }

    /// Begins at this counter; returns the waits by the number they wait for.
    std::vector<unit::Node::Call> begin(std::uint64_t counter) {
        auto waits = begin_again(counter);
        CHECK(node.quiet());
        return waits;
    }
    /// As begin(), but other calls may follow.
    std::vector<unit::Node::Call> begin_again(std::uint64_t counter) {
        deletions.connected(counter);
        std::vector<unit::Node::Call> waits;
        for (std::uint64_t n = 1; n <= 8; ++n) {
            waits.push_back(node.next());
            CHECK(waits.back().params["nextvalue"] == counter + n);
        }
        return waits;
    }
};

std::string fired(std::uint64_t counter, const json::Tree& details = {}) {
    json::Tree reply = {{"subsystem", "sendpays"}, {"deleted", counter}};
    if (!details.is_null())
        reply["details"] = details;
    return json::dump(reply);
}

} // namespace

TEST_CASE("when wait names a deleted row, its hash is listed, and parts missing there are deleted") {
    Watcher watcher;
    const auto kept = complete(pending(1, 9, 1, 10), 1);
    watcher.table.apply(seen(kept));
    watcher.table.apply(seen(failed(pending(1, 9, 2, 11), 2)));
    watcher.table.apply(seen(failed(pending(2, 9, 1, 12), 3)));
    const auto waits = watcher.begin(3);
    watcher.node.answer(waits[0], fired(4, {{"payment_hash", hash(1).hex()}, {"groupid", 9}, {"partid", 2}}));
    CHECK(watcher.node.next().params["nextvalue"] == 12); // eight waits are open again
    const auto call = watcher.node.next();
    CHECK(call.params == json::Tree({{"payment_hash", hash(1).hex()}}));
    watcher.node.answer(call, unit::listing({kept}));
    CHECK(watcher.gone() == std::vector<base::CreatedIndex>{{11}});
    CHECK(watcher.node.quiet()); // the other hash is not listed
}

TEST_CASE("when wait does not name the row, all payments but those in flight are listed") {
    Watcher watcher;
    watcher.table.apply(seen(failed(pending(1, 9, 1, 10), 1)));
    watcher.table.apply(seen(pending(2, 9, 1, 11)));
    watcher.table.apply(seen(failed(pending(3, 9, 1, 12), 2)));
    const auto waits = watcher.begin(0);
    watcher.node.answer(waits[0], fired(1));
    CHECK(watcher.node.next().params["nextvalue"] == 9);
    for (int listed = 0; listed < 2; ++listed) {
        const auto call = watcher.node.next();
        REQUIRE(call.method == "listsendpays");
        CHECK(call.params["payment_hash"] != hash(2).hex());
        watcher.node.answer(call, unit::listing({}));
    }
    CHECK(watcher.gone().size() == 2);
    CHECK(watcher.node.quiet());
}

TEST_CASE("many payments in flight are not listed, and nothing recurses deeply") {
    constexpr std::uint32_t many = 100'000;
    Watcher watcher;
    for (std::uint32_t n = 1; n <= many; ++n) {
        auto row = pending(1, 9, 1, n);
        const std::uint64_t spread = n * 0x9E3779B97F4A7C15U; // spread over the bytes that the table's index uses
        std::memcpy(row.key.hash.bytes.data() + 24, &spread, sizeof spread);
        watcher.table.apply(seen(row));
    }
    const auto waits = watcher.begin(0);
    watcher.node.answer(waits[0], fired(1));
    CHECK(watcher.node.next().params["nextvalue"] == 9);
    watcher.deletions.suspect(hash(200)); // unknown: nothing to do
    watcher.table.apply(seen(failed(pending(250, 9, 1, many + 1), 1)));
    watcher.deletions.suspect(hash(250)); // comes behind all of them
    const auto call = watcher.node.next();
    CHECK(call.params == json::Tree({{"payment_hash", hash(250).hex()}}));
    watcher.node.answer(call, unit::listing({}));
    CHECK(watcher.gone() == std::vector<base::CreatedIndex>{{many + 1}});
}

TEST_CASE("a lost listing is repeated, and deletions during the outage are looked for") {
    Watcher watcher;
    watcher.table.apply(seen(failed(pending(1, 9, 1, 10), 1)));
    auto waits = watcher.begin(0);
    watcher.node.answer(waits[0], fired(1, {{"payment_hash", hash(1).hex()}, {"groupid", 9}, {"partid", 1}}));
    CHECK(watcher.node.next().params["nextvalue"] == 9);
    CHECK(watcher.node.next().method == "listsendpays");
    watcher.node.hang_up();
    REQUIRE(unit::until(watcher.loop, [&] { return watcher.node.connected(); }));
    (void)watcher.begin_again(1);
    watcher.node.answer(watcher.node.next(), unit::listing({}));
    CHECK(watcher.gone() == std::vector<base::CreatedIndex>{{10}});

    watcher.table.apply(seen(failed(pending(2, 9, 1, 11), 2)));
    (void)watcher.begin_again(2); // a row was deleted while the socket was away
    std::vector<std::string> asked;
    for (int n = 0; n < 2; ++n) {
        const auto call = watcher.node.next();
        asked.push_back(call.params["payment_hash"]);
        watcher.node.answer(call, unit::listing({}));
    }
    CHECK(std::count(asked.begin(), asked.end(), hash(2).hex()) == 1);
}

} // namespace deletion_detector_test
