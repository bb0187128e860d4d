#include "http/date.hpp"

#include <array>

namespace http {

namespace {

constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// With zeros in front.
std::string digits(std::int64_t number, std::size_t count) {
    auto text = std::to_string(number);
    return text.size() < count ? std::string(count - text.size(), '0') + text : text;
}

} // namespace

std::string date(std::chrono::system_clock::time_point when) {
    using namespace std::chrono;
    const auto day = floor<std::chrono::days>(when);
    const year_month_day ymd(day);
    const hh_mm_ss time(floor<seconds>(when - day));
    std::string text = days.at(weekday(day).c_encoding());
    text.append(", ").append(digits(static_cast<unsigned>(ymd.day()), 2));
    text.append(" ").append(months.at(static_cast<unsigned>(ymd.month()) - 1));
    text.append(" ").append(digits(static_cast<int>(ymd.year()), 4));
    text.append(" ").append(digits(time.hours().count(), 2));
    text.append(":").append(digits(time.minutes().count(), 2));
    text.append(":").append(digits(time.seconds().count(), 2));
    return text.append(" GMT");
}

} // namespace http
