// Reads a time as Go does with the layout time.RFC3339Nano, which LND uses for caveats: as tolerant, and with its
// errors (Go's time/format.go, time/format_rfc3339.go).
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace lndapi {

/// Years 0 to 9999; less than a microsecond is cut off. The error is Go's: `parsing time "x" as "2006-01-…": cannot
/// parse "x" as "2006"`.
[[nodiscard]] tl::expected<std::chrono::sys_time<std::chrono::microseconds>, std::string>
read_rfc3339(std::string_view text);

} // namespace lndapi
