// Paths and queries as Go's net/url reads them, which LND's REST proxy uses: with its errors, because clients see them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace lndapi {

/// The decoded path; nothing if an escape is malformed.
[[nodiscard]] std::optional<std::string> read_path(std::string_view path);

using QueryFields = std::vector<std::pair<std::string, std::string>>;
/// Names and values in their order, or Go's error: `invalid semicolon separator in query`, or for the first malformed
/// escape `invalid URL escape "%zz"`.
[[nodiscard]] tl::expected<QueryFields, std::string> read_query(std::string_view query);

/// Go's strconv.ParseBool; the error is `strconv.ParseBool: parsing "yes": invalid syntax`.
[[nodiscard]] tl::expected<bool, std::string> read_go_bool(std::string_view text);
/// Go's strconv.ParseUint in base 10; the error is `strconv.ParseUint: parsing "-1": invalid syntax`, or `… value out
/// of range`.
[[nodiscard]] tl::expected<std::uint64_t, std::string> read_go_uint64(std::string_view text);

} // namespace lndapi
