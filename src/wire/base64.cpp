#include "wire/base64.hpp"

#include <array>
#include <optional>

namespace wire {

namespace {

constexpr std::uint8_t no_digit = 0xFF;

constexpr std::array<std::uint8_t, 256> digits_with(char last_but_one, char last) {
    constexpr std::string_view common = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    std::array<std::uint8_t, 256> values{};
    values.fill(no_digit);
    for (std::size_t i = 0; i < common.size(); ++i)
        values.at(static_cast<std::uint8_t>(common[i])) = static_cast<std::uint8_t>(i);
    values.at(static_cast<std::uint8_t>(last_but_one)) = 62;
    values.at(static_cast<std::uint8_t>(last)) = 63;
    return values;
}

constexpr auto standard_digits = digits_with('+', '/');
constexpr auto url_digits = digits_with('-', '_');

/// Reads four digits at a time.
class Reader final {
  public:
    Reader(std::string_view text, Base64Alphabet alphabet)
        : text_(text), digits_(alphabet == Base64Alphabet::url ? url_digits : standard_digits) {
        bytes_.reserve(text.size() / 4 * 3);
    }

    tl::expected<std::string, std::size_t> read() {
        while (!ended_) {
            std::uint32_t bits = 0;
            unsigned digits = 0;
            while (digits < 4 && !padded_) {
                skip_line_feeds();
                if (at_ == text_.size()) {
                    if (digits == 0)
                        return std::move(bytes_);
                    return tl::unexpected(at_ - digits); // padding is missing
                }
                const auto value = digits_[static_cast<std::uint8_t>(text_[at_++])];
                if (value != no_digit) {
                    bits = bits << 6 | value;
                    ++digits;
                } else if (const auto bad = padding(digits)) {
                    return tl::unexpected(*bad);
                }
            }
            append(bits, digits);
        }
        return std::move(bytes_);
    }

  private:
    void skip_line_feeds() {
        while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r'))
            ++at_;
    }

    /// After a character that is no digit: the position of an error, if it is not the right padding at the end.
    std::optional<std::size_t> padding(unsigned digits) {
        if (text_[at_ - 1] != '=' || digits < 2)
            return at_ - 1;
        if (digits == 2) {
            skip_line_feeds();
            if (at_ == text_.size())
                return at_;
            if (text_[at_] != '=')
                return at_ - 1;
            ++at_;
        }
        skip_line_feeds();
        if (at_ < text_.size())
            return at_;
        padded_ = ended_ = true;
        return std::nullopt;
    }

    void append(std::uint32_t bits, unsigned digits) {
        bits <<= 6 * (4 - digits);
        for (unsigned i = 0; i + 1 < digits; ++i)
            bytes_.push_back(static_cast<char>(bits >> (16 - 8 * i) & 0xFF));
    }

    std::string_view text_;
    const std::array<std::uint8_t, 256>& digits_;
    std::size_t at_ = 0;
    bool padded_ = false;
    bool ended_ = false;
    std::string bytes_;
};

} // namespace

tl::expected<std::string, std::size_t> from_base64(std::string_view text, Base64Alphabet alphabet) {
    return Reader(text, alphabet).read();
}

} // namespace wire
