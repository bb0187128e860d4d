#include "lndapi/metrics_access.hpp"

#include "http/address.hpp"

#include <algorithm>

namespace lndapi {

namespace {

constexpr std::string_view bearer = "bearer ";

/// Headers that a proxy adds, and the one of a browser's script.
bool is_foreign(const http::Header& header) {
    return header.name == "forwarded" || header.name == "via" || header.name == "origin" ||
           header.name == "x-real-ip" || header.name.starts_with("x-forwarded");
}

} // namespace

std::vector<std::string_view> metrics_credentials(const http::Request& http) {
    std::vector<std::string_view> values;
    for (const auto& [name, value] : http.headers) {
        if (name == "grpc-metadata-macaroon")
            values.emplace_back(value);
        if (name == "authorization" && http::lower_case(value.substr(0, bearer.size())) == bearer) {
            const auto begin = value.find_first_not_of(' ', bearer.size());
            values.push_back(begin == std::string::npos ? std::string_view() : std::string_view(value).substr(begin));
        }
    }
    return values;
}

bool names_loopback(std::string_view host) {
    if (host.find_first_not_of("0123456789") == std::string_view::npos)
        return false; // an option may be a port alone, but not a header
    const auto address = http::read_address(http::lower_case(host), 0);
    return address && http::is_loopback(*address);
}

bool is_local(const http::Request& http) {
    // A WebSocket has lost the headers of a proxy.
    if (http.websocket || !http::is_loopback(std::string_view(http.peer)) || http::count(http.headers, "host") != 1)
        return false;
    return names_loopback(*http::find(http.headers, "host")) &&
           std::none_of(http.headers.begin(), http.headers.end(), is_foreign);
}

} // namespace lndapi
