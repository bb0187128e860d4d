// The header Date (RFC 9110, 5.6.7).
#pragma once

#include <chrono>
#include <string>

namespace http {

/// `Sun, 06 Nov 1994 08:49:37 GMT`
[[nodiscard]] std::string date(std::chrono::system_clock::time_point when);

} // namespace http
