// Finds where JSON values end without building them. Strict about brackets and strings, blind to everything else: what
// is inside is judged by whoever decodes it. Iterative, so depth costs nothing.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace json {

[[nodiscard]] constexpr bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

[[nodiscard]] std::size_t skip_space(std::string_view text, std::size_t at);

/// `at` is at an opening quote; the position behind the closing one, or nothing.
[[nodiscard]] std::optional<std::size_t> skip_string(std::string_view text, std::size_t at);

/// `at` is at the first character of a value of any kind; the position behind it, or nothing.
[[nodiscard]] std::optional<std::size_t> skip_value(std::string_view text, std::size_t at);

/// The members of one object, one after the other, as raw text. `key` is the raw key with its quotes.
class ObjectScanner final {
  public:
    struct Member {
        std::string_view key;
        std::string_view value;
    };
    /// `object` begins at the opening brace. `known`: a value in it whose end was found before; may be empty.
    explicit ObjectScanner(std::string_view object, std::string_view known = {}) : text_(object), known_(known) {}

    /// Nothing at the end and on malformed text: ok() tells the two apart.
    std::optional<Member> next();
    [[nodiscard]] bool ok() const { return ok_; }

  private:
    std::optional<Member> fail();
    [[nodiscard]] std::optional<std::size_t> skip(std::size_t value_at) const;

    std::string_view text_;
    std::string_view known_;
    std::size_t at_ = 0;
    bool ok_ = true;
    bool done_ = false;
};

} // namespace json
