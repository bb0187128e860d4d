// Quoted texts and times as Go has them, written down from a run of Go 1.26's strconv.Quote and time.Parse.
#include "lndapi/go_quote.hpp"
#include "lndapi/go_time.hpp"

#include <doctest/doctest.h>

namespace go_text_test {

using namespace std::string_literals;

namespace {

/// Microseconds since 1970, or the error.
std::string read(std::string_view text) {
    const auto time = lndapi::read_rfc3339(text);
    return time ? std::to_string(time->time_since_epoch().count()) : time.error();
}

} // namespace

TEST_CASE("a text is quoted as Go does") {
    CHECK(lndapi::go_quote("") == R"("")");
    CHECK(lndapi::go_quote("a\"b\\ c'") == R"("a\"b\\ c'")");
    CHECK(lndapi::go_quote("\a\b\f\n\r\t\v\0\x1f\x7f"s) == R"("\a\b\f\n\r\t\v\x00\x1f\x7f")");
    CHECK(lndapi::go_quote("é€😀") == "\"é€😀\"");
    CHECK(lndapi::go_quote("\u00a0\u00ad\u0085") == R"("\u00a0\u00ad\u0085")");
}

TEST_CASE("bytes that are no UTF-8 are escaped one by one") {
    CHECK(lndapi::go_quote("\xff\xc3") == R"("\xff\xc3")");
    CHECK(lndapi::go_quote("\xc0\x80") == R"("\xc0\x80")");                 // overlong
    CHECK(lndapi::go_quote("\xe0\x80\x80") == R"("\xe0\x80\x80")");         // overlong
    CHECK(lndapi::go_quote("\xed\xa0\x80") == R"("\xed\xa0\x80")");         // a surrogate
    CHECK(lndapi::go_quote("\xf4\x90\x80\x80") == R"("\xf4\x90\x80\x80")"); // beyond U+10FFFF
    CHECK(lndapi::go_quote("\xe2\x82") == R"("\xe2\x82")");                 // cut
}

TEST_CASE("times that Go takes") {
    const std::pair<std::string_view, const char*> cases[] = {
        {"2026-11-28T12:00:00Z", "1795867200000000"},
        {"2026-11-28T3:04:05Z", "1795835045000000"},
        {"2026-11-28T12:00:00,5+24:60", "1795777200500000"},
        {"9999-12-31T23:59:59Z", "253402300799000000"},
        {"0000-01-01T00:00:00Z", "-62167219200000000"},
        {"2024-02-29T00:00:00Z", "1709164800000000"},
        {"2026-01-01T00:00:00.1234567891Z", "1767225600123456"},
        {"2026-01-01T00:00:00+02:00", "1767218400000000"},
        {"2026-01-01T00:00:00-02:30", "1767234600000000"},
    };
    for (const auto& one : cases)
        CHECK_MESSAGE(read(one.first) == one.second, one.first);
}

TEST_CASE("an element that cannot be read is named as Go names it") {
    const std::tuple<std::string, const char*, const char*> cases[] = {
        {"foo", "foo", "2006"},
        {"", "", "2006"},
        {"202-01-01T00:00:00Z", "202-01-01T00:00:00Z", "2006"},
        {"20a6-01-01T00:00:00Z", "20a6-01-01T00:00:00Z", "2006"},
        {"2026/01/01", "/01/01", "-"},
        {"2026-1-01T00:00:00Z", "1-01T00:00:00Z", "01"},
        {"2026-01-1T00:00:00Z", "1T00:00:00Z", "02"},
        {"2026-01-01 00:00:00Z", " 00:00:00Z", "T"},
        {"2026-01-01t00:00:00Z", "t00:00:00Z", "T"},
        {"2026-01-01T0:0:00Z", "0:00Z", "04"},
        {"2026-01-01T00:00:0Z", "0Z", "05"},
        {"2026-01-01T00:00:00z", "z", "Z07:00"},
        {"2026-01-01T00:00:00", "", "Z07:00"},
        {"2026-01-01T00:00:00.Z", ".Z", "Z07:00"},
        {"2026-01-01T00:00:00+0a:00", "+0a:00", "Z07:00"},
        {"2026-01-01T00:00:00x02:00", "x02:00", "Z07:00"},
    };
    for (const auto& [text, found, element] : cases)
        CHECK(read(text) == "parsing time \"" + text + R"(" as "2006-01-02T15:04:05.999999999Z07:00": cannot parse ")" +
                                found + "\" as \"" + element + '"');
    CHECK(read("\x01\"\\é").starts_with(R"(parsing time "\x01\"\\\xc3\xa9" as )"));
}

TEST_CASE("a value out of range, a day that does not exist and text at the end are refused") {
    const std::pair<std::string, std::string> cases[] = {
        {"2026-13-01T00:00:00Z", "month out of range"},
        {"2026-00-01T00:00:00Z", "month out of range"},
        {"2026-02-30T00:00:00Z", "day out of range"},
        {"2026-02-00T00:00:00Z", "day out of range"},
        {"2026-01-01T24:00:00Z", "hour out of range"},
        {"2026-01-01T00:60:00Z", "minute out of range"},
        {"2026-01-01T00:00:60Z", "second out of range"},
        {"2026-01-01T00:00:00+25:00", "time zone offset hour out of range"},
        {"2026-01-01T00:00:00+00:61", "time zone offset minute out of range"},
        {"2026-01-01T00:00:00Zx", R"(extra text: "x")"},
    };
    for (const auto& [text, reason] : cases)
        CHECK(read(text) == "parsing time \"" + text + "\": " + reason);
}

} // namespace go_text_test
