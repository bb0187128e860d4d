// Why bytes could not be decoded. Gives the reason and the position but never the bytes: errors are logged, and the
// bytes may hold secrets.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bolt {

struct Error {
    /// Always a string literal.
    std::string_view what;
    /// Of the byte at which reading stopped, from the beginning of the decoded bytes.
    std::size_t offset = 0;

    bool operator==(const Error&) const = default;
};

/// `<what> at byte <offset>`
[[nodiscard]] inline std::string to_string(const Error& error) {
    return std::string(error.what) + " at byte " + std::to_string(error.offset);
}

} // namespace bolt
