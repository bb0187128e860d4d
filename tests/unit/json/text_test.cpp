#include "json/text.hpp"

#include <doctest/doctest.h>

namespace text_test {

TEST_CASE("valid JSON is parsed") {
    for (const std::string_view text : {"{}", " [1, 2.5, -3] ", "\"x\"", "null", "18446744073709551615", "{\"a\":{}}"})
        CHECK(json::parse(text).has_value());
    CHECK(json::parse("18446744073709551615")->get<std::uint64_t>() == UINT64_MAX);
}

TEST_CASE("an error never quotes the text") {
    for (const std::string_view text :
         {"", "lnbcsecret", "{\"lnbcsecret\":}", "[lnbcsecret]", "\"lnbcsecret", "{\"a\":\"lnbcsecret\"",
          "{\"a\":\"lnbcsecret\xff\"}", "{\"a\":\"lnbcsecret\n\"}", "[1] lnbcsecret", "{\"lnbcsecret\":1e400}",
          "{\"a\":\"\\ud800lnbcsecret\"}", "tru"}) {
        const auto parsed = json::parse(text);
        REQUIRE_FALSE(parsed.has_value());
        CHECK_FALSE(parsed.error().empty());
        CHECK(parsed.error().find("lnbc") == std::string::npos);
        CHECK(parsed.error().find("secret") == std::string::npos);
    }
}

TEST_CASE("bytes after a NUL are read, and refused") {
    using namespace std::string_view_literals;
    CHECK(json::parse("{}\0{}"sv).error() == "not JSON at byte 3");
    CHECK(json::parse("1\0"sv).error() == "not JSON at byte 2");
}

TEST_CASE("a number too large for a double is refused without an exception") {
    CHECK_FALSE(json::parse("1e400").has_value());
    CHECK_FALSE(json::parse("[-1e400]").has_value());
}

TEST_CASE("2^64 is no unsigned integer") {
    const auto parsed = json::parse("18446744073709551616");
    REQUIRE(parsed.has_value());
    CHECK_FALSE(parsed->is_number_unsigned());
}

TEST_CASE("bytes that are no UTF-8 are written as the replacement character") {
    CHECK(json::quote("a\xff") == "\"a\xef\xbf\xbd\"");
    CHECK(json::quote("\xc3") == "\"\xef\xbf\xbd\"");
    CHECK(json::quote("\xed\xa0\x80").find('\xed') == std::string::npos); // a surrogate in UTF-8
    CHECK(json::dump(json::Tree{{"k\xfe", "v\xfe"}}) == "{\"k\xef\xbf\xbd\":\"v\xef\xbf\xbd\"}");
    CHECK(json::parse(json::quote(std::string("\x80\x00\xff\"\\", 5))).has_value());
}

TEST_CASE("quoted text reads back the same") {
    for (const auto& text : {std::string(), std::string("plain"), std::string("\"\\/\b\f\n\r\t"),
                             std::string("\0\x01\x1f\x7f", 4), std::string("é ₿ 😀 \xe2\x80\xa8")})
        CHECK(json::parse(json::quote(text))->get<std::string>() == text);
}

TEST_CASE("dump() writes one line without blanks and keeps other alphabets unescaped") {
    CHECK(json::dump(*json::parse("{ \"b\" : [ 1 , 2 ] , \"a\" : \"é\" }")) == "{\"a\":\"é\",\"b\":[1,2]}");
}

} // namespace text_test
