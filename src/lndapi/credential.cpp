#include "lndapi/credential.hpp"

#include "base/hex.hpp"
#include "lndapi/macaroon.hpp"
#include "wire/base64.hpp"

#include <algorithm>
#include <charconv>

namespace lndapi {

namespace {

constexpr std::size_t authcode_bytes = 32;
constexpr std::size_t longest_rune = 4096; // lightningd's own runes have some hundreds

bool is_rune_bytes(std::string_view bytes) {
    if (bytes.size() < authcode_bytes)
        return false;
    const auto restrictions = bytes.substr(authcode_bytes);
    return std::none_of(restrictions.begin(), restrictions.end(),
                        [](char c) { return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F; });
}

std::optional<std::string> bytes_of_rune(std::string_view text) {
    const bool has_line_feed = text.find_first_of("\r\n") != std::string_view::npos; // from_base64 ignores them
    if (text.size() > longest_rune || has_line_feed)
        return std::nullopt;
    std::string padded(text); // lightningd takes runes without padding too
    while (padded.size() % 4 != 0)
        padded.push_back('=');
    auto bytes = wire::from_base64(padded, wire::Base64Alphabet::url);
    return bytes ? std::optional(*std::move(bytes)) : std::nullopt;
}

/// `N` of a restriction that is `time<N` alone.
std::optional<std::chrono::sys_seconds> time_limit(std::string_view restriction) {
    constexpr std::string_view time = "time<";
    if (!restriction.starts_with(time))
        return std::nullopt;
    const auto digits = restriction.substr(time.size());
    const auto* const end = digits.data() + digits.size();
    std::uint32_t seconds = 0; // until 2106; a later limit, a sign or another alternative is none
    const auto [at, error] = std::from_chars(digits.data(), end, seconds);
    if (error != std::errc{} || at != end)
        return std::nullopt;
    return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

std::string to_base64url(std::string_view bytes) {
    auto text = base::to_base64({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    return text;
}

bool is_hex_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Go's name for a byte as a character (fmt, %#U): `U+007A 'z'`; without the character if it is not printable.
std::string go_character(char c) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto byte = static_cast<std::uint8_t>(c);
    std::string text = "U+00";
    text.append({digits[byte >> 4], digits[byte & 0xF]});
    if (byte >= 0x20 && byte < 0x7F)
        return text.append(" '").append({c, '\''});
    if (byte > 0xA0 && byte != 0xAD) // in UTF-8
        text.append(" '").append({static_cast<char>(0xC0 | byte >> 6), static_cast<char>(0x80 | (byte & 0x3F)), '\''});
    return text;
}

std::optional<std::string> from_hex(std::string_view text) {
    std::string bytes(text.size() / 2, '\0');
    if (text.size() % 2 != 0 || !base::from_hex(text, {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()}))
        return std::nullopt;
    return bytes;
}

std::string lower(std::string_view text) {
    std::string lowered(text);
    std::transform(lowered.begin(), lowered.end(), lowered.begin(),
                   [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
    return lowered;
}

/// The bytes of a rune and not of anything else: 32 bytes of a hash are never all printable, which JSON, base64, hex
/// and version 1 of macaroons are; nor do they begin as a macaroon of LND.
bool is_surely_rune_bytes(std::string_view bytes) {
    constexpr std::string_view macaroon_of_lnd = "\x02\x01\x03lnd\x02";
    return bytes.size() <= longest_rune / 4 * 3 && is_rune_bytes(bytes) && !bytes.starts_with(macaroon_of_lnd) &&
           !std::all_of(bytes.begin(), bytes.begin() + authcode_bytes, [](char c) { return c >= 0x20 && c < 0x7F; });
}

tl::expected<Credential, std::string> of_macaroon(Macaroon macaroon) {
    if (macaroon.id.empty() || macaroon.id.front() != '\x03')
        return tl::unexpected<std::string>("invalid ID");
    const auto id = read_macaroon_id(macaroon.id);
    if (!id)
        return tl::unexpected<std::string>(
            "cannot retrieve macaroon: cannot unmarshal macaroon id: proto: cannot parse "
            "invalid wire-format data");
    if (looks_like_rune(id->storage_id))
        return Credential{id->storage_id, std::move(macaroon.caveats)};
    if (id->ops.empty() || id->ops.front().actions.empty())
        return tl::unexpected<std::string>("cannot retrieve macaroon: no operations found in macaroon");
    // of another node, or of LND
    return tl::unexpected<std::string>("verification failed: signature mismatch after caveat verification");
}

} // namespace

bool looks_like_rune(std::string_view text) {
    const auto bytes = bytes_of_rune(text);
    return bytes && is_rune_bytes(*bytes);
}

std::optional<std::chrono::sys_seconds> rune_end(std::string_view rune) {
    const auto bytes = bytes_of_rune(rune);
    std::optional<std::chrono::sys_seconds> first;
    if (!bytes || bytes->size() < authcode_bytes)
        return first;
    const auto restrictions = std::string_view(*bytes).substr(authcode_bytes);
    for (std::size_t begin = 0; begin < restrictions.size();) {
        auto end = begin;
        while (end < restrictions.size() && restrictions[end] != '&')
            end += restrictions[end] == '\\' ? 2 : 1; // an escaped `&` is a part of a value
        end = std::min(end, restrictions.size());
        const auto limit = time_limit(restrictions.substr(begin, end - begin));
        if (limit && (!first || *limit < *first))
            first = limit;
        begin = end + 1;
    }
    return first;
}

bool is_rationed(std::string_view rune) {
    const auto bytes = bytes_of_rune(rune);
    return bytes && (bytes->find("rate=", authcode_bytes) != std::string::npos ||
                     bytes->find("per=", authcode_bytes) != std::string::npos);
}

tl::expected<Credential, std::string> read_credential(std::string_view value) {
    const auto bytes = from_hex(lower(value));
    if (!bytes) {
        if (looks_like_rune(value))
            return Credential{std::string(value), {}};
        const auto bad = std::find_if_not(value.begin(), value.end(), is_hex_digit);
        if (bad != value.end())
            return tl::unexpected("encoding/hex: invalid byte: " + go_character(*bad));
        return tl::unexpected<std::string>("encoding/hex: odd length hex string");
    }
    auto macaroon = read_macaroon(*bytes);
    if (macaroon)
        return of_macaroon(*std::move(macaroon));
    std::string_view text = *bytes;
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) // a file ends so
        text.remove_suffix(1);
    if (looks_like_rune(text))
        return Credential{std::string(text), {}};
    if (is_surely_rune_bytes(*bytes))
        return Credential{to_base64url(*bytes), {}};
    return tl::unexpected(std::move(macaroon.error()));
}

} // namespace lndapi
