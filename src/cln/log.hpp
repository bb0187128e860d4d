// Writes lightningd's `log` notification safely: a line over 256 kB aborts lightningd, a line feed splits the line, and
// for an unknown level lightningd kills the plugin.
#pragma once

#include "base/log.hpp"

namespace cln {

/// Returns the complete message for stdout.
[[nodiscard]] std::string log_notification(base::LogLevel level, std::string message);

} // namespace cln
