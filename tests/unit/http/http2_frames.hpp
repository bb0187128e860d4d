// Frames of HTTP/2 as bytes (RFC 9113, 4.1), for what no client library would send.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nghttp2/nghttp2.h>

namespace unit {

inline std::string frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream, std::string_view payload = {}) {
    std::string bytes;
    for (const std::size_t shift : {16U, 8U, 0U})
        bytes.push_back(static_cast<char>(payload.size() >> shift & 0xFF));
    bytes.push_back(static_cast<char>(type));
    bytes.push_back(static_cast<char>(flags));
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        bytes.push_back(static_cast<char>(stream >> shift & 0xFF));
    return bytes.append(payload);
}

/// What every client begins with (RFC 9113, 3.4).
inline std::string preface() {
    return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(NGHTTP2_SETTINGS, 0, 0);
}

/// Headers in HPACK: GET https://a/ (RFC 7541, appendix A).
inline std::string small_request() {
    return "\x82\x87\x84\x41\x01"
           "a";
}

/// A whole request, or one whose body is to come.
inline std::string request(std::uint32_t stream, bool whole = true) {
    constexpr std::uint8_t end_headers = NGHTTP2_FLAG_END_HEADERS;
    return frame(NGHTTP2_HEADERS, whole ? end_headers | NGHTTP2_FLAG_END_STREAM : end_headers, stream, small_request());
}

inline std::string number(std::uint32_t value) {
    std::string bytes;
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        bytes.push_back(static_cast<char>(value >> shift & 0xFF));
    return bytes;
}

} // namespace unit
