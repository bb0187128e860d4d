// A reusable text buffer for writing JSON: fixed parts as literals, with the values between them. Knows no schema and
// adds no commas or quotes: the literals contain them. Room is made once for all pieces of one add(), so that each
// piece is a plain copy: a third of the time of appending them one by one.
#pragma once

#include "base/decimal.hpp"
#include "base/hex.hpp"

#include <concepts>
#include <cstring>

namespace json {

/// Bytes to write as lower-case hex, or as base64.
struct Hex {
    std::span<const std::uint8_t> bytes;
};
struct Base64 {
    std::span<const std::uint8_t> bytes;
};

class Writer final {
  public:
    /// Literals and texts unchanged, numbers in decimal.
    template <class... Pieces>
    void add(const Pieces&... pieces) {
        char* at = reserve((most(pieces) + ...));
        ((at = put(at, pieces)), ...);
        size_ = static_cast<std::size_t>(at - text_.data());
    }
    /// Adds any text as a JSON string; invalid UTF-8 becomes U+FFFD.
    void string(std::string_view value);

    [[nodiscard]] std::string_view text() const { return {text_.data(), size_}; }
    /// Empties the buffer but keeps its memory.
    void clear() { size_ = 0; }
    /// Returns the text and gives up the memory.
    [[nodiscard]] std::string take();

  private:
    template <std::size_t N>
    static constexpr std::size_t most(const char (&)[N]) {
        return N - 1;
    }
    static std::size_t most(std::string_view text) { return text.size(); }
    static constexpr std::size_t most(std::integral auto) { return base::decimal_size; }
    static std::size_t most(Hex hex) { return base::hex_size(hex.bytes.size()); }
    static std::size_t most(Base64 base64) { return base::base64_size(base64.bytes.size()); }

    template <std::size_t N>
    static char* put(char* at, const char (&literal)[N]) {
        std::memcpy(at, literal, N - 1);
        return at + N - 1;
    }
    static char* put(char* at, std::string_view text) { return at + text.copy(at, text.size()); }
    static char* put(char* at, std::signed_integral auto number) {
        return base::write_decimal(at, std::int64_t{number});
    }
    static char* put(char* at, std::unsigned_integral auto number) {
        return base::write_decimal(at, std::uint64_t{number});
    }
    static char* put(char* at, Hex hex) { return base::write_hex(at, hex.bytes); }
    static char* put(char* at, Base64 base64) { return base::write_base64(at, base64.bytes); }

    char* reserve(std::size_t bytes) {
        if (text_.size() - size_ < bytes)
            grow(bytes);
        return text_.data() + size_;
    }
    void grow(std::size_t bytes);

    std::string text_; // resized in advance; only the first size_ bytes are text
    std::size_t size_ = 0;
};

} // namespace json
