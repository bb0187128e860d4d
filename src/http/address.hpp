// The address of a listener as an operator writes it, in the spellings of LND's options (lnd's lncfg/address.go).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace http {

struct Address {
    std::string host; ///< `localhost`, an IPv4 or IPv6 address; empty: all interfaces
    std::uint16_t port = 0;
    bool operator==(const Address&) const = default;
};

/// Reads `localhost:10009`, `127.0.0.1`, `[::1]:8080`, `::1`, `:10009` (all interfaces), `10009` (as LND: localhost).
/// Port 0 lets the system choose. Other host names are refused: nothing here asks a name server. The error is a
/// sentence.
[[nodiscard]] tl::expected<Address, std::string> read_address(std::string_view text, std::uint16_t default_port);

/// `host:port`, with brackets around IPv6.
[[nodiscard]] std::string to_string(const Address& address);
[[nodiscard]] bool is_loopback(const Address& address);
/// The same for an IP address alone.
[[nodiscard]] bool is_loopback(std::string_view ip);
/// What counts as one client: an IPv4 address, or the 64 bits that an IPv6 subscriber gets, such as
/// `2001:db8:0:5::/64`.
[[nodiscard]] std::string network_of(std::string_view ip);

} // namespace http
