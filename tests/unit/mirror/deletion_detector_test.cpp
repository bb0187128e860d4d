// Which rows are gone: what `wait` names, what it does not, and how much is asked for that.
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

    /// Begins at this counter; the waits it arms, by the number waited for.
    std::vector<unit::Node::Call> begin(std::uint64_t counter) {
        auto waits = begin_again(counter);
        CHECK(node.quiet());
        return waits;
    }
    /// As begin(), where more may be asked.
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

TEST_CASE("a deletion that is named has its hash listed, and what is missing there is gone") {
    Watcher watcher;
    const auto kept = complete(pending(1, 9, 1, 10), 1);
    watcher.table.apply(seen(kept));
    watcher.table.apply(seen(failed(pending(1, 9, 2, 11), 2)));
    watcher.table.apply(seen(failed(pending(2, 9, 1, 12), 3)));
    const auto waits = watcher.begin(3);
    watcher.node.answer(waits[0], fired(4, {{"payment_hash", hash(1).hex()}, {"groupid", 9}, {"partid", 2}}));
    CHECK(watcher.node.next().params["nextvalue"] == 12); // eight of them wait again
    const auto call = watcher.node.next();
    CHECK(call.params == json::Tree({{"payment_hash", hash(1).hex()}}));
    watcher.node.answer(call, unit::listing({kept}));
    CHECK(watcher.gone() == std::vector<base::CreatedIndex>{{11}});
    CHECK(watcher.node.quiet()); // the other hash is nobody's business
}

TEST_CASE("one that is not named may be any; parts in flight are never asked about") {
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

TEST_CASE("many payments in flight: none is asked about, and nothing recurses deeply") {
    constexpr std::uint32_t many = 100'000;
    Watcher watcher;
    for (std::uint32_t n = 1; n <= many; ++n) {
        auto row = pending(1, 9, 1, n);
        const std::uint64_t spread = n * 0x9E3779B97F4A7C15U; // where the index of the table looks first
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

TEST_CASE("a listing that was lost is asked for again, and what moved the counter meanwhile is looked for") {
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
    (void)watcher.begin_again(2); // somebody deleted while the socket was away
    std::vector<std::string> asked;
    for (int n = 0; n < 2; ++n) {
        const auto call = watcher.node.next();
        asked.push_back(call.params["payment_hash"]);
        watcher.node.answer(call, unit::listing({}));
    }
    CHECK(std::count(asked.begin(), asked.end(), hash(2).hex()) == 1);
}

} // namespace deletion_detector_test
