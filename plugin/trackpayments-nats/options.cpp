#include "plugin/trackpayments-nats/options.hpp"

#include <algorithm>

namespace trackpayments_nats {

namespace {

std::optional<std::string> one_of(std::string_view value, std::string_view first, std::string_view second) {
    if (value == first || value == second)
        return std::nullopt;
    return "should be `" + std::string(first) + "` or `" + std::string(second) + "`";
}

} // namespace

std::optional<std::string> check_url(std::string_view value) {
    const bool known = value.starts_with("nats://") || value.starts_with("tls://");
    const auto host = known ? value.substr(value.find("://") + 3) : std::string_view();
    if (host.find('@') != std::string_view::npos)
        return "should have no user, password or token, because listconfigs shows it: use a credentials file";
    const bool visible = std::all_of(host.begin(), host.end(), [](char c) { return c > ' ' && c < 0x7f; });
    if (!host.empty() && visible && host.find_first_of("/,?#\"\\") == std::string_view::npos)
        return std::nullopt;
    return "should be nats://HOST:PORT or tls://HOST:PORT";
}

std::optional<std::string> check_stream(std::string_view value) {
    constexpr std::size_t longest = 64;
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    if (!value.empty() && value.size() <= longest && std::all_of(value.begin(), value.end(), fits))
        return std::nullopt;
    return "should be 1 to 64 letters, digits, - and _";
}

std::optional<std::string> check_keep(std::string_view value) {
    return one_of(value, "all", "last");
}

std::optional<std::string> check_format(std::string_view value) {
    return one_of(value, "json", "protobuf");
}

std::optional<std::string> check_begin(std::string_view value) {
    return one_of(value, "now", "beginning");
}

} // namespace trackpayments_nats
