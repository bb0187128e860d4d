// Hex and base64 as the wire wants them: lower-case hex, base64 in the standard alphabet with padding (lnrpc's
// `bytes`). Reading is strict: an odd length, a foreign character or a wrong size is "nothing", never a part of the
// bytes.
#pragma once

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

} // namespace base
