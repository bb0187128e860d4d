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

    /// next() in two steps, for a caller that reads the value where it is. First the key, or nothing as above; then
    /// either skip_value(), which gives nothing on malformed text, or take_value() with the length of the value that
    /// rest() begins with.
    std::optional<std::string_view> next_key();
    [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
    std::optional<std::string_view> skip_value();
    void take_value(std::size_t size) { at_ += size; }
    /// After the last member: bytes of the object.
    [[nodiscard]] std::size_t size() const { return at_; }

  private:
    std::nullopt_t fail();
    [[nodiscard]] std::optional<std::size_t> skip(std::size_t value_at) const;

    std::string_view text_;
    std::string_view known_;
    std::size_t at_ = 0;
    bool ok_ = true;
    bool done_ = false;
};

/// The raw value of the only member of interest. `key`: with its quotes. Empty if it is missing or the object is
/// malformed.
[[nodiscard]] std::string_view find_member(std::string_view object, std::string_view key);

/// Calls `each` with the raw elements of an array until it returns false. False if the array is malformed, or `each`
/// returned false.
template <class Each>
[[nodiscard]] bool for_each_element(std::string_view array, Each each) {
    if (!array.starts_with('['))
        return false;
    std::size_t at = skip_space(array, 1);
    if (array.substr(at) == "]")
        return true;
    while (true) {
        const auto end = skip_value(array, at);
        if (!end || !each(array.substr(at, *end - at)))
            return false;
        at = skip_space(array, *end);
        if (array.substr(at) == "]")
            return true;
        if (at >= array.size() || array[at] != ',')
            return false;
        at = skip_space(array, at + 1);
    }
}

} // namespace json
