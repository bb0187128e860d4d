// Paths, queries and booleans as Go reads them (net/url, strconv).
#include "lndapi/url.hpp"

#include <doctest/doctest.h>

namespace url_test {

using namespace std::string_literals;

namespace {

std::string why_malformed(std::string_view query) {
    const auto fields = lndapi::read_query(query);
    return fields ? "well formed" : fields.error();
}

} // namespace

TEST_CASE("a path is decoded; a plus is a plus") {
    CHECK(lndapi::read_path("/v1/state") == "/v1/state");
    CHECK(lndapi::read_path("/%70ay%2Fments+%C3%a9%00") == "/pay/ments+é\0"s);
    CHECK(lndapi::read_path("") == "");
    for (const auto* path : {"/%", "/%4", "/%zz", "/%4g", "%%41"})
        CHECK_FALSE(lndapi::read_path(path).has_value());
}

TEST_CASE("a query is names and values in their order") {
    using Fields = lndapi::QueryFields;
    CHECK(lndapi::read_query("") == Fields{});
    CHECK(lndapi::read_query("a=1&b=2&a=3") == Fields{{"a", "1"}, {"b", "2"}, {"a", "3"}});
    CHECK(lndapi::read_query("&&a&b=&=c&") == Fields{{"a", ""}, {"b", ""}, {"", "c"}});
    CHECK(lndapi::read_query("a+b=c+d%2B&e=f=g") == Fields{{"a b", "c d+"}, {"e", "f=g"}});
    CHECK(lndapi::read_query("%61=%26%3B") == Fields{{"a", "&;"}});
}

TEST_CASE("a malformed query is refused with Go's error") {
    CHECK(why_malformed("a=%zz") == R"(invalid URL escape "%zz")");
    CHECK(why_malformed("a%zzb=1") == R"(invalid URL escape "%zz")");
    CHECK(why_malformed("a=1&b=%4&c=%zz") == R"(invalid URL escape "%4")");
    CHECK(why_malformed("%") == R"(invalid URL escape "%")");
    CHECK(why_malformed("a=%\x01\"") == R"(invalid URL escape "%\x01\"")");
    CHECK(why_malformed("a;b") == "invalid semicolon separator in query");
    CHECK(why_malformed("a=%zz&b=1;c=2") == "invalid semicolon separator in query");
}

TEST_CASE("booleans are those of Go") {
    for (const auto* text : {"1", "t", "T", "TRUE", "true", "True"})
        CHECK(lndapi::read_go_bool(text) == true);
    for (const auto* text : {"0", "f", "F", "FALSE", "false", "False"})
        CHECK(lndapi::read_go_bool(text) == false);
    for (const std::string text : {"", "yes", "tRUE", "2", " true"})
        CHECK(lndapi::read_go_bool(text).error() == "strconv.ParseBool: parsing \"" + text + "\": invalid syntax");
}

} // namespace url_test
