// Payments that lost their payer in a restart of lightningd.
#include "mirror/orphans.hpp"

#include "facts.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace orphans_test {

using namespace facts;
using mirror::Orphans;
using payments::Event;

namespace {

/// The payments given up, by the first byte of their hash.
std::vector<int> numbers(const std::vector<Event>& events) {
    std::vector<int> found;
    for (const auto& event : events) {
        const auto& given_up = std::get<payments::GivenUp>(event);
        CHECK_FALSE(given_up.only_pay_and_keysend);
        CHECK(given_up.group.has_value());
        found.push_back(given_up.hash.bytes[0]);
    }
    std::sort(found.begin(), found.end());
    return found;
}

using Numbers = std::vector<int>;

struct Restart {
    payments::Table table{100};
    Orphans orphans;

    explicit Restart(std::optional<std::uint64_t> newest = 10) {
        orphans.restarted();
        if (newest)
            orphans.begin({*newest});
    }
    [[nodiscard]] Numbers among(const std::vector<Event>& events) const {
        return numbers(orphans.among(events, table));
    }
};

} // namespace

TEST_CASE("a row is older than the restart if its index is not above the counter, whatever its time") {
    Restart restart;
    auto future = pending(1, 9, 1, 10);
    future.created_at = second(4'000'000'000);
    auto past = pending(2, 9, 1, 11);
    past.created_at = second(1);
    CHECK(restart.among({seen(future), seen(past), failure(pending(3, 9, 1, 4), 0x1007, 1)}) == Numbers{1, 3});
    restart.orphans.begin({100}); // a later connection
    CHECK(restart.among({seen(past)}).empty());
}

TEST_CASE("without a restart, or before the counters are known, no payment is given up") {
    payments::Table table(100);
    Orphans running;
    running.begin({10});
    CHECK(running.among(std::vector{seen(pending(1, 9, 1, 5))}, table).empty());
    CHECK(Restart(std::nullopt).among({seen(pending(1, 9, 1, 5))}).empty());
}

TEST_CASE("a payment with a newer row, known before, or called in this run has a payer") {
    Restart restart(std::nullopt);
    restart.orphans.called(hash(3));
    restart.orphans.begin({10});
    restart.orphans.called(hash(4)); // its rows are newer
    (void)restart.table.apply(seen(pending(2, 9, 1, 5)));
    CHECK(restart.among({seen(failed(pending(1, 9, 1, 5), 1)), seen(pending(1, 9, 2, 11)), seen(pending(2, 9, 1, 5)),
                         seen(pending(3, 9, 1, 6)), seen(pending(4, 9, 1, 7)), seen(pending(1, 8, 1, 3))}) ==
          Numbers{1, 4});
}

TEST_CASE("payments in the table before the counters are known are decided with them") {
    Restart restart(std::nullopt);
    restart.orphans.called(hash(3));
    (void)restart.table.apply(std::vector<Event>{seen(pending(1, 9, 1, 5)), seen(pending(2, 9, 1, 11)),
                                                 seen(pending(3, 9, 1, 6)), seen(complete(pending(4, 9, 1, 7), 1)),
                                                 seen(pending(5, 9, 1, 8)), seen(pending(5, 9, 2, 12))});
    CHECK(numbers(restart.orphans.in(restart.table)).empty());
    restart.orphans.begin({10});
    CHECK(numbers(restart.orphans.in(restart.table)) == Numbers{1});
}

TEST_CASE("with more calls than are stored no payment is given up") {
    Restart restart(std::nullopt);
    for (std::uint32_t n = 0; n <= 10'000; ++n) {
        auto one = hash(200);
        one.bytes[24] = static_cast<std::uint8_t>(n); // the byte that an unordered set uses; real hashes differ there
        one.bytes[25] = static_cast<std::uint8_t>(n >> 8U);
        restart.orphans.called(one);
    }
    restart.orphans.begin({10});
    CHECK(restart.among({seen(pending(1, 9, 1, 5))}).empty());
}

} // namespace orphans_test
