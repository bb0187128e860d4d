#include "lndapi/caveat.hpp"

#include "lndapi/go_quote.hpp"
#include "lndapi/go_time.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <arpa/inet.h>

namespace lndapi {

namespace {

using namespace std::chrono;

constexpr std::string_view time_before = "time-before";
constexpr int bits_of_byte = 8;
constexpr std::size_t ipv4_at = 12;
constexpr std::array<std::uint8_t, ipv4_at> ipv4_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

/// An address in the 16 bytes of IPv6; IPv4 is mapped into it.
struct Address {
    std::array<std::uint8_t, 16> bytes{};
    bool written_as_ipv4 = false;

    [[nodiscard]] bool is_ipv4() const { return std::equal(ipv4_prefix.begin(), ipv4_prefix.end(), bytes.begin()); }
};

std::optional<Address> parsed(std::string_view text) {
    const std::string name(text);
    Address address;
    if (name.find('\0') != std::string::npos)
        return std::nullopt;
    if (inet_pton(AF_INET6, name.c_str(), address.bytes.data()) == 1)
        return address;
    std::copy(ipv4_prefix.begin(), ipv4_prefix.end(), address.bytes.begin());
    address.written_as_ipv4 = true;
    if (inet_pton(AF_INET, name.c_str(), address.bytes.data() + ipv4_at) == 1)
        return address;
    return std::nullopt;
}

std::optional<std::string> why_other_address(std::string_view text, std::string_view peer) {
    const auto wanted = parsed(text);
    const auto actual = parsed(peer);
    if (wanted && actual && wanted->bytes == actual->bytes)
        return std::nullopt;
    return "macaroon locked to different IP address";
}

struct Range {
    Address network;
    int bits = 0; ///< leading ones that count, of 128
};

/// An address, a slash, the number of bits.
std::optional<Range> range_of(std::string_view text) {
    const auto slash = text.find('/');
    const auto network = slash == std::string_view::npos ? std::nullopt : parsed(text.substr(0, slash));
    if (!network)
        return std::nullopt;
    const auto digits = text.substr(slash + 1);
    const auto* end = digits.data() + digits.size();
    unsigned bits = 0;
    const auto [at, error] = std::from_chars(digits.data(), end, bits);
    const int before = network->written_as_ipv4 ? static_cast<int>(ipv4_at) * bits_of_byte : 0;
    const int all = static_cast<int>(network->bytes.size()) * bits_of_byte;
    if (error != std::errc{} || at != end || bits > static_cast<unsigned>(all - before))
        return std::nullopt;
    return Range{*network, before + static_cast<int>(bits)};
}

bool contains(const Range& range, const Address& address) {
    if (address.is_ipv4() && range.bits < static_cast<int>(ipv4_at) * bits_of_byte)
        return false; // a range of IPv6
    int bits = range.bits;
    for (std::size_t i = 0; i < address.bytes.size() && bits > 0; ++i, bits -= bits_of_byte) {
        const auto mask = bits >= bits_of_byte ? 0xFF : 0xFF << (bits_of_byte - bits) & 0xFF;
        if (((range.network.bytes[i] ^ address.bytes[i]) & mask) != 0)
            return false;
    }
    return true;
}

std::optional<std::string> why_other_range(std::string_view text, std::string_view peer) {
    const auto range = range_of(text);
    if (!range) // quoted by Go's net.ParseError in its own way: not at all
        return "unable to parse macaroon IP range: invalid CIDR address: " + std::string(text);
    const auto actual = parsed(peer);
    if (actual && contains(*range, *actual))
        return std::nullopt;
    return "macaroon locked to different IP range";
}

std::optional<std::string> why_too_late(std::string_view text, system_clock::time_point now) {
    const auto limit = read_rfc3339(text);
    if (!limit)
        return limit.error();
    if (floor<microseconds>(now) < *limit)
        return std::nullopt;
    return "macaroon has expired";
}

/// LND passes them on to a middleware; here is none.
std::string why_no_custom(std::string_view text) {
    constexpr std::string_view white = " \t\n\v\f\r";
    if (text.empty())
        return "expected custom caveat, got empty string";
    if (white.find(text.front()) != std::string_view::npos || white.find(text.back()) != std::string_view::npos)
        return "unexpected white space found in caveat condition";
    return "cannot accept macaroon with custom caveat '" + std::string(text.substr(0, text.find(' '))) +
           "', no middleware registered to handle it";
}

} // namespace

std::optional<std::string> why_caveat_fails(std::string_view caveat, system_clock::time_point now,
                                            std::string_view peer) {
    if (caveat.empty() || caveat.front() == ' ')
        return "cannot parse caveat " + go_quote(caveat) +
               (caveat.empty() ? ": empty caveat" : ": caveat starts with space character");
    const auto blank = std::min(caveat.find(' '), caveat.size());
    const auto condition = caveat.substr(0, blank);
    const auto argument = caveat.substr(std::min(blank + 1, caveat.size()));
    std::optional<std::string> reason = "caveat not recognized";
    if (condition == time_before)
        reason = why_too_late(argument, now);
    else if (condition == "ipaddr")
        reason = why_other_address(argument, peer);
    else if (condition == "iprange")
        reason = why_other_range(argument, peer);
    else if (condition == "lnd-custom")
        reason = why_no_custom(argument);
    if (!reason)
        return std::nullopt;
    return "caveat " + go_quote(caveat) + " not satisfied: " + *reason;
}

std::optional<sys_time<microseconds>> caveat_end(std::string_view caveat) {
    if (!caveat.starts_with(std::string(time_before) + ' '))
        return std::nullopt;
    const auto limit = read_rfc3339(caveat.substr(time_before.size() + 1));
    return limit ? std::optional(*limit) : std::nullopt;
}

} // namespace lndapi
