#include "plugin/trackpayments-lnd/options.hpp"

#include "http/address.hpp"

#include <algorithm>
#include <array>

#include <uv.h>

namespace trackpayments_lnd {

std::optional<std::string> check_listen(std::string_view value) {
    if (value == off || http::read_address(value, grpc_port))
        return std::nullopt;
    return "should be HOST:PORT, or `off`";
}

std::optional<std::string> check_ip(std::string_view value) {
    std::array<unsigned char, 16> bytes{};
    const std::string text(value);
    if (uv_inet_pton(AF_INET, text.c_str(), bytes.data()) == 0 ||
        uv_inet_pton(AF_INET6, text.c_str(), bytes.data()) == 0)
        return std::nullopt;
    return "should be an IP address";
}

std::optional<std::string> check_domain(std::string_view value) {
    constexpr std::size_t longest = 253; // RFC 1035
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
               c == '*' || c == '_';
    };
    if (!value.empty() && value.size() <= longest && std::all_of(value.begin(), value.end(), fits))
        return std::nullopt;
    return "should be a host name";
}

std::optional<std::string> check_origin(std::string_view value) {
    const auto scheme = value.find("://");
    const auto host = scheme == std::string_view::npos ? std::string_view() : value.substr(scheme + 3);
    const bool visible = std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c < 0x7f; });
    const bool is_origin = scheme != 0 && !host.empty() && host.find('/') == std::string_view::npos && visible;
    if (value == "*" || value == "null" || is_origin)
        return std::nullopt;
    return "should be an origin as browsers send it, such as https://example.com:8080, or `*`";
}

} // namespace trackpayments_lnd
