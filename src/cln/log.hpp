// lightningd's `log` notification, made safe: a line over 256 kB aborts lightningd, a line feed splits it, an unknown
// level kills us.
#pragma once

#include "base/log.hpp"

namespace cln {

/// The whole message for stdout.
[[nodiscard]] std::string log_notification(base::LogLevel level, std::string message);

} // namespace cln
