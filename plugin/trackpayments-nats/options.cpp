#include "plugin/trackpayments-nats/options.hpp"

#include "jetstream/options.hpp"

#include <algorithm>
#include <charconv>

namespace trackpayments_nats {

namespace {

std::optional<std::string> one_of(std::string_view value, std::string_view first, std::string_view second) {
    if (value == first || value == second)
        return std::nullopt;
    return "should be `" + std::string(first) + "` or `" + std::string(second) + "`";
}

} // namespace

std::optional<std::string> check_url(std::string_view value) {
    if (value.find('@') != std::string_view::npos)
        return "should have no user, password or token, because listconfigs shows it: use a credentials file";
    if (jetstream::server_url(std::string(value)))
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

std::optional<std::string> check_replicas(std::string_view value) {
    if (value == "1" || value == "3" || value == "5")
        return std::nullopt;
    return "should be 1, 3 or 5";
}

std::optional<std::string> check_limit(std::string_view value) {
    constexpr std::size_t longest = 8;
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (!value.empty() && value.size() <= longest && std::all_of(value.begin(), value.end(), digit))
        return std::nullopt;
    return "should be a whole number of at most 8 digits";
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

std::uint32_t number_in(const std::string& value) {
    std::uint32_t number = 0;
    (void)std::from_chars(value.data(), value.data() + value.size(), number);
    return number;
}

} // namespace trackpayments_nats
