// Feature bits of an invoice (BOLT 9). An even bit is compulsory: a reader that does not know it must not pay.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

namespace bolt {

/// True if every even bit that is set is one of `known`. `digits`: big endian, `width` bits in each.
[[nodiscard]] inline bool knows_even_bits(std::span<const std::uint8_t> digits, std::size_t width,
                                          std::initializer_list<std::size_t> known) {
    for (std::size_t bit = 0; bit < digits.size() * width; bit += 2) {
        const auto digit = digits[digits.size() - 1 - bit / width];
        if ((digit >> bit % width & 1) != 0 && std::find(known.begin(), known.end(), bit) == known.end())
            return false;
    }
    return true;
}

} // namespace bolt
