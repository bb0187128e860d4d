// The mirror as a whole: its start, its output, and its start after a lost connection.
#include "mirror_fixture.hpp"

#include <doctest/doctest.h>

namespace mirror_test {

using namespace facts;
using Published = std::vector<std::string>;
using unit::MirrorFixture;

TEST_CASE("the mirror is ready when payments in flight at the start are listed and published") {
    MirrorFixture f;
    f.connect(7, 3);
    const auto recent = f.next();
    CHECK(recent.params == json::Tree({{"index", "updated"}, {"start", 1}, {"limit", 100}}));
    f.node.answer(recent, unit::listing({failed(pending(3, 1, 1, 4), 3)})); // ended long ago
    f.node.answer(f.never_updated(), unit::listing({pending(1, 9, 2, 7), failed(pending(3, 1, 1, 4), 3)}));
    CHECK_FALSE(f.mirror->ready());
    const auto group = f.next();
    CHECK(group.params == json::Tree({{"payment_hash", hash(1).hex()}}));
    f.node.answer(group, unit::listing({failed(pending(1, 9, 1, 6), 2), pending(1, 9, 2, 7)}));
    CHECK(f.ready == 1);
    CHECK(f.mirror->complete());
    CHECK(f.read() == Published{"trackpayments IN_FLIGHT 6 7.3"});
    CHECK(f.progress.read() == publish::Position{{7}, {3}});
}

TEST_CASE("no payment is listed before the node's id is known, which each cursor has") {
    MirrorFixture f;
    f.mirror->connected();
    const auto getinfo = f.next();
    REQUIRE(getinfo.method == "getinfo");
    f.answer_counters(0, 0, 0);
    CHECK(f.node.quiet());
    f.node.answer(getinfo, R"({"id":"02)" + std::string(64, 'a') + R"(","blockheight":800})");
    f.node.answer(f.never_updated(), unit::listing({}));
    CHECK(f.ready == 1);
}

TEST_CASE("payments that failed seconds before the start are listed too, because their payer may go on") {
    MirrorFixture f;
    f.mirror->set_failed_after(std::chrono::hours(24 * 365));
    f.connect(2, 2);
    f.node.answer(f.next(), unit::listing({failed(pending(1, 1, 1, 1), 1), complete(pending(2, 1, 1, 2), 2)}));
    const auto group = f.next();
    CHECK(group.params == json::Tree({{"payment_hash", hash(1).hex()}}));
    f.node.answer(group, unit::listing({failed(pending(1, 1, 1, 1), 1)}));
    f.node.answer(f.never_updated(), unit::listing({})); // nothing is pending
    CHECK(f.ready == 1);
    CHECK(f.read() == Published{"trackpayments IN_FLIGHT 1 2.0"}); // no outcome: the cursor stays before its failure
}

TEST_CASE("until all payments that may go on are known, no cursor passes the oldest of them") {
    MirrorFixture f;
    f.mirror->set_failed_after(std::chrono::hours(24 * 365));
    const auto older = failed(pending(1, 1, 1, 1), 3);
    const auto newer = failed(pending(2, 1, 1, 2), 4);
    f.connect(2, 4);
    const auto page = f.next();
    f.notify(payments::PartSeen{complete(pending(3, 1, 0, 3), 5), std::nullopt});
    f.node.answer(f.next(), unit::listing({complete(pending(3, 1, 0, 3), 5)}));
    CHECK(f.read() == Published{"trackpayments SUCCEEDED 3 2.0", "trackpayments_final SUCCEEDED 3 2.0"});
    f.node.answer(page, unit::listing({older, newer}));
    const auto first = f.next();
    CHECK(first.params == json::Tree({{"payment_hash", hash(1).hex()}}));
    f.node.answer(f.next(), unit::listing({newer}));
    CHECK(f.read() == Published{"trackpayments IN_FLIGHT 2 2.2"});
    f.node.answer(first, unit::listing({older}));
    f.node.answer(f.never_updated(), unit::listing({}));
    CHECK(f.ready == 1);
    CHECK(f.read() == Published{"trackpayments IN_FLIGHT 1 2.2"});
}

TEST_CASE("a refused listing of what failed recently is repeated, for it may have held more payments that go on") {
    MirrorFixture f;
    f.mirror->set_failed_after(std::chrono::hours(24 * 365));
    const auto row = failed(pending(1, 1, 1, 1), 1);
    f.connect(1, 1);
    f.node.refuse(f.next(), {-1, "not now"});
    f.node.answer(f.next(), unit::listing({row}));
    const auto group = f.next();
    CHECK(group.params == json::Tree({{"payment_hash", hash(1).hex()}}));
    f.node.answer(group, unit::listing({row}));
    f.node.answer(f.never_updated(), unit::listing({}));
    CHECK(f.ready == 1);
    CHECK(f.read() == Published{"trackpayments IN_FLIGHT 1 1.0"});
    CHECK(f.node.log == Published{"listsendpays refused: not now"});
}

TEST_CASE("at the start changes are read back to the first that is not recent, and no further") {
    MirrorFixture f;
    f.mirror->set_failed_after(std::chrono::seconds(60));
    const auto ended = [](std::uint64_t number, std::uint64_t when) {
        auto row = complete(pending(1, number, 1, number), number);
        row.completed_at = second(when);
        return row;
    };
    f.connect(300, 300); // in second 100 000
    const auto newest = f.next();
    CHECK(newest.params == json::Tree({{"index", "updated"}, {"start", 201}, {"limit", 100}}));
    f.node.answer(newest, unit::listing({ended(299, 99'980), ended(300, 99'990)}));
    const auto before = f.next();
    CHECK(before.params == json::Tree({{"index", "updated"}, {"start", 101}, {"limit", 100}}));
    f.node.answer(before, unit::listing({ended(199, 90'000), ended(200, 99'970)}));
    f.node.answer(f.never_updated(), unit::listing({}));
    CHECK(f.ready == 1);
}

TEST_CASE("payments that failed within a minute are listed where a payer may wait so long before it goes on") {
    auto row = failed(pending(1, 1, 1, 1), 1);
    row.completed_at = second(100'000 - 59);
    for (const auto& [version, listed] : {std::pair(cln::Version{25, 12}, true), {{26, 6}, false}, {{23, 11}, true}}) {
        MirrorFixture f(version);
        f.mirror->set_failed_after(std::chrono::seconds(10));
        f.connect(1, 1);
        f.node.answer(f.next(), unit::listing({row}));
        if (listed)
            f.node.answer(f.next(), unit::listing({row}));
        f.node.answer(f.never_updated(), unit::listing({}));
        CHECK(f.ready == 1);
        CHECK(f.read() == (listed ? Published{"trackpayments IN_FLIGHT 1 1.0"} : Published{}));
    }
}

TEST_CASE("a payment published in flight ends even if failed-after is shortened meanwhile") {
    MirrorFixture f;
    f.mirror->set_failed_after(std::chrono::hours(24 * 365));
    f.connect(1, 1);
    const auto recent = f.next();
    f.mirror->set_failed_after(std::chrono::seconds(0));
    const auto group = unit::listing({failed(pending(1, 1, 1, 1), 1)});
    f.node.answer(recent, group);
    const auto question = f.next();
    REQUIRE(question.params == json::Tree({{"payment_hash", hash(1).hex()}}));
    f.node.answer(question, group);
    f.node.answer(f.never_updated(), unit::listing({})); // nothing is pending
    f.node.answer(f.next(), group);                      // once more before it ends
    CHECK(f.ready == 1);
    CHECK(f.read() ==
          Published{"trackpayments IN_FLIGHT 1 1.0", "trackpayments FAILED 1 1.0", "trackpayments_final FAILED 1 1.0"});
}

TEST_CASE("after a restart of lightningd the payers of older rows have given up") {
    MirrorFixture f;
    f.mirror->restarted();
    f.connect(2, 1);
    // Failed ones are not listed: their payers ended with lightningd.
    f.node.answer(f.never_updated(), unit::listing({pending(1, 1, 1, 2)}));
    f.node.answer(f.next(), unit::listing({pending(1, 1, 1, 2)}));
    CHECK(f.ready == 1);
    f.notify(failure(pending(1, 1, 1, 2), 0x1007, 1));
    CHECK(f.read() ==
          Published{"trackpayments IN_FLIGHT 2 2.1", "trackpayments FAILED 2 2.1", "trackpayments_final FAILED 2 2.1"});
}

TEST_CASE("a listing refused at the start is repeated") {
    MirrorFixture f;
    f.connect(1, 0);
    f.node.refuse(f.next(), {-1, "not now: " + std::string(64, 'a')});
    CHECK_FALSE(f.mirror->ready());
    f.node.answer(f.next(), unit::listing({}));
    CHECK(f.ready == 1);
    CHECK(f.node.log == Published{"listsendpays refused: not now: (a long text)"});
}

TEST_CASE("a connection lost during the start begins it anew, and ready is called once") {
    MirrorFixture f;
    f.connect(1, 0);
    (void)f.never_updated();
    f.node.hang_up();
    REQUIRE(unit::until(f.loop, [&] { return f.node.connected(); }));
    f.connect(1, 0);
    f.node.answer(f.next(), unit::listing({}));
    CHECK(f.ready == 1);
    f.node.hang_up();
    REQUIRE(unit::until(f.loop, [&] { return f.node.connected(); }));
    f.connect(2, 0); // a row was made meanwhile
    const auto page = f.next();
    CHECK(page.params == json::Tree({{"index", "created"}, {"start", 2}, {"limit", 100}}));
    f.node.answer(page, unit::listing({pending(1, 1, 1, 2)}));
    f.node.answer(f.next(), unit::listing({pending(1, 1, 1, 2)}));
    CHECK(f.ready == 1);
    CHECK(f.read() == Published{"trackpayments IN_FLIGHT 2 1.0"});
}

TEST_CASE("on a node with many rows from before v23.11 older payments in flight are published when they are found") {
    MirrorFixture f;
    f.mirror->restarted();
    f.node.answer(f.start_old(), unit::listing({pending(2, 1, 0, 29'000)}));
    const auto listed = f.next();
    CHECK(listed.params == json::Tree({{"payment_hash", hash(2).hex()}}));
    CHECK(f.next().params == json::Tree({{"index", "created"}, {"start", 1}, {"limit", 100}}));
    f.node.answer(listed, unit::listing({pending(2, 1, 0, 29'000)}));
    CHECK(f.ready == 1);
    CHECK_FALSE(f.mirror->complete());
    f.node.hang_up();
    REQUIRE(unit::until(f.loop, [&] { return f.node.connected(); }));
    f.connect(30'000, 0);
    f.node.answer(f.next(), unit::listing({complete(pending(9, 1, 0, 40), 0), pending(3, 1, 0, 41)}));
    const auto group = f.next();
    CHECK(group.params == json::Tree({{"payment_hash", hash(3).hex()}}));
    CHECK_FALSE(f.mirror->complete()); // found, but not in the table
    f.node.answer(group, unit::listing({pending(3, 1, 0, 41)}));
    CHECK(f.mirror->complete());
    CHECK(f.ready == 1);
    CHECK(f.read() == Published{"trackpayments IN_FLIGHT 29000 30000.0", "trackpayments IN_FLIGHT 41 30000.0"});
}

TEST_CASE("where wait has no sendpays, only notifications are followed") {
    MirrorFixture f;
    f.mirror->connected();
    f.node.answer(f.next(), R"({"id":"02)" + std::string(64, 'a') + R"(","blockheight":800})");
    for (int n = 0; n < 3; ++n)
        f.node.refuse(f.node.next(), {-32602, "subsystem: unknown " + std::string(64, 'a')});
    const auto pending_rows = f.next();
    CHECK(pending_rows.params == json::Tree({{"status", "pending"}}));
    f.node.answer(pending_rows, unit::listing({}));
    CHECK(f.ready == 1);
    CHECK(f.mirror->complete());
    CHECK(f.node.log ==
          Published{"wait sendpays refused: subsystem: unknown (a long text); following notifications only"});
}

TEST_CASE("an end seen in a notification is published at once, and its row moves the cursor") {
    MirrorFixture f;
    f.start_empty();
    auto row = pending(1, 1, 0, 1);
    f.notify(payments::PartSeen{complete(row, 1), second(300)});
    CHECK(f.progress.safe() == publish::Position{{0}, {0}}); // its group is being listed
    f.node.answer(f.next(), unit::listing({complete(row, 1)}));
    CHECK(f.read() == Published{"trackpayments SUCCEEDED 1 0.0", "trackpayments_final SUCCEEDED 1 0.0"});
    CHECK(f.progress.safe() == publish::Position{{0}, {1}}); // the notification had the next updated index
    f.node.answer(f.waits["created 1"], R"({"subsystem":"sendpays","created":1})");
    f.node.answer(f.next(), unit::listing({complete(row, 1)}));
    CHECK(f.progress.safe() == publish::Position{{1}, {1}});
    f.node.answer(f.waits["updated 1"], R"({"subsystem":"sendpays","updated":1})");
    f.notify(payments::PartSeen{complete(pending(2, 1, 0, 2), 3), second(300)}); // change 2 is unknown
    f.node.answer(f.next(), unit::listing({complete(pending(2, 1, 0, 2), 3)}));
    CHECK(f.read() == Published{"trackpayments SUCCEEDED 2 1.1", "trackpayments_final SUCCEEDED 2 1.1"});
    CHECK(f.progress.safe() == publish::Position{{1}, {1}});
}

TEST_CASE("rows removed by a delpay are published as deleted, also those not in the table") {
    MirrorFixture f;
    f.start_empty();
    const auto one = failed(pending(1, 1, 1, 4), 1);
    const auto two = failed(pending(1, 1, 2, 5), 2);
    f.mirror->deleted({two}, {one, two});
    CHECK(f.read() == Published{"trackpayments_deleted  4 0.0"});
    f.mirror->deleted({one}, {one});
    CHECK(f.read() == Published{"trackpayments_deleted  4 0.0"});
}

TEST_CASE("a notification that cannot be read is logged with its topic and reason only") {
    MirrorFixture f;
    mirror::NotificationBatch::DecodedNotification unreadable = tl::unexpected<std::string>("params: missing");
    f.mirror->notified("sendpay_failure", unreadable);
    CHECK(f.node.log == Published{"sendpay_failure skipped: params: missing"});
}

} // namespace mirror_test
