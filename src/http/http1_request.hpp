// Reads the head of an HTTP/1.1 request (RFC 9112). Strict, because two readers who see different ends of a request
// allow smuggling: no bare CR or LF, no blank before a colon, no folded lines, one way to give the length of the body.
// Pure.
#pragma once

#include "http/message.hpp"

#include <cstddef>
#include <string_view>

#include <tl/expected.hpp>

namespace http {

/// The status that refuses a request, such as 400.
struct Refusal {
    int status = 400;
    bool operator==(const Refusal&) const = default;
};

struct HeadEnd {
    /// Length of the head with its empty line; 0 if it is not complete.
    std::size_t size = 0;
    bool operator==(const HeadEnd&) const = default;
};

/// Looks for the empty line that ends the head at the start of `bytes`. Bytes before `from` were looked at before.
/// Refuses bare CR and LF as soon as they come, and more than most_header_bytes.
[[nodiscard]] tl::expected<HeadEnd, Refusal> find_head_end(std::string_view bytes, std::size_t from);

struct Head {
    Request request;               ///< without body and peer
    bool chunked = false;          ///< the body comes in chunks
    std::size_t body_size = 0;     ///< else its length, at most most_body_bytes
    bool http_1_0 = false;         ///< knows no chunks
    bool keep_alive = true;        ///< another request may follow
    bool expects_continue = false; ///< sends the body after 100 Continue
};

/// `head`: the request line and the headers with the empty line, as find_head_end() found them. 400, 413 (body too
/// long), 431 (too many headers) or 505.
[[nodiscard]] tl::expected<Head, Refusal> read_request_head(std::string_view head);

} // namespace http
