// Why bytes were refused. It says what and where, never the bytes themselves: they may hold secrets, and it gets
// logged.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bolt {

struct Error {
    /// A literal: it outlives everything.
    std::string_view what;
    /// Of the byte, counted from the beginning of what was to be decoded, at which reading stopped.
    std::size_t offset = 0;

    bool operator==(const Error&) const = default;
};

/// `<what> at byte <offset>`
[[nodiscard]] inline std::string to_string(const Error& error) {
    return std::string(error.what) + " at byte " + std::to_string(error.offset);
}

} // namespace bolt
