// Writes wire bytes for the tests. Independent of src/bolt, so that no decoder is tested with its own code.
#pragma once

#include "base/hex.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace wire {

using Octets = std::vector<std::uint8_t>;

inline Octets hex(std::string_view text) {
    auto octets = base::from_hex(text);
    if (!octets)
        throw std::invalid_argument("not hex");
    return *octets;
}

inline Octets join(std::initializer_list<Octets> parts) {
    Octets all;
    for (const Octets& part : parts)
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

/// `size` bytes, big endian.
inline Octets number(std::uint64_t value, int size) {
    Octets out;
    for (int at = size - 1; at >= 0; --at)
        out.push_back(static_cast<std::uint8_t>(value >> (8 * at)));
    return out;
}

inline Octets u8(std::uint64_t value) {
    return number(value, 1);
}
inline Octets u16(std::uint64_t value) {
    return number(value, 2);
}
inline Octets u32(std::uint64_t value) {
    return number(value, 4);
}
inline Octets u64(std::uint64_t value) {
    return number(value, 8);
}

/// tu16, tu32 and tu64 alike: the fewest bytes that hold the number.
inline Octets truncated(std::uint64_t value) {
    int size = 0;
    while (size < 8 && value >> (8 * size) != 0)
        ++size;
    return number(value, size);
}

inline Octets big_size(std::uint64_t value) {
    if (value < 0xfd)
        return u8(value);
    if (value < 0x1'0000)
        return join({u8(0xfd), u16(value)});
    if (value < 0x1'0000'0000)
        return join({u8(0xfe), u32(value)});
    return join({u8(0xff), u64(value)});
}

/// The length, then the bytes.
inline Octets sized(const Octets& value) {
    return join({big_size(value.size()), value});
}

inline Octets tlv(std::uint64_t type, const Octets& value) {
    return join({big_size(type), sized(value)});
}

/// `n` bytes counting up from `from`, so that a read at a wrong offset is noticed.
inline Octets counting(std::uint8_t from, std::size_t n) {
    Octets out;
    for (std::size_t i = 0; i < n; ++i)
        out.push_back(static_cast<std::uint8_t>(from + i));
    return out;
}

inline Octets first(const Octets& octets, std::size_t n) {
    return {octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(n)};
}

/// A fixed-size array from the first bytes of `octets`.
template <class Array>
Array array(const Octets& octets) {
    Array out{};
    std::copy_n(octets.begin(), out.size(), out.begin());
    return out;
}

} // namespace wire
