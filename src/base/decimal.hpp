// Writes integers in decimal, faster than std::to_chars. std::to_chars divides once per two digits, each division
// waiting for the one before: a tenth of all instructions per update (tests/bench/round.cpp). This takes half of that.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace base {

/// Digits of 2^64 - 1, or of -2^63 with its sign.
constexpr std::size_t decimal_size = 20;

/// The decimal digits of a number below 10^8, one per byte, the first digit in the lowest byte. Each step splits all
/// groups of digits at once. Multiplying by the inverses of 100 and 10 is exact in this range.
[[nodiscard]] constexpr std::uint64_t eight_digits(std::uint64_t number) {
    const auto fours = number / 10'000 | number % 10'000 << 32;
    const auto hundreds = (fours * 10'486 >> 20) & 0x0000'007F'0000'007F;
    const auto twos = hundreds | (fours - 100 * hundreds) << 16;
    const auto tens = (twos * 103 >> 10) & 0x000F'000F'000F'000F;
    return tens | (twos - 10 * tens) << 8;
}

namespace detail {

constexpr std::uint64_t zeros = 0x3030'3030'3030'3030; // eight times '0'

inline char* put(char* at, std::uint64_t characters) {
    if constexpr (std::endian::native == std::endian::big)
        characters = __builtin_bswap64(characters);
    std::memcpy(at, &characters, sizeof characters);
    return at + sizeof characters;
}

/// Without leading zeros; below 10^8.
inline char* put_first(char* at, std::uint64_t number) {
    const auto digits = eight_digits(number);
    const int leading = number == 0 ? 7 : std::countr_zero(digits) / 8;
    return put(at, (digits | zeros) >> (8 * leading)) - leading;
}

inline char* put_all(char* at, std::uint64_t number) {
    return put(at, eight_digits(number) | zeros);
}

} // namespace detail

/// Writes to `at`, where decimal_size bytes must be free, and returns the end of the text.
[[nodiscard]] inline char* write_decimal(char* at, std::uint64_t number) {
    constexpr std::uint64_t eight = 100'000'000;
    if (number < eight)
        return detail::put_first(at, number);
    const auto upper = number / eight;
    if (upper < eight)
        return detail::put_all(detail::put_first(at, upper), number % eight);
    at = detail::put_first(at, upper / eight);
    return detail::put_all(detail::put_all(at, upper % eight), number % eight);
}

[[nodiscard]] inline char* write_decimal(char* at, std::int64_t number) {
    const auto natural = static_cast<std::uint64_t>(number);
    if (number >= 0)
        return write_decimal(at, natural);
    *at = '-';
    return write_decimal(at + 1, 0 - natural);
}

} // namespace base
