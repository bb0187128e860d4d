#include "http/address.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <arpa/inet.h>

namespace http {

namespace {

bool is_ip(int family, std::string_view host) {
    std::array<unsigned char, sizeof(in6_addr)> parsed{};
    return host.find('\0') == std::string_view::npos &&
           inet_pton(family, std::string(host).c_str(), parsed.data()) == 1;
}

std::optional<std::uint16_t> port_of(std::string_view digits) {
    std::uint16_t port = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, port);
    if (error != std::errc() || stop != end)
        return std::nullopt;
    return port;
}

bool all_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

} // namespace

tl::expected<Address, std::string> read_address(std::string_view text, std::uint16_t default_port) {
    std::string_view host = text;
    std::string_view port;
    bool has_port = false;
    bool bracketed = false;
    if (all_digits(text)) {
        host = "localhost";
        port = text;
        has_port = true;
    } else if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos)
            return tl::unexpected(std::string("the address lacks a closing bracket"));
        bracketed = true;
        host = text.substr(1, end - 1);
        const auto rest = text.substr(end + 1);
        has_port = !rest.empty();
        if (has_port && rest.front() != ':')
            return tl::unexpected(std::string("after the closing bracket only a port may follow"));
        port = has_port ? rest.substr(1) : rest;
    } else if (std::count(text.begin(), text.end(), ':') == 1) {
        const auto colon = text.find(':');
        host = text.substr(0, colon);
        port = text.substr(colon + 1);
        has_port = true;
    }
    Address address{std::string(host), default_port};
    if (has_port) {
        const auto number = port_of(port);
        if (!number)
            return tl::unexpected(std::string("the port should be a number from 0 to 65535"));
        address.port = *number;
    }
    const bool known = bracketed ? is_ip(AF_INET6, host)
                                 : (host.empty() && has_port) || host == "localhost" || is_ip(AF_INET, host) ||
                                       (!has_port && is_ip(AF_INET6, host));
    if (!known)
        return tl::unexpected(std::string("the host should be an IP address or localhost"));
    return address;
}

std::string to_string(const Address& address) {
    const bool v6 = address.host.find(':') != std::string::npos;
    return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

bool is_loopback(const Address& address) {
    return address.host == "localhost" || is_loopback(std::string_view(address.host));
}

bool is_loopback(std::string_view ip) {
    if (is_ip(AF_INET, ip))
        return ip.starts_with("127.");
    in6_addr v6{};
    return is_ip(AF_INET6, ip) && inet_pton(AF_INET6, std::string(ip).c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

std::string network_of(std::string_view ip) {
    in6_addr v6{};
    if (!is_ip(AF_INET6, ip) || inet_pton(AF_INET6, std::string(ip).c_str(), &v6) != 1 || is_loopback(ip))
        return std::string(ip);
    std::fill(std::begin(v6.s6_addr) + 8, std::end(v6.s6_addr), std::uint8_t{0});
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(AF_INET6, &v6, text.data(), text.size());
    return std::string(text.data()) + "/64";
}

} // namespace http
