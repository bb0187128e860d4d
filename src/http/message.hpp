// A request as the application sees it, the same for HTTP/1.1 and HTTP/2.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace http {

/// The most bytes of a request's line and headers together (RFC 9113, 6.5.2, SETTINGS_MAX_HEADER_LIST_SIZE counts 32
/// more for each header).
constexpr std::size_t most_header_bytes = 16UL * 1024;
/// The most bytes of a request's body.
constexpr std::size_t most_body_bytes = 64UL * 1024;

struct Header {
    std::string name; ///< of requests in lower case
    std::string value;
    bool operator==(const Header&) const = default;
};
using Headers = std::vector<Header>;

/// The value of the first header of that name; `name` in lower case.
[[nodiscard]] std::optional<std::string_view> find(const Headers& headers, std::string_view name);
[[nodiscard]] std::size_t count(const Headers& headers, std::string_view name);
/// The comma-separated members of all headers of that name, without the blanks around them, and without empty ones.
[[nodiscard]] std::vector<std::string_view> list_of(const Headers& headers, std::string_view name);
/// True if `member`, in lower case, is one of list_of(), in any case.
[[nodiscard]] bool lists(const Headers& headers, std::string_view name, std::string_view member);

struct Request {
    std::string method;
    std::string path;  ///< as sent, percent-encoded, without the query
    std::string query; ///< as sent, without `?`
    Headers headers;   ///< of HTTP/2 without pseudo headers; `host` is :authority
    std::string body;  ///< complete, at most most_body_bytes
    /// The body is longer, and `body` empty. HTTP/1.1 refuses such a request itself.
    bool body_too_long = false;
    bool http2 = false;
    bool websocket = false; ///< asked by a WebSocket (websocket_handshake.hpp)
    std::string peer;       ///< the client's address without the port, such as 127.0.0.1 or ::1
};

/// Splits a request target at its first `?` into path and query.
void set_target(Request& request, std::string_view target);

/// Without blanks and tabs at both ends.
[[nodiscard]] std::string_view trim(std::string_view text);
/// In lower case, ASCII only.
[[nodiscard]] std::string lower_case(std::string_view text);
/// A header's value as it may be sent: control characters, which could end the header, become blanks.
[[nodiscard]] std::string clean_value(std::string_view value);
/// RFC 9110, 6.4.1: an answer to HEAD, and one with 1xx, 204 or 304, has no body.
[[nodiscard]] bool may_have_body(std::string_view method, int status);

} // namespace http
