// Asks the processor to load memory that will be needed soon. Loading a line that is not cached takes 100 ns. Only a
// hint: nothing depends on it.
#pragma once

#include <cstddef>

namespace base {

/// Any address is allowed, even null: nothing is read from it.
inline void prefetch(const void* begin, std::size_t size) {
    constexpr std::size_t line = 64;
    const auto* at = static_cast<const char*>(begin);
    for (std::size_t offset = 0; offset < size; offset += line)
        __builtin_prefetch(at + offset, 1);
}

} // namespace base
