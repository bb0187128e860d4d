#include "lndapi/backlog.hpp"

#include "snapshots.hpp"

#include <doctest/doctest.h>

namespace backlog_test {

using consumer::Status;
using lndapi::Backlog;
using unit::at;
using unit::item;

namespace {

constexpr std::size_t megabyte = 1024UL * 1024;

struct Fixture {
    lndapi::Ledger ledger{{}};
    lndapi::Debt debt{ledger, [] {}};
    Backlog backlog{debt};

    Fixture() { backlog.start_at(at("0")); }
    /// Above this debt snapshots are replaced.
    void owe_a_lot() { backlog.push(item(1000, Status::in_flight, 1, "0", megabyte)); }
    /// Index and attempts of each item, in order, with the cursor after it.
    std::string drain() {
        std::string all;
        while (!backlog.empty()) {
            const auto next = backlog.pop();
            const auto& payment = next.frame->payment();
            if (payment.payment_index == 1000)
                continue;
            all += std::to_string(payment.payment_index) + ":" + std::to_string(next.frame->progress().attempts) +
                   (payment.status == Status::in_flight ? ""
                    : payment.status == Status::failed  ? "F"
                                                        : "S") +
                   "@" + *backlog.delivered() + " ";
        }
        return all;
    }
};

} // namespace

TEST_CASE("items leave in their order, and the cursor is that of the last one that left") {
    Fixture fixture;
    auto& backlog = fixture.backlog;
    CHECK(*backlog.delivered() == "0");
    backlog.push(item(1, Status::in_flight, 1, "1"));
    backlog.push(item(1, Status::in_flight, 2, "2"));
    CHECK(*backlog.delivered() == "0");
    CHECK(fixture.drain() == "1:1@1 1:2@2 ");
    CHECK(backlog.empty());
    CHECK(fixture.debt.bytes() == 0);
}

TEST_CASE("an unwanted item moves the cursor only when everything before it has left") {
    Fixture fixture;
    auto& backlog = fixture.backlog;
    backlog.pass_over(at("1"));
    CHECK(*backlog.delivered() == "1");
    backlog.push(item(1, Status::in_flight, 1, "2"));
    backlog.pass_over(at("3"));
    CHECK(*backlog.delivered() == "1");
    CHECK(*backlog.pop().cursor == "3");
    CHECK(*backlog.delivered() == "3");
    backlog.pass_over(nullptr);
    CHECK(*backlog.delivered() == "3");
}

TEST_CASE("an item without a cursor leaves the cursor") {
    Fixture fixture;
    fixture.backlog.push(item(1, Status::in_flight, 1, nullptr));
    (void)fixture.backlog.pop();
    CHECK(*fixture.backlog.delivered() == "0");
}

TEST_CASE("above 1 MB a newer snapshot takes the place of the one that waits, and keeps the older cursor") {
    Fixture fixture;
    fixture.owe_a_lot();
    auto& backlog = fixture.backlog;
    backlog.push(item(1, Status::in_flight, 1, "1"));
    backlog.push(item(2, Status::in_flight, 1, "2"));
    backlog.push(item(3, Status::in_flight, 1, "3"));
    SUBCASE("the newest position is that of the last item") {
        backlog.push(item(1, Status::in_flight, 2, "4"));
        backlog.push(item(2, Status::succeeded, 1, "5"));
        CHECK(fixture.drain() == "1:2@1 2:1S@2 3:1@5 ");
    }
    SUBCASE("also if the last item is the one replaced") {
        backlog.push(item(3, Status::failed, 1, "4"));
        backlog.push(item(4, Status::failed, 1, "5"));
        CHECK(fixture.drain() == "1:1@1 2:1@2 3:1F@4 4:1F@5 ");
    }
    SUBCASE("a position without an item") {
        backlog.push(item(3, Status::failed, 1, "4"));
        backlog.pass_over(at("5"));
        backlog.push(item(1, Status::failed, 1, "6"));
        CHECK(fixture.drain() == "1:1F@1 2:1@2 3:1F@6 ");
    }
    SUBCASE("snapshots without a cursor of their own") {
        backlog.push(item(4, Status::in_flight, 1, nullptr));
        backlog.push(item(1, Status::in_flight, 2, nullptr));
        CHECK(fixture.drain() == "1:2@1 2:1@2 3:1@3 4:1@3 ");
    }
    SUBCASE("what has left is not replaced") {
        (void)backlog.pop();
        fixture.owe_a_lot();
        (void)backlog.pop();
        backlog.push(item(1, Status::in_flight, 2, "4"));
        CHECK(fixture.drain() == "2:1@2 3:1@3 1:2@4 ");
    }
    CHECK(fixture.ledger.bytes() == 0);
}

TEST_CASE("an end is only replaced by a later state of its payment") {
    Fixture fixture;
    fixture.owe_a_lot();
    auto& backlog = fixture.backlog;
    backlog.push(item(1, Status::failed, 2, "1"));
    backlog.push(item(2, Status::in_flight, 1, "2"));
    SUBCASE("in flight again with another attempt") {
        backlog.push(item(1, Status::in_flight, 3, "3"));
        CHECK(fixture.drain() == "1:3@1 2:1@3 ");
    }
    SUBCASE("settled after all") {
        backlog.push(item(1, Status::succeeded, 2, "3"));
        CHECK(fixture.drain() == "1:2S@1 2:1@3 ");
    }
    SUBCASE("an older state in flight comes late") {
        backlog.push(item(1, Status::in_flight, 2, "3"));
        CHECK(fixture.drain() == "1:2F@1 2:1@2 1:2@3 ");
    }
    SUBCASE("after it, the newest one is replaced") {
        backlog.push(item(1, Status::in_flight, 1, "3"));
        backlog.push(item(1, Status::in_flight, 3, "4"));
        backlog.push(item(1, Status::failed, 3, "5"));
        CHECK(fixture.drain() == "1:2F@1 2:1@2 1:3F@5 ");
    }
    SUBCASE("the end of the same attempts differs") {
        backlog.push(item(1, Status::failed, 2, "3", 30));
        CHECK(fixture.drain() == "1:2F@1 2:1@2 1:2F@3 ");
    }
    SUBCASE("the same end again") {
        backlog.push(item(1, Status::failed, 2, "3"));
        CHECK(fixture.drain() == "1:2F@1 2:1@3 ");
    }
    SUBCASE("a payment of another hash has the index") {
        auto other = item(1, Status::succeeded, 5, "3", 0, 'b');
        backlog.push(other);
        CHECK(fixture.drain() == "1:2F@1 2:1@2 1:5S@3 ");
    }
}

TEST_CASE("a snapshot in flight is not replaced by one with less progress") {
    Fixture fixture;
    fixture.owe_a_lot();
    fixture.backlog.push(item(1, Status::in_flight, 2, "1"));
    fixture.backlog.push(item(1, Status::in_flight, 1, "2"));
    fixture.backlog.push(item(1, Status::in_flight, 1, "3", 30)); // as much
    CHECK(fixture.drain() == "1:2@1 1:1@3 ");
}

TEST_CASE("up to 1 MB nothing is replaced") {
    Fixture fixture;
    for (int turn = 0; turn < 2; ++turn) { // also after a larger debt
        fixture.backlog.push(item(1, Status::in_flight, 1, "1", 1000));
        fixture.backlog.push(item(1, Status::in_flight, 2, "2", megabyte - 10'000));
        fixture.backlog.push(item(1, Status::in_flight, 3, "3", 1000));
        CHECK(fixture.drain() == "1:1@1 1:2@2 1:3@3 ");
        fixture.owe_a_lot();
        fixture.owe_a_lot();
        CHECK(fixture.drain().empty());
    }
}

} // namespace backlog_test
