// Hex and base64 as the wire needs them: lower-case hex, and base64 in the standard alphabet with padding (lnrpc's
// `bytes`). Reading is strict: an odd length, a wrong size or any other character gives nothing, never some of the
// bytes. libsodium does this in constant time, which is not needed here and is slower: 88 ns to read a hash (here 7),
// 41 ns to write a node id (here 9), 108 ns for a preimage in base64 (here 8). That was a tenth of the time per update
// (tests/bench/round.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace base {

[[nodiscard]] std::string to_hex(std::span<const std::uint8_t> bytes);

/// Accepts upper and lower case, as lightningd does.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text);

/// Fills all of `out` and returns true only if `text` is exactly 2 × out.size() hex digits.
[[nodiscard]] bool from_hex(std::string_view text, std::span<std::uint8_t> out);

[[nodiscard]] std::string to_base64(std::span<const std::uint8_t> bytes);

[[nodiscard]] constexpr std::size_t hex_size(std::size_t bytes) {
    return bytes * 2;
}
[[nodiscard]] constexpr std::size_t base64_size(std::size_t bytes) {
    return (bytes + 2) / 3 * 4;
}

/// Writes to `at`, where hex_size() or base64_size() bytes must be free, and returns the end of the text.
[[nodiscard]] char* write_hex(char* at, std::span<const std::uint8_t> bytes);
[[nodiscard]] char* write_base64(char* at, std::span<const std::uint8_t> bytes);

} // namespace base
