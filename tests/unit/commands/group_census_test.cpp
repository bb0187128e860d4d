// Which rows are the only ones of their group.
#include "commands/group_census.hpp"

#include "facts.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>

namespace group_census_test {

using namespace facts;
using commands::GroupCensus;
using Rows = std::vector<payments::Row>;

TEST_CASE("a row is alone if no other row of its group was counted, older or newer") {
    GroupCensus census;
    const Rows rows{pending(1, 1, 1, 1), pending(2, 1, 1, 2), pending(1, 2, 1, 3), pending(2, 1, 0, 5)};
    CHECK_FALSE(census.is_alone(rows[0]));             // nothing is counted
    CHECK_FALSE(census.is_alone(pending(1, 1, 1, 0))); // nor is this, whose index lightningd never gives
    census.count({0}, rows, {5}, 5);
    CHECK(census.upto() == base::CreatedIndex{5});
    CHECK(census.is_alone(rows[0]));
    CHECK(census.is_alone(rows[2])); // another group of the first row's hash
    CHECK_FALSE(census.is_alone(rows[1]));
    CHECK_FALSE(census.is_alone(rows[3]));
    CHECK_FALSE(census.is_alone(pending(4, 1, 1, 6))); // not counted yet
}

TEST_CASE("rows count once, and only if none before them is missing") {
    GroupCensus census;
    const Rows rows{pending(1, 1, 1, 1), pending(2, 1, 1, 2)};
    census.count({0}, rows, {1}, 5);
    CHECK(census.upto() == base::CreatedIndex{1});
    CHECK_FALSE(census.is_alone(rows[1])); // beyond the part that was counted
    census.count({0}, rows, {2}, 5);       // two callers asked for the same page
    CHECK(census.is_alone(rows[0]));
    CHECK(census.is_alone(rows[1]));
    census.count({3}, Rows{pending(4, 1, 1, 4)}, {4}, 5);
    CHECK(census.upto() == base::CreatedIndex{2});
    census.clear();
    CHECK(census.upto() == base::CreatedIndex{0});
    census.count({2}, Rows{pending(3, 1, 1, 3)}, {3}, 5); // its page was requested before
    CHECK_FALSE(census.is_alone(pending(3, 1, 1, 3)));
    census.missed();
    CHECK(census.misses() == 1);
    census.clear();
    CHECK(census.misses() == 0);
}

TEST_CASE("no row of a larger group is ever alone, and nearly all others are") {
    std::mt19937_64 random(17);
    Rows rows;
    std::map<payments::PaymentKey, int> sizes;
    for (std::uint64_t created = 1; created <= 20'000; ++created) {
        auto row = pending(1, 1, 1, created);
        const auto payment = random() % 15'000;
        std::mt19937_64 hash(payment);
        for (auto& byte : row.key.hash.bytes)
            byte = static_cast<std::uint8_t>(hash());
        row.key.group = {random() % 2 > 0 ? random() % 3 : payment << 40U};
        ++sizes[row.key];
        rows.push_back(row);
    }
    for (const std::uint64_t expected : {20'000U, 10U}) { // or many more rows than expected
        GroupCensus census;
        census.count({0}, rows, {20'000}, expected);
        int alone = 0;
        int shown = 0;
        for (const auto& row : rows) {
            alone += sizes[row.key] == 1;
            if (census.is_alone(row)) {
                ++shown;
                CHECK(sizes[row.key] == 1);
            }
        }
        CHECK(shown <= alone);
        if (expected == 20'000)
            CHECK(shown * 100 >= alone * 99);
    }
}

} // namespace group_census_test
