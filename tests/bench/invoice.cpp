#include "invoice.hpp"

#include <array>
#include <stdexcept>

namespace bench {

namespace {

constexpr std::string_view letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"; // BIP 173
constexpr std::size_t checksum_words = 6;
constexpr std::size_t timestamp_words = 7;
constexpr std::size_t signature_words = 104;
constexpr std::size_t digest_words = 52; // 256 bits and four of padding
constexpr std::uint8_t hash_type = 1;
constexpr std::uint8_t secret_type = 16;

std::vector<std::uint8_t> words_of(std::string_view text) {
    std::vector<std::uint8_t> words;
    for (const char letter : text)
        words.push_back(static_cast<std::uint8_t>(letters.find(letter)));
    return words;
}

/// Where the words of the tagged field begin (BOLT 11, "Tagged Fields").
std::size_t find_digest(const std::vector<std::uint8_t>& words, std::uint8_t type) {
    for (std::size_t at = timestamp_words; at + 3 + signature_words < words.size();) {
        const std::size_t length = words[at + 1] * 32UL + words[at + 2];
        if (words[at] == type && length == digest_words)
            return at + 3;
        at += 3 + length;
    }
    throw std::runtime_error("an invoice without payment hash or secret");
}

/// BIP 173.
std::uint32_t add_word(std::uint32_t sum, std::uint8_t word) {
    constexpr std::array<std::uint32_t, 5> generators{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    const auto top = sum >> 25;
    sum = (sum & 0x1ffffff) << 5 ^ word;
    for (std::size_t i = 0; i < generators.size(); ++i)
        sum ^= (top >> i & 1) != 0 ? generators[i] : 0;
    return sum;
}

std::uint32_t checksum(std::string_view prefix, const std::vector<std::uint8_t>& words) {
    std::uint32_t sum = 1;
    for (const char letter : prefix)
        sum = add_word(sum, static_cast<std::uint8_t>(letter >> 5));
    sum = add_word(sum, 0);
    for (const char letter : prefix)
        sum = add_word(sum, letter & 31);
    for (const auto word : words)
        sum = add_word(sum, word);
    for (std::size_t i = 0; i < checksum_words; ++i)
        sum = add_word(sum, 0);
    return sum ^ 1;
}

unsigned nibble(char digit) {
    return static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

void put_digest(std::vector<std::uint8_t>& words, std::size_t at, std::string_view hex) {
    unsigned bits = 0;
    unsigned have = 0;
    for (const char digit : hex) {
        bits = bits << 4 | nibble(digit);
        for (have += 4; have >= 5; have -= 5)
            words[at++] = bits >> (have - 5) & 31;
    }
    words[at] = static_cast<std::uint8_t>(bits << (5 - have) & 31);
}

} // namespace

Invoice::Invoice(std::string_view recorded) : prefix_(recorded.substr(0, recorded.rfind('1'))) {
    words_ = words_of(recorded.substr(prefix_.size() + 1));
    words_.resize(words_.size() - checksum_words);
    hash_ = find_digest(words_, hash_type);
    secret_ = find_digest(words_, secret_type);
}

void Invoice::append(std::string& to, std::string_view hash, std::string_view secret) const {
    auto words = words_;
    put_digest(words, hash_, hash);
    put_digest(words, secret_, secret);
    const auto sum = checksum(prefix_, words);
    for (std::size_t i = 0; i < checksum_words; ++i)
        words.push_back(sum >> 5 * (checksum_words - 1 - i) & 31);
    to.append(prefix_).append("1");
    for (const auto word : words)
        to += letters[word];
}

std::string hash_in(std::string_view invoice) {
    const auto words = words_of(invoice.substr(invoice.rfind('1') + 1));
    const auto at = find_digest(words, hash_type);
    std::string hex;
    unsigned bits = 0;
    unsigned have = 0;
    for (std::size_t i = at; i < at + digest_words; ++i) {
        bits = bits << 5 | words[i];
        for (have += 5; have >= 4 && hex.size() < 64; have -= 4)
            hex += "0123456789abcdef"[bits >> (have - 4) & 15];
    }
    return hex;
}

} // namespace bench
