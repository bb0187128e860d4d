// BOLT 4 failure codes as LND names them (lnrpc Failure.FailureCode). LND's numbers are not the wire's: a table, never
// a cast.
#pragma once

#include <cstdint>
#include <string_view>

namespace lnrpc {

/// UNKNOWN_FAILURE for codes LND does not know.
[[nodiscard]] std::string_view failure_code_name(std::uint16_t bolt4_code);

inline constexpr std::string_view internal_failure = "INTERNAL_FAILURE";
inline constexpr std::string_view unknown_failure = "UNKNOWN_FAILURE";
inline constexpr std::string_view unreadable_failure = "UNREADABLE_FAILURE";

} // namespace lnrpc
