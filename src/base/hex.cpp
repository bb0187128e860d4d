#include "base/hex.hpp"

#include <sodium.h>

namespace base {

std::string to_hex(std::span<const std::uint8_t> bytes) {
    std::string text(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
    text.pop_back(); // libsodium insists on writing the terminator
    return text;
}

bool from_hex(std::string_view text, std::span<std::uint8_t> out) {
    if (text.size() != out.size() * 2)
        return false;
    if (out.empty()) // has no address to give to libsodium
        return true;
    std::size_t written = 0;
    const char* end = nullptr;
    const int rc = sodium_hex2bin(out.data(), out.size(), text.data(), text.size(), nullptr, &written, &end);
    return rc == 0 && written == out.size() && end == text.data() + text.size();
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
    const auto variant = sodium_base64_VARIANT_ORIGINAL;
    std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
    sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), variant);
    text.pop_back();
    return text;
}

} // namespace base
