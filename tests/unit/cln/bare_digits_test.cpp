#include "cln/bare_digits.hpp"

#include "json/text.hpp"

#include <doctest/doctest.h>

namespace bare_digits_test {

using cln::quote_bare_digits;

TEST_CASE("digits and dots that are no JSON number, or too long for one, are put in quotes") {
    const std::string hash(64, '1');
    const std::pair<std::string, std::string> cases[] = {
        {"[ 1000, 007, \"d\"]", "[ 1000, \"007\", \"d\"]"},
        {"[00]", "[\"00\"]"},
        {"007", "\"007\""},
        {"[ " + hash + ", \"complete\"]", "[ \"" + hash + "\", \"complete\"]"},
        {"{\"since\": 02882600.31538000.3.3}", "{\"since\": \"02882600.31538000.3.3\"}"},
        {"[12345678.31538000.3.3.9]", "[\"12345678.31538000.3.3.9\"]"},
        {"[0.0.0.0, .5, 5., 007.5, ., ..]", "[\"0.0.0.0\", \".5\", \"5.\", \"007.5\", \".\", \"..\"]"},
        {"{\"payment_hash\": " + hash + ",\"a\":[01,{\"b\":02}]}",
         "{\"payment_hash\": \"" + hash + "\",\"a\":[\"01\",{\"b\":\"02\"}]}"},
    };
    for (const auto& [sent, meant] : cases) {
        CHECK(quote_bare_digits(sent) == meant);
        CHECK(json::parse(meant).has_value());
        CHECK(quote_bare_digits(meant) == meant);
    }
}

TEST_CASE("everything else stays as it is") {
    for (const std::string text : {"", "0", "[0,-0,10,18446744073709551615]", "[0.5,12.25,1e3,-01,1.0e007]",
                                   "{\"007\":\"007\",\"a\\\"01\":true}", "[\"\\\\\",null]", "[0x10,00ff]", " [ ] ",
                                   "\"01", "[1", ",:}]", "{\"a\" : { } }"})
        CHECK(quote_bare_digits(text) == text);
}

} // namespace bare_digits_test
