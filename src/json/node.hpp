// A parsed JSON value in memory: nodes in one row, each followed by its members. So a message is read from front to
// back, and nothing is allocated for any one value.
#pragma once

#include <cstdint>
#include <string_view>

namespace json {

struct Node {
    enum class Kind : std::uint8_t { null, no, yes, natural, negative, fraction, text, array, object };

    std::string_view key; ///< of a member, else empty
    std::string_view text;
    std::uint64_t bits = 0; ///< natural: itself; fraction: of the double; object: key_bit() of each key
    std::uint32_t span = 1; ///< nodes it takes, with all below it
    Kind kind = Kind::null;

    /// One of 64, different for nearly all keys of one object in practice: what an object lacks need not be searched
    /// for, nor what it has once be compared with all the others.
    [[nodiscard]] static std::uint64_t key_bit(std::string_view key) {
        if (key.empty())
            return 1;
        const std::size_t first = static_cast<std::uint8_t>(key.front());
        const std::size_t last = static_cast<std::uint8_t>(key.back());
        return std::uint64_t{1} << ((key.size() + (last ^ (first * 2)) * 7) % 64);
    }
};

} // namespace json
