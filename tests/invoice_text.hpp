// Writes invoices for the tests, the stand-in node and the benchmarks. Independent of src/bolt, so that no reader is
// tested with its own code. Signatures are zeros.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace invoice_text {

using Octets = std::vector<std::uint8_t>;
using Bytes = std::span<const std::uint8_t>;

/// Numbers of five bits.
using Groups = std::vector<std::uint8_t>;

inline constexpr std::string_view alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Zero bits fill the last group.
inline Groups groups(Bytes bytes) {
    Groups out;
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        if (bit % 5 == 0)
            out.push_back(0);
        const auto set = bytes[bit / 8] >> (7 - bit % 8) & 1;
        out.back() = static_cast<std::uint8_t>(out.back() | set << (4 - bit % 5));
    }
    return out;
}

/// Big endian, `size` groups.
inline Groups number(std::uint64_t value, std::size_t size) {
    Groups out(size);
    for (auto at = out.rbegin(); at != out.rend(); ++at, value >>= 5)
        *at = value & 31;
    return out;
}

/// Of BIP 173. `groups` ends with six zeros, whose place it takes.
inline std::uint32_t checksum(std::string_view prefix, const Groups& groups) {
    std::vector<std::uint32_t> all;
    for (const char c : prefix)
        all.push_back(static_cast<std::uint32_t>(c) / 32);
    all.push_back(0);
    for (const char c : prefix)
        all.push_back(static_cast<std::uint32_t>(c) % 32);
    all.insert(all.end(), groups.begin(), groups.end());
    constexpr std::array<std::uint32_t, 5> generators{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    std::uint64_t sum = 1;
    for (const auto group : all) {
        sum = sum * 32 ^ group;
        for (std::size_t i = 0; i < generators.size(); ++i)
            if ((sum >> (30 + i) & 1) != 0)
                sum ^= generators[i];
        sum &= 0x3fff'ffff;
    }
    return static_cast<std::uint32_t>(sum ^ 1);
}

inline std::string bech32(std::string_view prefix, const Groups& groups, bool with_checksum = true) {
    auto all = groups;
    if (with_checksum) {
        all.insert(all.end(), 6, 0);
        const auto sum = number(checksum(prefix, all), 6);
        all.resize(groups.size());
        all.insert(all.end(), sum.begin(), sum.end());
    }
    std::string text = std::string(prefix) + "1";
    for (const auto group : all)
        text += alphabet[group];
    return text;
}

/// A tagged field of BOLT 11.
struct Field {
    char tag;
    Groups data;
};

/// `prefix`: with the amount, such as `lnbcrt20u`.
inline std::string bolt11(std::string_view prefix, const std::vector<Field>& fields, std::uint64_t timestamp = 0) {
    auto all = number(timestamp, 7);
    for (const auto& field : fields) {
        all.push_back(static_cast<std::uint8_t>(alphabet.find(field.tag)));
        const auto size = number(field.data.size(), 2);
        all.insert(all.end(), size.begin(), size.end());
        all.insert(all.end(), field.data.begin(), field.data.end());
    }
    all.insert(all.end(), 104, 0);
    return bech32(prefix, all);
}

inline Bytes bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The longest description that a field can hold, in bytes: 1023 groups.
inline constexpr std::size_t longest_description = 639;

/// As a node on regtest makes it. Without amount: any.
inline std::string bolt11(Bytes hash, std::optional<std::uint64_t> msat, Bytes secret, std::uint64_t timestamp = 0,
                          std::string_view description = {}) {
    const std::string prefix = msat ? "lnbcrt" + std::to_string(*msat) + "0p" : "lnbcrt";
    return bolt11(
        prefix,
        {{'p', groups(hash)}, {'s', groups(secret)}, {'d', groups(bytes(description.substr(0, longest_description)))}},
        timestamp);
}

/// A TLV; type and length below 253.
inline Octets tlv(std::uint8_t type, Bytes value) {
    Octets out{type, static_cast<std::uint8_t>(value.size())};
    out.insert(out.end(), value.begin(), value.end());
    return out;
}

/// The fewest bytes.
inline Octets truncated(std::uint64_t value) {
    Octets out;
    for (; value > 0; value >>= 8)
        out.insert(out.begin(), static_cast<std::uint8_t>(value));
    return out;
}

/// At most 252 bytes of the description.
inline std::string bolt12(Bytes hash, std::uint64_t msat, std::uint64_t created_at = 0,
                          std::string_view description = {}) {
    Octets all;
    const auto add = [&](std::uint8_t type, const Octets& value) {
        const auto field = tlv(type, value);
        all.insert(all.end(), field.begin(), field.end());
    };
    Octets key(33, 2);
    add(0, Octets(16, 1));
    if (const auto text = bytes(description.substr(0, 252)); !text.empty())
        add(10, {text.begin(), text.end()});
    add(160, key);
    add(162, Octets(30, 0));
    add(164, truncated(created_at));
    add(168, {hash.begin(), hash.end()});
    add(170, truncated(msat));
    add(176, key);
    add(240, Octets(64, 3));
    return bech32("lni", groups(all), false);
}

} // namespace invoice_text
