#include "lndapi/macaroon_v1.hpp"

#include "lndapi/go_quote.hpp"

#include <charconv>
#include <optional>

#include <tl/expected.hpp>

namespace lndapi {

namespace {

constexpr std::size_t size_digits = 4;
constexpr std::size_t size_of_signature = 32;

bool is_lower_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

struct PacketV1 {
    std::string_view field;
    std::string_view data;
};
using Taken = tl::expected<PacketV1, std::string>;

/// Takes a packet from the front: size, field, a blank, data, a line feed.
Taken take(std::string_view& rest) {
    constexpr std::size_t shortest = 6;
    std::size_t size = 0;
    if (rest.size() < shortest)
        return tl::unexpected<std::string>("packet too short");
    for (const char c : rest.substr(0, size_digits))
        if (!is_lower_hex(c))
            return tl::unexpected<std::string>("cannot parse size");
    (void)std::from_chars(rest.data(), rest.data() + size_digits, size, 16);
    if (size > rest.size())
        return tl::unexpected<std::string>("packet size too big");
    if (size < size_digits)
        return tl::unexpected<std::string>("packet size too small");
    const auto packet = rest.substr(size_digits, size - size_digits);
    rest.remove_prefix(size);
    const auto blank = packet.find(' ');
    if (blank == std::string_view::npos || blank == 0)
        return tl::unexpected<std::string>("cannot parse field name");
    if (packet.back() != '\n')
        return tl::unexpected<std::string>("no terminating newline found");
    return PacketV1{packet.substr(0, blank), packet.substr(blank + 1, packet.size() - blank - 2)};
}

/// Takes packets up to the signature. What is wrong, or nothing.
std::optional<std::string> why_malformed(std::string_view rest) {
    for (const std::string_view field : {"location", "identifier"}) {
        const auto packet = take(rest);
        if (!packet)
            return packet.error();
        if (packet->field != field)
            return "unexpected field " + go_quote(packet->field) + "; expected " + std::string(field);
    }
    bool has_verification_id = false;
    bool has_location = false;
    while (true) {
        const auto packet = take(rest);
        if (!packet)
            return packet.error();
        if (packet->field == "signature") {
            if (packet->data.size() != size_of_signature)
                return "signature has unexpected length " + std::to_string(packet->data.size());
            return std::nullopt;
        }
        if (packet->field == "cid") {
            has_verification_id = has_location = false;
        } else if (packet->field == "vid") {
            if (has_verification_id)
                return R"(repeated field "vid" in caveat)";
            has_verification_id = true;
        } else if (packet->field == "cl") {
            if (has_location)
                return R"(repeated field "location" in caveat)";
            has_location = !packet->data.empty();
        } else {
            return "unexpected field " + go_quote(packet->field);
        }
    }
}

} // namespace

bool begins_as_macaroon_v1(std::string_view bytes) {
    return !bytes.empty() && is_lower_hex(bytes.front());
}

std::string why_no_macaroon_v1(std::string_view bytes) {
    if (const auto reason = why_malformed(bytes))
        return "unmarshal v1: " + *reason;
    return "unknown macaroon version: v1";
}

} // namespace lndapi
