// What a client of HTTP/2 did wrong, as the log names it, and what its frames cost. Used by the session only.
#pragma once

#include "http/frame_budget.hpp"
#include "http/http2_frame_scanner.hpp"

#include <cstdint>

#include <nghttp2/nghttp2.h>

namespace http {

/// What a client sends too many of.
inline const char* flood_of(std::uint8_t frame_type) {
    switch (frame_type) {
    case NGHTTP2_DATA:
        return "HTTP/2 flood of small DATA";
    case NGHTTP2_HEADERS:
        return "HTTP/2 flood of HEADERS";
    case NGHTTP2_PRIORITY:
    case NGHTTP2_PRIORITY_UPDATE:
        return "HTTP/2 flood of PRIORITY";
    case NGHTTP2_RST_STREAM:
        return "HTTP/2 rapid reset";
    case NGHTTP2_SETTINGS:
        return "HTTP/2 flood of SETTINGS";
    case NGHTTP2_PING:
        return "HTTP/2 flood of PING";
    case NGHTTP2_WINDOW_UPDATE:
        return "HTTP/2 flood of WINDOW_UPDATE";
    default:
        return "HTTP/2 flood of other frames";
    }
}

/// From the FrameBudget. Of a body only small pieces cost something: it is bounded in bytes.
inline double cost_of(const FrameHead& frame) {
    constexpr std::size_t small = 16;
    if (frame.type == NGHTTP2_DATA)
        return frame.length >= small || (frame.flags & NGHTTP2_FLAG_END_STREAM) != 0 ? 0 : 1;
    return frame.type == NGHTTP2_RST_STREAM ? FrameBudget::cost_of_reset : 1;
}

/// The fault of a client that nghttp2 gave up (RFC 9113, 5.4.1).
inline const char* fault_of(int error) {
    switch (error) {
    case NGHTTP2_ERR_BAD_CLIENT_MAGIC:
        return "HTTP/2 expected";
    case NGHTTP2_ERR_TOO_MANY_CONTINUATIONS:
        return "HTTP/2 flood of CONTINUATION";
    case NGHTTP2_ERR_TOO_MANY_SETTINGS:
        return "HTTP/2 flood of SETTINGS";
    default:
        return "HTTP/2 protocol error";
    }
}

} // namespace http
