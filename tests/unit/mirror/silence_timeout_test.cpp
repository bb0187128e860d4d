// The silence timeout: which payments it ends, when it restarts, and how it holds the cursor.
#include "mirror/silence_timeout.hpp"

#include "../until.hpp"
#include "facts.hpp"
#include "taken_facts.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace silence_timeout_test {

using namespace facts;
using namespace std::chrono_literals;
using mirror::SilenceTimeout;

namespace {

struct Quiet {
    io::Loop loop;
    payments::Table table{100};
    unit::TakenFacts facts;
    publish::Progress progress;
    SilenceTimeout silence;

    explicit Quiet(cln::Version version = {26, 6}) : silence(loop, table, version, facts, progress) {}

    void apply(const payments::Event& event) { silence.changed(table.apply(event)); }
    [[nodiscard]] std::uint64_t holds() const { return progress.bounds().safe.updated.value; }
    /// Payments whose silence expired.
    [[nodiscard]] std::vector<payments::PaymentKey> over() const {
        std::vector<payments::PaymentKey> keys;
        for (const auto& expired : facts.of<payments::SilenceExpired>())
            keys.push_back(expired.key);
        return keys;
    }
};

} // namespace

TEST_CASE("the cursor is held before the last change of a payment without an outcome") {
    Quiet quiet;
    CHECK(quiet.holds() == UINT64_MAX);
    quiet.apply(seen(pending(1, 9, 1, 10)));
    CHECK(quiet.holds() == UINT64_MAX); // in flight: its end will be a later change
    quiet.apply(seen(failed(pending(1, 9, 1, 10), 7)));
    CHECK(quiet.holds() == 6);
    quiet.apply(seen(failed(pending(2, 9, 1, 11), 5)));
    CHECK(quiet.holds() == 4);
    quiet.apply(payments::GivenUp{hash(2), base::GroupId{9}, false});
    CHECK(quiet.holds() == 6);
    quiet.apply(seen(pending(1, 9, 2, 12)));
    CHECK(quiet.holds() == UINT64_MAX);
    CHECK(quiet.progress.bounds().safe.created.value == UINT64_MAX);
}

TEST_CASE("a failure holds the cursor only once its row has been read") {
    Quiet quiet;
    quiet.apply(failure(pending(1, 9, 1, 10), 0x1007, 1));
    CHECK(quiet.holds() == UINT64_MAX);
    (void)quiet.table.apply(seen(failed(pending(1, 9, 1, 10), 7)));
    quiet.silence.row_read({hash(1), {9}});
    CHECK(quiet.holds() == 6);
}

TEST_CASE("a deleted payment holds nothing") {
    Quiet quiet;
    quiet.apply(seen(failed(pending(1, 9, 1, 10), 7)));
    quiet.apply(payments::PartDeleted{{hash(1), {9}}, {10}});
    CHECK(quiet.holds() == UINT64_MAX);
}

TEST_CASE("a key that another payment has got is looked up by no other key") {
    Quiet quiet;
    quiet.apply(seen(failed(pending(1, 9, 1, 10), 7)));
    // Its row is deleted unheard, and a renepay call that began in group 8 goes on in group 9.
    (void)quiet.table.apply(payments::PartDeleted{{hash(1), {9}}, {10}});
    for (const std::uint64_t group : {8U, 9U}) {
        payments::ExpectedPart call;
        call.hash = hash(1);
        call.group = base::GroupId{group};
        call.partid = {1};
        call.by.call = true;
        call.payer = payments::Payer::renepay;
        call.call = {77};
        call.seen = second(100 + group);
        (void)quiet.table.apply(call);
        (void)quiet.table.apply(seen(failed(pending(1, group, 1, 20 + group), 10 + group)));
    }
    REQUIRE(quiet.table.find({hash(1), {9}})->key.group.value == 8);
    quiet.silence.heard_of({hash(1), {9}});
    quiet.silence.set(0s);
    REQUIRE(unit::until(quiet.loop, [&] { return !quiet.over().empty(); }));
    CHECK(quiet.over() == std::vector{payments::PaymentKey{hash(1), {9}}});
}

TEST_CASE("an expired silence is reported once, for payments without an outcome only") {
    Quiet quiet;
    quiet.silence.set(24h);
    quiet.apply(seen(failed(pending(1, 9, 1, 10), 7)));
    quiet.apply(seen(pending(2, 9, 1, 11)));
    quiet.silence.set(0s);
    REQUIRE(unit::until(quiet.loop, [&] { return !quiet.over().empty(); }));
    unit::settle(quiet.loop);
    CHECK(quiet.over() == std::vector<payments::PaymentKey>{{hash(1), {9}}});
    CHECK(quiet.holds() == 6); // until the outcome is applied
}

