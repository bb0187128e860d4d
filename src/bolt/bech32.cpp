#include "bolt/bech32.hpp"

#include <algorithm>
#include <array>

namespace bolt {

namespace {

constexpr std::string_view alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t checksum_size = 6;
constexpr std::uint8_t no_group = 32;

constexpr std::array<std::uint8_t, 256> groups_by_character() {
    std::array<std::uint8_t, 256> table{};
    table.fill(no_group);
    for (std::size_t group = 0; group < alphabet.size(); ++group) {
        const auto letter = static_cast<unsigned char>(alphabet[group]);
        table[letter] = static_cast<std::uint8_t>(group);
        if (letter >= 'a')
            table[letter - 'a' + 'A'] = static_cast<std::uint8_t>(group);
    }
    return table;
}

/// The group of each character, of either case.
constexpr auto groups_of = groups_by_character();

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

bool mixes_cases(std::string_view text) {
    bool upper = false;
    bool lower = false;
    for (const char c : text) {
        upper |= is_upper(c);
        lower |= is_lower(c);
    }
    return upper && lower;
}

std::string to_lower(std::string_view text) {
    std::string lower(text);
    for (char& c : lower)
        if (is_upper(c))
            c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

constexpr std::array<std::uint32_t, 32> feedback_of_top_bits() {
    constexpr std::array<std::uint32_t, 5> generators{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    std::array<std::uint32_t, 32> table{};
    for (std::size_t top = 0; top < table.size(); ++top)
        for (std::size_t bit = 0; bit < generators.size(); ++bit)
            if ((top >> bit & 1) != 0)
                table[top] ^= generators[bit];
    return table;
}

/// What the five bits that leave the checksum add to it (BIP 173, bech32_polymod).
constexpr auto feedback = feedback_of_top_bits();

/// The checksum so far, then one group more.
std::uint32_t add(std::uint32_t sum, std::uint32_t group) {
    return (sum & 0x1ffffff) << 5 ^ group ^ feedback[sum >> 25];
}

bool has_checksum(const Bech32& bech32) {
    std::uint32_t sum = 1;
    for (const char c : bech32.prefix)
        sum = add(sum, static_cast<unsigned char>(c) >> 5);
    sum = add(sum, 0);
    for (const char c : bech32.prefix)
        sum = add(sum, static_cast<unsigned char>(c) & 31);
    for (const auto group : bech32.groups)
        sum = add(sum, group);
    return sum == 1;
}

tl::expected<Bech32, Error> split(std::string_view text) {
    const auto separator = text.rfind('1');
    if (separator == std::string_view::npos || separator == 0)
        return tl::unexpected(Error{"no prefix", 0});
    for (std::size_t at = 0; at < separator; ++at)
        if (text[at] < 33 || text[at] > 126)
            return tl::unexpected(Error{"a prefix with other than printable characters", at});
    if (mixes_cases(text))
        return tl::unexpected(Error{"upper and lower case", 0});
    const auto data = text.substr(separator + 1);
    Bech32 out;
    out.groups.resize(data.size());
    std::ranges::transform(data, out.groups.begin(), [](char c) { return groups_of[static_cast<unsigned char>(c)]; });
    if (const auto wrong = std::ranges::find(out.groups, no_group); wrong != out.groups.end())
        return tl::unexpected(
            Error{"not a character of bech32", text.size() - static_cast<std::size_t>(out.groups.end() - wrong)});
    out.prefix = to_lower(text.substr(0, separator));
    return out;
}

} // namespace

tl::expected<Bech32, Error> decode_bech32(std::string_view text) {
    auto bech32 = split(text);
    if (!bech32)
        return bech32;
    if (bech32->groups.size() < checksum_size || !has_checksum(*bech32))
        return tl::unexpected(Error{"not its checksum", text.size()});
    bech32->groups.resize(bech32->groups.size() - checksum_size);
    return bech32;
}

tl::expected<Bech32, Error> decode_bech32_without_checksum(std::string_view text) {
    if (text.find('+') == std::string_view::npos)
        return split(text);
    std::string joined;
    joined.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '+') {
            joined += text[at];
            continue;
        }
        const auto next = text.find_first_not_of(' ', at + 1);
        if (at == 0 || next == std::string_view::npos || text[next] == '+')
            return tl::unexpected(Error{"nothing to join", at});
        at = next - 1;
    }
    return split(joined);
}

std::optional<std::vector<std::uint8_t>> octets(std::span<const std::uint8_t> groups) {
    if (groups.size() * 5 % 8 >= 5)
        return std::nullopt;
    std::vector<std::uint8_t> out;
    out.reserve(groups.size() * 5 / 8);
    std::uint32_t bits = 0; // the lowest `count` of them are not written yet
    unsigned count = 0;
    for (const auto group : groups) {
        bits = (bits << 5 | group) & 0xfff;
        count += 5;
        if (count >= 8) {
            count -= 8;
            out.push_back(static_cast<std::uint8_t>(bits >> count));
        }
    }
    if ((bits & ((1U << count) - 1)) != 0)
        return std::nullopt;
    return out;
}

} // namespace bolt
