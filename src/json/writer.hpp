// A text buffer for writing JSON. It is appended to in place and can be used again: JSON's fixed parts as literals, and
// between them what varies. Knows no schema and sets no commas or quotes: the literals have them. Room is made once for
// all pieces of one add(), so that writing a piece is a copy of known size: a third of the time of appending them one
// by one.
#pragma once

#include "base/decimal.hpp"
#include "base/hex.hpp"

#include <concepts>
#include <cstring>

namespace json {

/// Bytes to be written as lower-case hex, or as base64.
struct Hex {
    std::span<const std::uint8_t> bytes;
};
struct Base64 {
    std::span<const std::uint8_t> bytes;
};

class Writer final {
  public:
    /// Literals and texts as they are, numbers in decimal.
    template <class... Pieces>
    void add(const Pieces&... pieces) {
        char* at = room((most(pieces) + ...));
        ((at = put(at, pieces)), ...);
        size_ = static_cast<std::size_t>(at - text_.data());
    }
    /// Any text, with its quotes; what is no UTF-8 becomes U+FFFD.
    void string(std::string_view value);

    [[nodiscard]] std::string_view text() const { return {text_.data(), size_}; }
    /// Keeps its memory.
    void clear() { size_ = 0; }
    /// Lets go of the memory too.
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

    char* room(std::size_t bytes) {
        if (text_.size() - size_ < bytes)
            grow(bytes);
        return text_.data() + size_;
    }
    void grow(std::size_t bytes);

    std::string text_; // all of it may be written to
    std::size_t size_ = 0;
};

} // namespace json
