#include "base/decimal.hpp"

#include <limits>
#include <random>
#include <string>

#include <doctest/doctest.h>

namespace decimal_test {

namespace {

template <class Number>
std::string written(Number number) {
    std::array<char, base::decimal_size> room{};
    return {room.data(), base::write_decimal(room.data(), number)};
}

template <class Number>
void check(Number number) {
    REQUIRE(written(number) == std::to_string(number));
}

} // namespace

TEST_CASE("numbers around every power of ten are written as by the standard library") {
    for (std::uint64_t power = 1;; power *= 10) {
        for (const std::uint64_t factor : {1ULL, 2ULL, 5ULL, 9ULL})
            for (const std::uint64_t number : {factor * power - 1, factor * power, factor * power + 1}) {
                check(number);
                check(static_cast<std::int64_t>(number));
                check(-static_cast<std::int64_t>(number / 2));
            }
        if (power > std::numeric_limits<std::uint64_t>::max() / 10)
            break;
    }
    check(std::uint64_t{0});
    check(std::numeric_limits<std::uint64_t>::max());
    check(std::numeric_limits<std::int64_t>::max());
    check(std::numeric_limits<std::int64_t>::min());
}

TEST_CASE("random numbers of any length are written as by the standard library") {
    std::mt19937_64 random(1);
    for (int i = 0; i < 100'000; ++i) {
        const auto number = static_cast<std::uint64_t>(random()) >> (random() % 64);
        check(number);
        check(static_cast<std::int64_t>(number));
    }
}

TEST_CASE("eight_digits writes the right digit in every place") {
    for (std::uint64_t number = 0; number < 10'000; ++number)
        for (const std::uint64_t scale : {1ULL, 10'000ULL}) {
            const auto digits = base::eight_digits(number * scale);
            std::uint64_t again = 0;
            for (int i = 0; i < 8; ++i)
                again = again * 10 + (digits >> (8 * i) & 0xFF);
            REQUIRE(again == number * scale);
        }
}

} // namespace decimal_test
