// The first line of an answer of HTTP/1.1 (RFC 9112, 4).
#pragma once

#include <string>

namespace http {

/// `HTTP/1.1 404 Not Found` and the line end.
[[nodiscard]] std::string status_line(int status);

} // namespace http
