// Silence: whom it decides about, what restarts its clock, and how far a cursor may go meanwhile.
#include "track/linger.hpp"

#include "../until.hpp"
#include "facts.hpp"

#include <doctest/doctest.h>

using namespace facts;
using namespace std::chrono_literals;
using track::Linger;

namespace {

struct Quiet {
    io::Loop loop;
    payments::Table table{100};
    std::vector<payments::PaymentKey> over;
    Linger linger;

    explicit Quiet(cln::Version version = {26, 6})
        : linger(loop, table, version, [this](std::vector<payments::PaymentKey> keys) {
              over.insert(over.end(), keys.begin(), keys.end());
          }) {}

    void apply(const payments::Event& event) { linger.look(table.apply(event)); }
    [[nodiscard]] std::uint64_t holds() const { return linger.pending().updated.value; }
};

} // namespace

TEST_CASE("of an undecided payment a cursor stays before the last change, until something is decided") {
    Quiet quiet;
    CHECK(quiet.holds() == UINT64_MAX);
    quiet.apply(seen(pending(1, 9, 1, 10)));
    CHECK(quiet.holds() == UINT64_MAX); // in flight: its end will be a change of its own
    quiet.apply(seen(failed(pending(1, 9, 1, 10), 7)));
    CHECK(quiet.holds() == 6);
    quiet.apply(seen(failed(pending(2, 9, 1, 11), 5)));
    CHECK(quiet.holds() == 4);
    quiet.apply(payments::GivenUp{hash(2), base::GroupId{9}, false});
    CHECK(quiet.holds() == 6);
    quiet.apply(seen(pending(1, 9, 2, 12)));
    CHECK(quiet.holds() == UINT64_MAX);
    CHECK(quiet.linger.pending().created.value == UINT64_MAX);
}

TEST_CASE("a failure no row told yet holds nothing; its row does, as soon as it is read") {
    Quiet quiet;
    quiet.apply(failure(pending(1, 9, 1, 10), 0x1007, 1));
    CHECK(quiet.holds() == UINT64_MAX);
    (void)quiet.table.apply(seen(failed(pending(1, 9, 1, 10), 7)));
    quiet.linger.row_read({hash(1), {9}});
    CHECK(quiet.holds() == 6);
}

TEST_CASE("what is gone holds nothing") {
    Quiet quiet;
    quiet.apply(seen(failed(pending(1, 9, 1, 10), 7)));
    quiet.apply(payments::PartDeleted{{hash(1), {9}}, {10}});
    CHECK(quiet.holds() == UINT64_MAX);
}

TEST_CASE("silence is told once, of those that are undecided") {
    Quiet quiet;
    quiet.apply(seen(failed(pending(1, 9, 1, 10), 7)));
    quiet.apply(seen(pending(2, 9, 1, 11)));
    quiet.linger.set(0s);
    REQUIRE(unit::until(quiet.loop, [&] { return !quiet.over.empty(); }));
    unit::settle(quiet.loop);
    CHECK(quiet.over == std::vector<payments::PaymentKey>{{hash(1), {9}}});
    CHECK(quiet.holds() == 6); // until the verdict is there
}

TEST_CASE("where xpay ends without a word its silence is longer than that of others") {
    Quiet quiet({24, 11});
    payments::PartAnnounced announced;
    announced.hash = hash(1);
    announced.group = base::GroupId{9};
    announced.partid = {1};
    announced.payer = payments::Payer::xpay;
    announced.seen = second(110);
    quiet.apply(announced);
    quiet.apply(seen(failed(pending(1, 9, 1, 10), 7)));
    quiet.apply(seen(failed(pending(2, 9, 1, 11), 8)));
    quiet.linger.set(0s);
    REQUIRE(unit::until(quiet.loop, [&] { return !quiet.over.empty(); }));
    unit::settle(quiet.loop);
    CHECK(quiet.over == std::vector<payments::PaymentKey>{{hash(2), {9}}});
}
