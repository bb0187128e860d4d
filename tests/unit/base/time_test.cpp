#include "base/time.hpp"

#include <limits>

#include <doctest/doctest.h>

namespace time_test {

using base::clamp_into_second;
using base::from_seconds;
using base::UnixNs;

TEST_CASE("a second converts to its first nanosecond") {
    CHECK(from_seconds(0).value == 0);
    CHECK(from_seconds(1'785'000'000).value == 1'785'000'000'000'000'000);
    CHECK(from_seconds(1'785'000'000).seconds() == 1'785'000'000);
    CHECK(UnixNs{1'999'999'999}.seconds() == 1);
}

TEST_CASE("a second too large for int64 nanoseconds saturates instead of wrapping") {
    const auto far = from_seconds(std::numeric_limits<std::uint64_t>::max());
    CHECK(far.value > 0);
    CHECK(far == from_seconds(9'300'000'000));
    CHECK(far.seconds() >= 9'223'372'035);
}

TEST_CASE("an observed time is clamped into the recorded second") {
    const auto second = from_seconds(100);
    CHECK(clamp_into_second(UnixNs{100'250'000'000}, second).value == 100'250'000'000);
    CHECK(clamp_into_second(UnixNs{99'999'999'999}, second).value == 100'000'000'000);
    CHECK(clamp_into_second(UnixNs{100'000'000'000}, second).value == 100'000'000'000);
    CHECK(clamp_into_second(UnixNs{100'999'999'999}, second).value == 100'999'999'999);
    CHECK(clamp_into_second(UnixNs{101'000'000'000}, second).value == 100'999'999'999);
    CHECK(clamp_into_second(UnixNs{0}, second).value == 100'000'000'000);
}

TEST_CASE("the last representable second can be clamped to without overflow") {
    constexpr auto last = from_seconds(std::numeric_limits<std::uint64_t>::max());
    // In a constant expression an overflow does not compile.
    constexpr auto end = clamp_into_second(UnixNs{std::numeric_limits<std::int64_t>::max()}, last);
    CHECK(end >= last);
    CHECK(end.seconds() == last.seconds());
}

} // namespace time_test
