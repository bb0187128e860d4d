// Finds where JSON values end, without building them. Checks brackets and strings only; the decoder judges the
// contents. Iterative, so deep nesting needs no stack.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace json {

[[nodiscard]] constexpr bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

[[nodiscard]] std::size_t skip_space(std::string_view text, std::size_t at);

/// `at` is at an opening quote. Returns the position after the closing quote, or nothing.
[[nodiscard]] std::optional<std::size_t> skip_string(std::string_view text, std::size_t at);

/// The text between the quotes of the string that begins at `at`, if it is of ASCII without control characters and
/// escapes; else nothing.
[[nodiscard]] std::optional<std::string_view> plain_string(std::string_view text, std::size_t at);

/// `at` is at the first character of a value of any kind. Returns the position after the value, or nothing.
[[nodiscard]] std::optional<std::size_t> skip_value(std::string_view text, std::size_t at);

/// The members of one object in their order, as raw text. `key` is the raw key with its quotes.
class ObjectScanner final {
  public:
    struct Member {
        std::string_view key;
        std::string_view value;
    };
    /// `object` begins at the opening brace. `known`: a value inside it whose end is already known; may be empty.
    explicit ObjectScanner(std::string_view object, std::string_view known = {}) : text_(object), known_(known) {}

    /// Nothing at the end and on malformed text: ok() is false in the second case.
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
