// Hex both ways, and base64 one way.
#include "base/hex.hpp"
#include "fuzz.hpp"

#include <array>

namespace hex_target {

namespace {

std::string decoded(std::string_view base64) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    unsigned bits = 0;
    int held = 0;
    for (const char c : base64) {
        if (c == '=')
            break;
        bits = bits << 6 | static_cast<unsigned>(alphabet.find(c));
        held += 6;
        if (held >= 8) {
            held -= 8;
            out.push_back(static_cast<char>(bits >> held & 0xFF));
        }
    }
    return out;
}

} // namespace

FUZZ_TARGET(hex) {
    const auto text = fuzz::text_of(data, size);
    const std::span bytes(data, size);
    fuzz::require(base::from_hex(base::to_hex(bytes)) == std::vector(bytes.begin(), bytes.end()),
                  "hex reads back the same");
    const auto base64 = base::to_base64(bytes);
    fuzz::require(base64.size() == (size + 2) / 3 * 4 && decoded(base64) == text, "base64 reads back the same");

    const auto read = base::from_hex(text);
    const bool sound = size % 2 == 0 && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
    fuzz::require(read.has_value() == sound, "an even number of hex digits is accepted, nothing else");
    std::array<std::uint8_t, 32> fixed{};
    fuzz::require(base::from_hex(text, fixed) == (sound && size == 64), "32 bytes are 64 digits");
    return 0;
}

} // namespace hex_target
