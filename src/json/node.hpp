// A parsed JSON value in memory: one row of nodes, each followed by its members. A message is read from front to back,
// and single values need no allocation.
#pragma once

#include <cstdint>
#include <string_view>

namespace json {

struct Node {
    enum class Kind : std::uint8_t { null, no, yes, natural, negative, fraction, text, array, object };

    std::string_view key; ///< the key of a member, else empty
    std::string_view text;
    std::uint64_t bits = 0; ///< natural: the number; fraction: the double; object: key_bit() of all keys
    std::uint32_t span = 1; ///< number of nodes of this value, itself included
    Kind kind = Kind::null;

    /// One of 64 bits; nearly all keys of one object have different bits in practice. If the bit of a key is not set in
    /// an object, the object has no such member; if it is new, it need not be compared with the other keys.
    [[nodiscard]] static std::uint64_t key_bit(std::string_view key) {
        if (key.empty())
            return 1;
        const std::size_t first = static_cast<std::uint8_t>(key.front());
        const std::size_t last = static_cast<std::uint8_t>(key.back());
        return std::uint64_t{1} << ((key.size() + (last ^ (first * 2)) * 7) % 64);
    }
};

} // namespace json
