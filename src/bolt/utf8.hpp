// Checks UTF-8 as lightningd does (ccan/utf8): no overlong forms, no surrogates, nothing above U+10FFFF, no NUL.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace bolt {

[[nodiscard]] inline bool is_utf8(std::span<const std::uint8_t> text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto first = text[at++];
        if (first == 0)
            return false;
        if (first < 0x80)
            continue;
        const auto size = static_cast<std::size_t>(std::countl_one(first));
        if (size < 2 || size > 4 || text.size() - at < size - 1)
            return false;
        std::uint32_t point = first & (0x7fU >> size);
        for (std::size_t i = 1; i < size; ++i) {
            const auto next = text[at++];
            if ((next & 0xc0) != 0x80)
                return false;
            point = point << 6 | (next & 0x3fU);
        }
        const std::uint32_t least = size == 2 ? 0x80 : size == 3 ? 0x800 : 0x1'0000;
        if (point < least || point > 0x10'ffff || (point >= 0xd800 && point < 0xe000))
            return false;
    }
    return true;
}

} // namespace bolt
