// Caveats of macaroons, times and quoted texts: the first line is the client's address, the rest the caveat.
#include "lndapi/caveat.hpp"

#include "fuzz.hpp"
#include "json/text.hpp"
#include "lndapi/go_quote.hpp"
#include "lndapi/go_time.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

namespace caveat_target {

using namespace std::chrono;

namespace {

const sys_time<microseconds> noon = sys_days(year(2026) / 11 / 28) + 12h;

/// A time in RFC 3339.
std::string written(sys_time<microseconds> time) {
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const auto of_day = time - day;
    std::array<char, 64> text{};
    (void)std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", static_cast<int>(date.year()),
                        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                        static_cast<int>(of_day / 1h), static_cast<int>(of_day % 1h / 1min),
                        static_cast<int>(of_day % 1min / 1s), static_cast<int>((of_day % 1s).count()));
    return text.data();
}

void check_time(std::string_view text) {
    const auto time = lndapi::read_rfc3339(text);
    if (!time)
        return fuzz::require(time.error().starts_with("parsing time \""), "an error is Go's sentence");
    fuzz::require(text.size() >= 19 && text.find_first_not_of("0123456789-+:.,TZ") == text.npos,
                  "a time has digits and separators");
    if (*time >= sys_days(year(0) / 1 / 1) && *time < sys_days(year(10000) / 1 / 1))
        fuzz::require(lndapi::read_rfc3339(written(*time)) == *time, "written and read again, a time is the same");
    const auto caveat = "time-before " + std::string(text);
    const bool open = !lndapi::why_caveat_fails(caveat, time_point_cast<nanoseconds>(noon), "::1");
    fuzz::require(open == (noon < *time), "a macaroon is good before its time and not after");
    fuzz::require(lndapi::caveat_end(caveat) == *time, "the end of a caveat is its time");
}

bool is_one_line_of_utf8(const std::string& text) {
    const auto checked = json::dump(json::Tree(text)); // replaces what is no UTF-8
    return checked.find("\xef\xbf\xbd") == std::string::npos &&
           std::none_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; });
}

} // namespace

FUZZ_TARGET(caveat) {
    const auto text = fuzz::text_of(data, size);
    const auto line = std::min(text.find('\n'), text.size());
    const auto peer = text.substr(0, line);
    const auto caveat = text.substr(std::min(line + 1, size));
    check_time(text);
    check_time(caveat.substr(std::min(caveat.find(' '), caveat.size() - 1) + 1));
    fuzz::require(text.find("\xef\xbf\xbd") != text.npos || is_one_line_of_utf8(lndapi::go_quote(text)),
                  "a quoted text is one line of UTF-8");

    const auto now = time_point_cast<nanoseconds>(noon);
    const auto reason = lndapi::why_caveat_fails(caveat, now, peer);
    const bool known =
        caveat.starts_with("time-before ") || caveat.starts_with("ipaddr ") || caveat.starts_with("iprange ");
    fuzz::require(reason || known, "a caveat that is unknown is refused");
    fuzz::require(!reason || reason->starts_with("caveat \"") || reason->starts_with("cannot parse caveat \""),
                  "a refusal names the caveat");
    if (caveat.starts_with("ip"))
        fuzz::require(lndapi::why_caveat_fails(caveat, now, "not an address").has_value(),
                      "a macaroon for an address is refused to a client without one");
    if (!peer.empty() && peer.find_first_not_of("0123456789.") == peer.npos) {
        const auto mapped = "::ffff:" + std::string(peer);
        fuzz::require(lndapi::why_caveat_fails(caveat, now, mapped).has_value() == reason.has_value() ||
                          lndapi::why_caveat_fails("ipaddr " + std::string(peer), now, peer).has_value(),
                      "an IPv4 address mapped into IPv6 is the same address");
        fuzz::require(!lndapi::why_caveat_fails("iprange 0.0.0.0/0", now, peer).has_value() ==
                          !lndapi::why_caveat_fails("ipaddr " + std::string(peer), now, peer).has_value(),
                      "an address is in the range of all");
    }
    return 0;
}

} // namespace caveat_target
