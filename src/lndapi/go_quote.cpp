#include "lndapi/go_quote.hpp"

#include <algorithm>
#include <cstdint>

namespace lndapi {

namespace {

std::string hex_digits(std::uint32_t value, unsigned count) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (unsigned left = count; left-- > 0;)
        text.push_back(digits[value >> (4 * left) & 0xF]);
    return text;
}

struct Character {
    std::uint32_t code = 0;
    std::size_t size = 0; ///< in bytes; 0: no UTF-8
};

/// The first character of a text that is not empty. Refuses overlong forms, surrogates, and what is beyond U+10FFFF.
Character first_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    if (byte(0) < 0x80)
        return {byte(0), 1};
    const std::size_t size = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
    if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < size)
        return {};
    std::uint32_t code = byte(0) & (0x7FU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0) != 0x80)
            return {};
        code = code << 6 | (byte(i) & 0x3FU);
    }
    const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
    const bool surrogate = code >= 0xD800 && code < 0xE000;
    return overlong || surrogate || code > 0x10FFFF ? Character{} : Character{code, size};
}

std::string escaped(std::uint32_t code) {
    constexpr std::string_view plain = "\a\b\f\n\r\t\v\\\"";
    constexpr std::string_view letters = "abfnrtv\\\"";
    if (const auto at = code < 0x80 ? plain.find(static_cast<char>(code)) : plain.npos; at != plain.npos)
        return {'\\', letters[at]};
    if (code < 0x80)
        return "\\x" + hex_digits(code, 2);
    return "\\u" + hex_digits(code, 4);
}

bool is_printable(std::uint32_t code) {
    constexpr std::uint32_t soft_hyphen = 0xAD;
    return (code >= 0x20 && code < 0x7F) || (code > 0xA0 && code != soft_hyphen);
}

} // namespace

std::string go_quote(std::string_view text) {
    std::string quoted = "\"";
    while (!text.empty()) {
        const auto character = first_character(text);
        if (character.size == 0)
            quoted.append("\\x").append(hex_digits(static_cast<std::uint8_t>(text.front()), 2));
        else if (character.code == '"' || character.code == '\\' || !is_printable(character.code))
            quoted.append(escaped(character.code));
        else
            quoted.append(text.substr(0, character.size));
        text.remove_prefix(std::max<std::size_t>(character.size, 1));
    }
    return quoted.append("\"");
}

} // namespace lndapi
