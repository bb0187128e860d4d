#include "failcode.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>

namespace standin {

namespace {

struct Entry {
    std::uint16_t code;
    std::string_view name;
};

constexpr std::array table = {
    Entry{0x4001, "invalid_realm"},
    Entry{0x2002, "temporary_node_failure"},
    Entry{0x6002, "permanent_node_failure"},
    Entry{0x6003, "required_node_feature_missing"},
    Entry{0xc004, "invalid_onion_version"},
    Entry{0xc005, "invalid_onion_hmac"},
    Entry{0xc006, "invalid_onion_key"},
    Entry{0x1007, "temporary_channel_failure"},
    Entry{0x4008, "permanent_channel_failure"},
    Entry{0x4009, "required_channel_feature_missing"},
    Entry{0x400a, "unknown_next_peer"},
    Entry{0x100b, "amount_below_minimum"},
    Entry{0x100c, "fee_insufficient"},
    Entry{0x100d, "incorrect_cltv_expiry"},
    Entry{0x100e, "expiry_too_soon"},
    Entry{0x400f, "incorrect_or_unknown_payment_details"},
    Entry{0x0012, "final_incorrect_cltv_expiry"},
    Entry{0x0013, "final_incorrect_htlc_amount"},
    Entry{0x1014, "channel_disabled"},
    Entry{0x0015, "expiry_too_far"},
    Entry{0x4016, "invalid_onion_payload"},
    Entry{0x0017, "mpp_timeout"},
    Entry{0xc018, "invalid_onion_blinding"},
};

std::string hex(std::uint64_t value, int digits) {
    std::array<char, 20> text{};
    std::snprintf(text.data(), text.size(), "%0*llx", digits, static_cast<unsigned long long>(value));
    return text.data();
}

} // namespace

std::string_view failcode_name(std::uint16_t code) {
    const auto at = std::find_if(table.begin(), table.end(), [&](const Entry& e) { return e.code == code; });
    return at == table.end() ? std::string_view() : at->name;
}

std::string wire_name(std::uint16_t code) {
    const auto name = failcode_name(code);
    if (name.empty())
        return "INVALID " + std::to_string(code);
    std::string wire = "WIRE_";
    for (const char c : name)
        wire.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
    return wire;
}

std::optional<std::uint16_t> failcode_by_name(std::string_view name) {
    const auto at = std::find_if(table.begin(), table.end(), [&](const Entry& e) { return e.name == name; });
    if (at == table.end())
        return std::nullopt;
    return at->code;
}

std::string raw_failure(std::uint16_t code, std::uint64_t htlc_msat, std::uint32_t height) {
    const std::string begin = hex(code, 4);
    switch (code) {
    case 0x400f:
        return begin + hex(htlc_msat, 16) + hex(height, 8);
    case 0x1007:
    case 0x100e:
        return begin + "0000";
    case 0x100b:
    case 0x100c:
        return begin + hex(htlc_msat, 16) + "0000";
    case 0x100d:
        return begin + hex(height + 1, 8) + "0000";
    case 0x1014:
        return begin + "00000000";
    case 0x0012:
        return begin + hex(height + 1, 8);
    case 0x0013:
        return begin + hex(htlc_msat, 16);
    case 0x4016:
        return begin + "060000";
    case 0xc004:
    case 0xc005:
    case 0xc006:
    case 0xc018:
        return begin + std::string(64, '5');
    default:
        return begin;
    }
}

} // namespace standin
