#include "lndapi/go_time.hpp"

#include <algorithm>
#include <optional>

namespace lndapi {

namespace {

using namespace std::chrono;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// The time package's own form of quoting.
std::string quoted(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<std::uint8_t>(c);
        if (byte < 0x20 || byte >= 0x80) {
            out.append({'\\', 'x', digits[byte >> 4], digits[byte & 0xF]});
            continue;
        }
        if (c == '"' || c == '\\')
            out.push_back('\\');
        out.push_back(c);
    }
    return out.append("\"");
}

/// Reads element after element of the layout. Keeps the first error; later elements are 0 then.
class Elements final {
  public:
    explicit Elements(std::string_view text) : text_(text), rest_(text) {}

    void literal(std::string_view text) {
        if (error_)
            return;
        if (rest_.starts_with(text))
            rest_.remove_prefix(text.size());
        else
            fail(text, rest_);
    }
    int year() { return number("2006", 4, 4, 0, 9999); }
    /// `range`: how Go names a value out of range.
    int two_digits(std::string_view element, int least, int most, const char* range) {
        return number(element, 2, 2, least, most, range);
    }
    int hour() { return number("15", 1, 2, 0, 23, "hour"); }

    /// Any number of digits after a full stop or a comma, or none at all.
    nanoseconds fraction() {
        nanoseconds value{0};
        if (error_ || rest_.size() < 2 || (rest_[0] != '.' && rest_[0] != ',') || !is_digit(rest_[1]))
            return value;
        rest_.remove_prefix(1);
        for (std::int64_t unit = 100'000'000; !rest_.empty() && is_digit(rest_[0]); unit /= 10) {
            value += nanoseconds(unit * (rest_[0] - '0'));
            rest_.remove_prefix(1);
        }
        return value;
    }
    minutes zone() {
        constexpr std::string_view element = "Z07:00";
        if (error_)
            return {};
        if (rest_.starts_with('Z')) {
            rest_.remove_prefix(1);
            return {};
        }
        const auto hold = rest_.substr(0, element.size());
        const auto at = [&](std::size_t i) { return hold[i] - '0'; };
        const bool known = hold.size() == element.size() && hold[3] == ':' && is_digit(hold[1]) && is_digit(hold[2]) &&
                           is_digit(hold[4]) && is_digit(hold[5]);
        // Some people write 24 hours and 60 minutes, Go says.
        const minutes offset = known ? hours(10 * at(1) + at(2)) + minutes(10 * at(4) + at(5)) : minutes(0);
        if (known && 10 * at(1) + at(2) > 24)
            out_of_range("time zone offset hour");
        else if (known && 10 * at(4) + at(5) > 60)
            out_of_range("time zone offset minute");
        else if (!known || (hold[0] != '+' && hold[0] != '-'))
            fail(element, rest_);
        rest_.remove_prefix(hold.size());
        return hold.starts_with('-') ? -offset : offset;
    }
    void end() {
        if (!error_ && !rest_.empty())
            error_ = "parsing time " + quoted(text_) + ": extra text: " + quoted(rest_);
    }
    void out_of_range(const char* what) {
        if (!error_)
            error_ = "parsing time " + quoted(text_) + ": " + what + " out of range";
    }
    [[nodiscard]] const std::optional<std::string>& error() const { return error_; }

  private:
    int number(std::string_view element, std::size_t fewest, std::size_t most_digits, int least, int most,
               const char* range = "") {
        if (error_)
            return 0;
        const auto digits =
            static_cast<std::size_t>(std::find_if_not(rest_.begin(), rest_.end(), is_digit) - rest_.begin());
        if (digits < fewest) {
            fail(element, rest_);
            return 0;
        }
        int value = 0;
        for (std::size_t i = 0; i < std::min(digits, most_digits); ++i)
            value = 10 * value + (rest_[i] - '0');
        rest_.remove_prefix(std::min(digits, most_digits));
        if (value < least || value > most)
            out_of_range(range);
        return value;
    }
    void fail(std::string_view element, std::string_view found) {
        error_ = "parsing time " + quoted(text_) + R"( as "2006-01-02T15:04:05.999999999Z07:00": cannot parse )" +
                 quoted(found) + " as " + quoted(element);
    }

    std::string_view text_;
    std::string_view rest_;
    std::optional<std::string> error_;
};

} // namespace

tl::expected<sys_time<microseconds>, std::string> read_rfc3339(std::string_view text) {
    Elements elements(text);
    const auto y = elements.year();
    elements.literal("-");
    const auto m = elements.two_digits("01", 1, 12, "month");
    elements.literal("-");
    const auto d = elements.two_digits("02", 0, 99, "");
    elements.literal("T");
    const auto hour = elements.hour();
    elements.literal(":");
    const auto minute = elements.two_digits("04", 0, 59, "minute");
    elements.literal(":");
    const auto second = elements.two_digits("05", 0, 59, "second");
    const auto fraction = elements.fraction();
    const auto offset = elements.zone();
    elements.end();
    const year_month_day date(year(y), month(static_cast<unsigned>(m)), day(static_cast<unsigned>(d)));
    if (!date.ok())
        elements.out_of_range("day");
    if (elements.error())
        return tl::unexpected(*elements.error());
    return sys_days(date) + hours(hour) + minutes(minute) + seconds(second) + floor<microseconds>(fraction) - offset;
}

} // namespace lndapi
