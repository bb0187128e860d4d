#include "lndapi/backlog.hpp"
#include "snapshots.hpp"

#include <doctest/doctest.h>

namespace ledger_test {

using consumer::Status;
using lndapi::Backlog;
using lndapi::Debt;
using lndapi::Ledger;

namespace {

constexpr std::size_t frame_size = 10'000;

/// Its frames are of one size, and all of different payments.
struct Subscriber {
    explicit Subscriber(Ledger& ledger)
        : debt(ledger, [this] {
              ++cut_off;
              backlog.clear();
          }) {}

    void push(const lndapi::FramePtr& frame) { backlog.push({frame, nullptr}); }

    std::size_t cut_off = 0;
    Debt debt;
    Backlog backlog{debt};
};

lndapi::FramePtr next_frame() {
    static std::uint64_t index = 0;
    const auto beside = unit::frame(0, Status::in_flight, 1)->payment().json.size() + Debt::frame_bytes;
    return unit::frame(++index, Status::in_flight, 1, frame_size - beside);
}

} // namespace

TEST_CASE("the limits are 64 MB for one subscriber and 256 MB for all") {
    const Ledger::Limits limits;
    CHECK(limits.one == 67'108'864);
    CHECK(limits.all == 268'435'456);
}

TEST_CASE("a frame counts once for all that wait for it, and an entry for each") {
    Ledger ledger({});
    Subscriber first(ledger);
    Subscriber second(ledger);
    const auto frame = next_frame();
    first.push(frame);
    CHECK(ledger.bytes() == frame_size + Debt::entry_bytes);
    second.push(frame);
    CHECK(ledger.bytes() == frame_size + 2 * Debt::entry_bytes);
    CHECK(second.debt.bytes() == frame_size + Debt::entry_bytes);
    (void)first.backlog.pop();
    CHECK(ledger.bytes() == frame_size + Debt::entry_bytes);
    (void)second.backlog.pop();
    CHECK(ledger.bytes() == 0);
}

TEST_CASE("the wire form of a frame counts once, whenever it is made") {
    Ledger ledger({});
    Subscriber first(ledger);
    Subscriber second(ledger);
    const auto early = next_frame();
    const auto early_wire = early->wire().size();
    CHECK(early_wire > frame_size / 2);
    first.push(early);
    CHECK(ledger.bytes() == frame_size + early_wire + Debt::entry_bytes);
    const auto late = next_frame();
    first.push(late);
    second.push(late);
    const auto before = ledger.bytes();
    const auto late_wire = late->wire().size();
    CHECK(ledger.bytes() == before + late_wire);
    first.backlog.clear();
    CHECK(ledger.bytes() == frame_size + late_wire + Debt::entry_bytes);
    (void)second.backlog.pop();
    CHECK(ledger.bytes() == 0);
}

TEST_CASE("a replaced frame no longer counts") {
    Ledger ledger({});
    Subscriber one(ledger);
    one.push(unit::frame(1'000'000, Status::in_flight, 1, Backlog::plain));
    const auto before = one.debt.bytes();
    one.push(unit::frame(1'000'001, Status::in_flight, 1, 5000));
    one.push(unit::frame(1'000'001, Status::in_flight, 1, 10));
    CHECK(one.debt.bytes() < before + 1000);
    CHECK(ledger.bytes() == one.debt.bytes());
}

TEST_CASE("a subscriber that is owed more than its limit is cut off alone") {
    Ledger ledger({10 * frame_size, 1000 * frame_size});
    Subscriber slow(ledger);
    Subscriber other(ledger);
    for (int n = 0; n < 9; ++n) {
        const auto frame = next_frame();
        slow.push(frame);
        other.push(frame);
    }
    CHECK(slow.cut_off == 0);
    slow.push(next_frame());
    CHECK(slow.cut_off == 1);
    CHECK(slow.debt.bytes() == 0);
    CHECK(other.cut_off == 0);
    CHECK_FALSE(other.backlog.empty());
}

TEST_CASE("above the limit of all, the largest debtor is cut off first, whoever is owed the next frame") {
    Ledger ledger({1000 * frame_size, 10 * frame_size});
    Subscriber small(ledger);
    Subscriber large(ledger);
    Subscriber middle(ledger);
    for (int n = 0; n < 5; ++n)
        large.push(next_frame());
    for (int n = 0; n < 3; ++n)
        middle.push(next_frame());
    small.push(next_frame());
    CHECK(large.cut_off == 0);
    small.push(next_frame());
    CHECK(large.cut_off == 1);
    CHECK(small.cut_off + middle.cut_off == 0);
    for (int n = 0; n < 5; ++n)
        small.push(next_frame());
    CHECK(small.cut_off == 1); // now it is the largest
    CHECK(middle.cut_off == 0);
    CHECK(ledger.bytes() == middle.debt.bytes());
}

TEST_CASE("debtors with the same frames are cut off one after the other, until the rest is within the limit") {
    Ledger ledger({1000 * frame_size, 10 * frame_size});
    Subscriber first(ledger);
    Subscriber second(ledger);
    Subscriber small(ledger);
    small.push(next_frame());
    for (int n = 0; n < 12; ++n) {
        const auto frame = next_frame();
        for (auto* debtor : {&first, &second})
            if (debtor->cut_off == 0)
                debtor->push(frame);
    }
    CHECK(first.cut_off + second.cut_off == 2);
    CHECK(small.cut_off == 0);
    CHECK(ledger.bytes() == small.debt.bytes());
}

TEST_CASE("entries of many subscribers count, although they share every frame") {
    Ledger ledger({1000 * frame_size, 2 * frame_size});
    std::vector<std::unique_ptr<Subscriber>> all;
    const auto frame = next_frame();
    std::size_t cut_off = 0;
    for (std::size_t n = 0; n < 2 * frame_size / Debt::entry_bytes; ++n) {
        all.push_back(std::make_unique<Subscriber>(ledger));
        all.back()->push(frame);
        CHECK(ledger.bytes() <= 2 * frame_size);
    }
    for (const auto& one : all)
        cut_off += one->cut_off;
    CHECK(cut_off > 0);
    all.clear();
    CHECK(ledger.bytes() == 0);
}

} // namespace ledger_test
