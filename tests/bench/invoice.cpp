#include "invoice.hpp"

#include <array>
#include <stdexcept>

namespace bench {

namespace {

constexpr std::string_view letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"; // BIP 173
constexpr std::size_t checksum_symbols = 6;
constexpr std::size_t timestamp_symbols = 7;
constexpr std::size_t signature_symbols = 104;
constexpr std::size_t digest_symbols = 52; // 256 bits and four of padding
constexpr std::uint8_t hash_type = 1;
constexpr std::uint8_t secret_type = 16;

std::vector<std::uint8_t> symbols_of(std::string_view text) {
    std::vector<std::uint8_t> symbols;
    for (const char letter : text)
        symbols.push_back(static_cast<std::uint8_t>(letters.find(letter)));
    return symbols;
}

/// Where the symbols of the tagged field begin (BOLT 11, "Tagged Fields").
std::size_t find_digest(const std::vector<std::uint8_t>& symbols, std::uint8_t type) {
    for (std::size_t at = timestamp_symbols; at + 3 + signature_symbols < symbols.size();) {
        const std::size_t length = symbols[at + 1] * 32UL + symbols[at + 2];
        if (symbols[at] == type && length == digest_symbols)
            return at + 3;
        at += 3 + length;
    }
    throw std::runtime_error("an invoice without payment hash or secret");
}

/// BIP 173.
std::uint32_t add_symbol(std::uint32_t sum, std::uint8_t symbol) {
    constexpr std::array<std::uint32_t, 5> generators{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    const auto top = sum >> 25;
    sum = (sum & 0x1ffffff) << 5 ^ symbol;
    for (std::size_t i = 0; i < generators.size(); ++i)
        sum ^= (top >> i & 1) != 0 ? generators[i] : 0;
    return sum;
}

std::uint32_t checksum(std::string_view prefix, const std::vector<std::uint8_t>& symbols) {
    std::uint32_t sum = 1;
    for (const char letter : prefix)
        sum = add_symbol(sum, static_cast<std::uint8_t>(letter >> 5));
    sum = add_symbol(sum, 0);
    for (const char letter : prefix)
        sum = add_symbol(sum, letter & 31);
    for (const auto symbol : symbols)
        sum = add_symbol(sum, symbol);
    for (std::size_t i = 0; i < checksum_symbols; ++i)
        sum = add_symbol(sum, 0);
    return sum ^ 1;
}

unsigned nibble(char digit) {
    return static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

void put_digest(std::vector<std::uint8_t>& symbols, std::size_t at, std::string_view hex) {
    unsigned bits = 0;
    unsigned have = 0;
    for (const char digit : hex) {
        bits = bits << 4 | nibble(digit);
        for (have += 4; have >= 5; have -= 5)
            symbols[at++] = bits >> (have - 5) & 31;
    }
    symbols[at] = static_cast<std::uint8_t>(bits << (5 - have) & 31);
}

} // namespace

Invoice::Invoice(std::string_view recorded) : prefix_(recorded.substr(0, recorded.rfind('1'))) {
    symbols_ = symbols_of(recorded.substr(prefix_.size() + 1));
    symbols_.resize(symbols_.size() - checksum_symbols);
    hash_ = find_digest(symbols_, hash_type);
    secret_ = find_digest(symbols_, secret_type);
}

void Invoice::append(std::string& to, std::string_view hash, std::string_view secret) const {
    auto symbols = symbols_;
    put_digest(symbols, hash_, hash);
    put_digest(symbols, secret_, secret);
    const auto sum = checksum(prefix_, symbols);
    for (std::size_t i = 0; i < checksum_symbols; ++i)
        symbols.push_back(sum >> 5 * (checksum_symbols - 1 - i) & 31);
    to.append(prefix_).append("1");
    for (const auto symbol : symbols)
        to += letters[symbol];
}

std::string hash_in(std::string_view invoice) {
    const auto symbols = symbols_of(invoice.substr(invoice.rfind('1') + 1));
    const auto at = find_digest(symbols, hash_type);
    std::string hex;
    unsigned bits = 0;
    unsigned have = 0;
    for (std::size_t i = at; i < at + digest_symbols; ++i) {
        bits = bits << 5 | symbols[i];
        for (have += 5; have >= 4 && hex.size() < 64; have -= 4)
            hex += "0123456789abcdef"[bits >> (have - 4) & 15];
    }
    return hex;
}

} // namespace bench
