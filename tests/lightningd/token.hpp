// Numbers and amounts in the text of a token, with lightningd's leniency (common/json_parse_simple.c, common/amount.c).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace standin {

[[nodiscard]] std::optional<std::uint64_t> read_integer(std::string_view text);

/// In millisatoshi, which is the unit of a number without one.
[[nodiscard]] std::optional<std::uint64_t> read_amount(std::string_view text);

} // namespace standin
