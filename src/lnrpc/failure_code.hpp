// LND's names of BOLT 4 failure codes (lnrpc Failure.FailureCode). LND's numbers differ from those on the wire: use the
// table, never a cast.
#pragma once

#include <cstdint>
#include <string_view>

namespace lnrpc {

/// UNKNOWN_FAILURE for a code that LND does not know.
[[nodiscard]] std::string_view failure_code_name(std::uint16_t bolt4_code);

inline constexpr std::string_view internal_failure = "INTERNAL_FAILURE";
inline constexpr std::string_view unknown_failure = "UNKNOWN_FAILURE";
inline constexpr std::string_view unreadable_failure = "UNREADABLE_FAILURE";

} // namespace lnrpc
