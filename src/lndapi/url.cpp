#include "lndapi/url.hpp"

#include "base/hex.hpp"
#include "lndapi/go_quote.hpp"

#include <algorithm>
#include <array>

namespace lndapi {

namespace {

constexpr std::size_t escape_size = 3; // %41

/// The text, or the malformed escape.
tl::expected<std::string, std::string_view> unescape(std::string_view text, bool plus_is_blank) {
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '+' && plus_is_blank) {
            plain.push_back(' ');
        } else if (text[at] != '%') {
            plain.push_back(text[at]);
        } else {
            std::uint8_t byte = 0;
            const auto escape = text.substr(at, escape_size);
            if (escape.size() < escape_size || !base::from_hex(escape.substr(1), {&byte, 1}))
                return tl::unexpected(escape);
            plain.push_back(static_cast<char>(byte));
            at += escape_size - 1;
        }
    }
    return plain;
}

std::string invalid_escape(std::string_view escape) {
    return "invalid URL escape " + go_quote(escape);
}

} // namespace

std::optional<std::string> read_path(std::string_view path) {
    auto plain = unescape(path, false);
    return plain ? std::optional(*std::move(plain)) : std::nullopt;
}

tl::expected<QueryFields, std::string> read_query(std::string_view query) {
    if (query.find(';') != std::string_view::npos) // before other errors, wherever it is
        return tl::unexpected<std::string>("invalid semicolon separator in query");
    QueryFields fields;
    while (!query.empty()) {
        const auto field = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(field.size() + 1, query.size()));
        if (field.empty())
            continue;
        const auto equals = std::min(field.find('='), field.size());
        auto name = unescape(field.substr(0, equals), true);
        if (!name)
            return tl::unexpected(invalid_escape(name.error()));
        auto value = unescape(field.substr(std::min(equals + 1, field.size())), true);
        if (!value)
            return tl::unexpected(invalid_escape(value.error()));
        fields.emplace_back(*std::move(name), *std::move(value));
    }
    return fields;
}

tl::expected<bool, std::string> read_go_bool(std::string_view text) {
    constexpr std::array<std::string_view, 6> yes{"1", "t", "T", "TRUE", "true", "True"};
    constexpr std::array<std::string_view, 6> no{"0", "f", "F", "FALSE", "false", "False"};
    if (std::find(yes.begin(), yes.end(), text) != yes.end())
        return true;
    if (std::find(no.begin(), no.end(), text) != no.end())
        return false;
    return tl::unexpected("strconv.ParseBool: parsing " + go_quote(text) + ": invalid syntax");
}

/// Go stops at the first byte that is no digit, or where the number becomes too great: that decides which error it is.
tl::expected<std::uint64_t, std::string> read_go_uint64(std::string_view text) {
    const auto refused = [&](const char* why) {
        return tl::unexpected("strconv.ParseUint: parsing " + go_quote(text) + ": " + why);
    };
    std::uint64_t number = 0;
    for (const char c : text) {
        if (c < '0' || c > '9')
            return refused("invalid syntax");
        const auto digit = static_cast<std::uint64_t>(c - '0');
        if (number > (UINT64_MAX - digit) / 10)
            return refused("value out of range");
        number = number * 10 + digit;
    }
    if (text.empty())
        return refused("invalid syntax");
    return number;
}

} // namespace lndapi
