// Hex and base64 as the wire wants them: lower-case hex, base64 in the standard alphabet with padding (lnrpc's
// `bytes`). Reading is strict: an odd length, a foreign character or a wrong size is "nothing", never a part of the
// bytes. libsodium does all this in constant time, which protects nothing here (the text goes through pipes), and takes
// 88 ns to read a hash (this: 7), 41 to write a node id (9) and 108 for a preimage in base64 (8): a tenth of a round.
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

/// Upper and lower case are read, as lightningd reads both.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text);

/// Fills all of `out` or nothing: false unless `text` is exactly 2 × out.size() hex digits.
[[nodiscard]] bool from_hex(std::string_view text, std::span<std::uint8_t> out);

[[nodiscard]] std::string to_base64(std::span<const std::uint8_t> bytes);

[[nodiscard]] constexpr std::size_t hex_size(std::size_t bytes) {
    return bytes * 2;
}
[[nodiscard]] constexpr std::size_t base64_size(std::size_t bytes) {
    return (bytes + 2) / 3 * 4;
}

/// Writes the text to `at`, where hex_size() or base64_size() bytes must be free; gives the end of it.
[[nodiscard]] char* write_hex(char* at, std::span<const std::uint8_t> bytes);
[[nodiscard]] char* write_base64(char* at, std::span<const std::uint8_t> bytes);

} // namespace base