TEST_CASE("a payer that is heard of again gets its time once more") {
    Quiet quiet;
    quiet.silence.set(0s);
    quiet.apply(seen(failed(pending(1, 9, 1, 10), 7)));
    REQUIRE(unit::until(quiet.loop, [&] { return quiet.over().size() == 1; }));
    quiet.silence.heard_of({hash(1), {9}});
    CHECK(unit::until(quiet.loop, [&] { return quiet.over().size() == 2; }));
}

TEST_CASE("while a payer is asked, its silence counts only after time for its answers") {
    Quiet quiet;
    quiet.silence.set(24h);
    const std::vector<payments::PaymentKey> keys{{hash(1), {9}}, {hash(2), {9}}};
    quiet.apply(seen(failed(pending(1, 9, 1, 10), 7)));
    quiet.apply(seen(failed(pending(2, 9, 1, 11), 8)));
    for (const auto& key : keys)
        quiet.silence.asked(key, true);
    quiet.silence.set(0s);
    unit::settle(quiet.loop);
    CHECK(quiet.over().empty());
    quiet.silence.asked(keys[1], false); // at once, and long before the other
    REQUIRE(unit::until(quiet.loop, [&] { return !quiet.over().empty(); }));
    CHECK(quiet.over() == std::vector{keys[1]});
}

TEST_CASE("a payment whose payer turns out to be slow does not end at once") {
    Quiet quiet({24, 11});
    quiet.silence.set(0s);
    quiet.apply(seen(failed(pending(1, 9, 1, 10), 7)));
    payments::ExpectedPart call;
    call.hash = hash(1);
    call.group = base::GroupId{9};
    call.partid = {1};
    call.by.call = true;
    call.payer = payments::Payer::xpay;
    (void)quiet.table.apply(call);
    REQUIRE(quiet.table.find({hash(1), {9}})->payer == payments::Payer::xpay);
    unit::settle(quiet.loop);
    CHECK(quiet.over().empty());
}

namespace {

using payments::Payer;

/// Which of payments 1, 2, … (one failed part each, by these payers) end at once with failed-after 0.
std::vector<std::uint64_t> ended(cln::Version version, std::uint64_t unwatched, const std::vector<Payer>& payers) {
    Quiet quiet(version);
    quiet.silence.set_unwatched({unwatched});
    quiet.silence.set(0s);
    for (std::uint8_t n = 1; n <= payers.size(); ++n) {
        payments::ExpectedPart expected;
        expected.hash = hash(n);
        expected.group = base::GroupId{9};
        expected.partid = {1};
        expected.payer = payers[n - 1U];
        expected.seen = second(100U + n);
        quiet.apply(expected);
        quiet.apply(seen(failed(pending(n, 9, 1, n), n)));
    }
    quiet.apply(seen(failed(pending(99, 9, 1, 99), 99))); // ends on every version, after the others
    CHECK(unit::until(quiet.loop, [&] {
        const auto over = quiet.over();
        return std::find(over.begin(), over.end(), payments::PaymentKey{hash(99), {9}}) != over.end();
    }));
    unit::settle(quiet.loop);
    std::vector<std::uint64_t> numbers;
    for (const auto& key : quiet.over())
        if (key.hash != hash(99))
            numbers.push_back(key.hash.bytes[0]);
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

const std::vector<Payer> all_payers{Payer::xpay, Payer::pay, Payer::keysend, Payer::other, Payer::unknown};

} // namespace

TEST_CASE("a payer that waits for blocks silently on this version has a longer timeout") {
    using Numbers = std::vector<std::uint64_t>;
    for (const cln::Version old : {cln::Version{23, 8}, {23, 11}, {24, 8}})
        CHECK(ended(old, 0, all_payers) == Numbers{1, 4, 5});
    for (const cln::Version old : {cln::Version{24, 11}, {25, 12}, {26, 4}})
        CHECK(ended(old, 0, all_payers) == Numbers{2, 3, 4, 5});
    CHECK(ended({26, 6}, 0, all_payers) == Numbers{1, 2, 3, 4, 5});
}

TEST_CASE("an unknown payer of a row from before this run has the longer timeout") {
    using Numbers = std::vector<std::uint64_t>;
    const std::vector<Payer> three(3, Payer::unknown); // rows 1, 2, 3
    for (const cln::Version old : {cln::Version{23, 11}, {24, 11}, {26, 4}}) {
        CHECK(ended(old, 2, three) == Numbers{3});
        CHECK(ended(old, 50, {Payer::unknown, Payer::other}) == Numbers{2});
    }
    CHECK(ended({26, 6}, 50, three) == Numbers{1, 2, 3});
}

TEST_CASE("when a payment turns out to be from this run its timeout is shortened") {
    Quiet quiet({24, 11});
    quiet.silence.set_unwatched({UINT64_MAX});
    quiet.silence.set(0s);
    quiet.apply(seen(failed(pending(1, 9, 1, 10), 7)));
    unit::settle(quiet.loop);
    CHECK(quiet.over().empty());
    quiet.silence.set_unwatched({9});
    CHECK(unit::until(quiet.loop, [&] { return !quiet.over().empty(); }));
}

} // namespace silence_timeout_test
