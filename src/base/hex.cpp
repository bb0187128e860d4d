#include "base/hex.hpp"

#include <array>
#include <cstring>

namespace base {

namespace {

constexpr std::string_view digits = "0123456789abcdef";
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

using Pair = std::array<char, 2>;

/// Every two characters of the alphabet, in their order.
template <std::size_t N>
constexpr std::array<Pair, N * N> pairs_of(std::string_view characters) {
    std::array<Pair, N * N> pairs{};
    for (std::size_t i = 0; i < pairs.size(); ++i)
        pairs[i] = {characters[i / N], characters[i % N]};
    return pairs;
}

constexpr auto hex_pairs = pairs_of<16>(digits);      // one per byte
constexpr auto base64_pairs = pairs_of<64>(alphabet); // one per 12 bits: half as many look-ups as with 6

char* put(char* at, const Pair& pair) {
    std::memcpy(at, pair.data(), pair.size());
    return at + pair.size();
}

/// Reads N bytes from 2 × N hex digits of either case; false if a character is not a digit. No branches or tables, so
/// that the compiler can vectorise it.
template <std::size_t N>
bool read_hex(const char* text, std::uint8_t* bytes) {
    std::array<std::uint8_t, 2 * N> values{};
    std::uint8_t foreign = 0; // not bool: a type of another width would not be vectorised
    for (std::size_t i = 0; i < values.size(); ++i) {
        constexpr unsigned to_lower = 0x20;
        const auto c = static_cast<std::uint8_t>(text[i]);
        const auto figure = static_cast<std::uint8_t>(c - '0'); // wraps when below
        const auto letter = static_cast<std::uint8_t>((c | to_lower) - 'a');
        const bool is_figure = figure < 10;
        const bool is_letter = letter < 6;
        values[i] = is_figure ? figure : static_cast<std::uint8_t>(letter + 10);
        foreign |= static_cast<std::uint8_t>(!(is_figure || is_letter));
    }
    for (std::size_t i = 0; i < N; ++i)
        bytes[i] = static_cast<std::uint8_t>(values[2 * i] << 4 | values[2 * i + 1]);
    return foreign == 0;
}

} // namespace

char* write_hex(char* at, std::span<const std::uint8_t> bytes) {
    for (const auto byte : bytes)
        at = put(at, hex_pairs[byte]);
    return at;
}

char* write_base64(char* at, std::span<const std::uint8_t> bytes) {
    while (bytes.size() >= 3) {
        const std::uint32_t bits = static_cast<std::uint32_t>(bytes[0] << 16 | bytes[1] << 8 | bytes[2]);
        at = put(put(at, base64_pairs[bits >> 12]), base64_pairs[bits & 0xFFF]);
        bytes = bytes.subspan(3);
    }
    if (bytes.empty())
        return at;
    const bool two = bytes.size() == 2;
    const std::uint32_t bits = static_cast<std::uint32_t>(bytes[0] << 16 | (two ? bytes[1] << 8 : 0));
    at = put(at, base64_pairs[bits >> 12]);
    return put(at, {two ? alphabet[bits >> 6 & 63] : '=', '='});
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
    std::string text(hex_size(bytes.size()), '\0');
    (void)write_hex(text.data(), bytes);
    return text;
}

bool from_hex(std::string_view text, std::span<std::uint8_t> out) {
    constexpr std::size_t block = 32; // a hash; a node id is one byte longer
    if (text.size() != hex_size(out.size()))
        return false;
    const char* at = text.data();
    bool good = true;
    for (; out.size() >= block; out = out.subspan(block), at += 2 * block)
        good &= read_hex<block>(at, out.data());
    for (auto& byte : out) {
        good &= read_hex<1>(at, &byte);
        at += 2;
    }
    return good;
}

std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text) {
    if (text.size() % 2 != 0)
        return std::nullopt;
    std::vector<std::uint8_t> bytes(text.size() / 2);
    if (!from_hex(text, bytes))
        return std::nullopt;
    return bytes;
}

std::string to_base64(std::span<const std::uint8_t> bytes) {
    std::string text(base64_size(bytes.size()), '\0');
    (void)write_base64(text.data(), bytes);
    return text;
}

} // namespace base
