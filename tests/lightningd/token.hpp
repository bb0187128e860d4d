// Numbers and amounts in the text of a token, as lenient as lightningd (common/json_parse_simple.c, common/amount.c).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace standin {

[[nodiscard]] std::optional<std::uint64_t> read_integer(std::string_view text);

/// In millisatoshi, which is also the unit of a number without one.
[[nodiscard]] std::optional<std::uint64_t> read_amount(std::string_view text);

} // namespace standin
