#include "base/scid.hpp"

#include <charconv>
#include <system_error>

namespace base {

namespace {

/// Takes a decimal number off the front of `text`; nothing if there is none or it needs more than `bits` bits.
std::optional<std::uint64_t> take_number(std::string_view& text, int bits) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number >> bits != 0)
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

bool take(std::string_view& text, char expected) {
    if (text.empty() || text.front() != expected)
        return false;
    text.remove_prefix(1);
    return true;
}

std::optional<ShortChannelId> take_channel(std::string_view& text) {
    const auto block = take_number(text, 24);
    if (!block || !take(text, 'x'))
        return std::nullopt;
    const auto transaction = take_number(text, 24);
    if (!transaction || !take(text, 'x'))
        return std::nullopt;
    const auto output = take_number(text, 16);
    if (!output)
        return std::nullopt;
    return ShortChannelId{*block << 40 | *transaction << 16 | *output};
}

} // namespace

std::optional<ShortChannelId> parse_short_channel_id(std::string_view text) {
    const auto channel = take_channel(text);
    return text.empty() ? channel : std::nullopt;
}

std::optional<ChannelDirection> parse_channel_direction(std::string_view text) {
    const auto channel = take_channel(text);
    if (!channel || (text != "/0" && text != "/1"))
        return std::nullopt;
    return ChannelDirection{*channel, static_cast<std::uint8_t>(text == "/1" ? 1 : 0)};
}

} // namespace base
