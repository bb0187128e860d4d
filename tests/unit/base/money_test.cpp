#include "base/msat.hpp"

#include <limits>

#include <doctest/doctest.h>

namespace money_test {

using base::Msat;

namespace {

constexpr auto most = std::numeric_limits<std::uint64_t>::max();

} // namespace

TEST_CASE("an amount in satoshi is the floor of its millisatoshi") {
    CHECK(Msat{0}.sat() == 0);
    CHECK(Msat{999}.sat() == 0);
    CHECK(Msat{1000}.sat() == 1);
    CHECK(Msat{1999}.sat() == 1);
    CHECK(Msat{123'456'789}.sat() == 123'456);
    CHECK(Msat{most}.sat() == most / 1000);
}

TEST_CASE("sums of money saturate instead of wrapping") {
    CHECK(Msat{1} + Msat{2} == Msat{3});
    CHECK(Msat{most} + Msat{0} == Msat{most});
    CHECK(Msat{most - 1} + Msat{1} == Msat{most});
    CHECK(Msat{most} + Msat{1} == Msat{most});
    CHECK(Msat{most} + Msat{most} == Msat{most});
}

TEST_CASE("differences of money stop at zero instead of wrapping") {
    CHECK(Msat{5} - Msat{3} == Msat{2});
    CHECK(Msat{3} - Msat{3} == Msat{0});
    CHECK(Msat{3} - Msat{5} == Msat{0});
    CHECK(Msat{0} - Msat{most} == Msat{0});
}

} // namespace money_test
