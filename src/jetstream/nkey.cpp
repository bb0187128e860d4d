#include "jetstream/nkey.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace jetstream {

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; // RFC 4648, without padding
constexpr std::uint8_t seed_prefix = 18U << 3U;                           // the letter S
constexpr std::uint8_t user_prefix = 20U << 3U;                           // the letter U
constexpr std::size_t seed_characters = 58; // two prefixes of five bits in two bytes, 32 bytes of key, checksum

std::string base32(const Bytes& bytes) {
    std::string text;
    unsigned waiting = 0;
    unsigned bits = 0;
    for (const auto byte : bytes) {
        waiting = (waiting << 8U) | byte;
        for (bits += 8; bits >= 5; bits -= 5)
            text += alphabet[(waiting >> (bits - 5)) & 31U];
        waiting &= (1U << bits) - 1;
    }
    if (bits > 0)
        text += alphabet[(waiting << (5 - bits)) & 31U];
    return text;
}

std::optional<Bytes> from_base32(std::string_view text) {
    Bytes bytes;
    bytes.reserve(text.size()); // a copy of a secret would stay in freed memory
    unsigned waiting = 0;
    unsigned bits = 0;
    for (const char c : text) {
        const auto value = alphabet.find(c);
        if (value == std::string_view::npos)
            return std::nullopt;
        waiting = (waiting << 5U) | static_cast<unsigned>(value);
        if (bits += 5; bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<std::uint8_t>(waiting >> bits));
            waiting &= (1U << bits) - 1;
        }
    }
    return bytes;
}

// CRC-16/XMODEM, as in crc16.go of nkeys.
std::uint16_t checksum(const std::uint8_t* bytes, std::size_t size) {
    unsigned crc = 0;
    for (std::size_t i = 0; i < size; ++i) {
        crc ^= static_cast<unsigned>(bytes[i]) << 8U;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc & 0x8000U) != 0 ? (crc << 1U) ^ 0x1021U : crc << 1U;
        crc &= 0xffffU;
    }
    return static_cast<std::uint16_t>(crc);
}

tl::expected<Bytes, std::string> public_bytes(const std::uint8_t* key) {
    Bytes bytes(32);
    std::size_t size = bytes.size();
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pair(
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, key, 32), &EVP_PKEY_free);
    if (!pair || EVP_PKEY_get_raw_public_key(pair.get(), bytes.data(), &size) != 1 || size != bytes.size())
        return tl::unexpected<std::string>("OpenSSL cannot use it");
    return bytes;
}

tl::expected<Bytes, std::string> public_bytes_of_seed(const Bytes& raw) {
    if (raw.size() != 36)
        return tl::unexpected<std::string>("it is not a seed");
    if (checksum(raw.data(), 34) != (raw[34] | raw[35] << 8))
        return tl::unexpected<std::string>("its checksum is wrong");
    if ((raw[0] & 0xf8U) != seed_prefix)
        return tl::unexpected<std::string>("it is not a seed");
    if ((((raw[0] & 7U) << 5U) | (raw[1] >> 3U)) != user_prefix)
        return tl::unexpected<std::string>("it is not the seed of a user");
    return public_bytes(raw.data() + 2);
}

} // namespace

std::optional<std::string> find_seed(std::string_view file) {
    while (!file.empty()) {
        const auto end = file.find('\n');
        auto line = file.substr(0, end);
        file.remove_prefix(end == std::string_view::npos ? file.size() : end + 1);
        constexpr std::string_view blank = " \t\r";
        const auto first = line.find_first_not_of(blank);
        if (first == std::string_view::npos)
            continue;
        line = line.substr(first, line.find_last_not_of(blank) - first + 1);
        if (line.size() == seed_characters && line.front() == 'S')
            return std::string(line);
    }
    return std::nullopt;
}

tl::expected<std::string, std::string> user_public_key(const std::string& seed) {
    auto raw = from_base32(seed);
    if (!raw)
        return tl::unexpected<std::string>("it is not a seed");
    const auto key = public_bytes_of_seed(*raw);
    OPENSSL_cleanse(raw->data(), raw->size());
    if (!key)
        return tl::unexpected(key.error());
    Bytes text{user_prefix};
    text.insert(text.end(), key->begin(), key->end());
    const auto crc = checksum(text.data(), text.size());
    text.push_back(static_cast<std::uint8_t>(crc & 0xffU));
    text.push_back(static_cast<std::uint8_t>(crc >> 8U));
    return base32(text);
}

} // namespace jetstream
