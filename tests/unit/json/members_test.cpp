#include "json/members.hpp"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace members_test {

using json::ObjectScanner;
using json::plain_string;
using json::skip_string;
using json::skip_value;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::optional<Pairs> members(std::string_view text) {
    ObjectScanner all(text);
    Pairs pairs;
    while (const auto member = all.next())
        pairs.emplace_back(member->key, member->value);
    if (!all.ok())
        return std::nullopt;
    return pairs;
}

} // namespace

TEST_CASE("a string ends at its first unescaped quote") {
    CHECK(skip_string(R"("abc",)", 0) == 5);
    CHECK(skip_string(R"("" x)", 0) == 2);
    CHECK(skip_string(R"("a\"b" x)", 0) == 6);
    CHECK(skip_string(R"("a\\" x)", 0) == 5);
    CHECK(skip_string(R"("a\\\" )", 0) == std::nullopt);
    CHECK(skip_string(R"("abc)", 0) == std::nullopt);
    CHECK(skip_string(R"("abc\)", 0) == std::nullopt);
    CHECK(skip_string(R"(")", 0) == std::nullopt);
}

TEST_CASE("a long string ends at its first unescaped quote, wherever its escapes are") {
    for (std::size_t at = 1; at < 80; ++at)
        for (const std::string escaped : {R"(\")", R"(\\)", R"(\\\")", R"(\"\")"}) {
            auto text = '"' + std::string(80, 'x') + '"';
            text.insert(at, escaped);
            CHECK(skip_string(text + R"(,"y")", 0) == text.size());
            CHECK(skip_string(text.substr(0, text.size() - 1), 0) == std::nullopt);
            CHECK(skip_string(text.substr(0, at + escaped.size() - 1), 0) == std::nullopt);
        }
}

TEST_CASE("a plain string has neither escapes nor control characters, and is of ASCII") {
    for (const std::size_t length : {0UL, 1UL, 15UL, 16UL, 17UL, 40UL}) {
        const std::string text(length, '~');
        CHECK(plain_string("x\"" + text + "\"", 1) == text);
        CHECK(plain_string("\"" + text + "\"" + std::string(40, 'x'), 0) == text);
        for (const std::string other : {"\\", "\n", "\x1f", "\x80", "\xff"}) {
            CHECK(plain_string("\"" + text + other + "\"", 0) == std::nullopt);
            CHECK(plain_string("\"" + text + other + "\"" + std::string(40, 'x'), 0) == std::nullopt);
        }
        CHECK(plain_string("\"" + text, 0) == std::nullopt);
        CHECK(plain_string(text, 0) == std::nullopt);
    }
}

TEST_CASE("skip_value finds the end of a value of any kind") {
    const std::vector<std::string> values{
        "0",       "-1.5e+3", "true", "null", R"("a, b")", "[]", "[1,[2]]", "{}", "{\"a\":{\"b\":[]}}", R"({"a":"}"})",
        R"(["]"])"};
    for (const auto& value : values)
        for (const std::string after : {"", ",", "}", "]", " ", "\n", ",1"}) {
            const auto end = skip_value(value + after, 0);
            REQUIRE_MESSAGE(end.has_value(), value, after);
            CHECK_MESSAGE(*end == value.size(), value, after);
        }
}

TEST_CASE("skip_value refuses an unfinished or invalid value") {
    for (const std::string_view text : {"", "[", "{", "[1", "{\"a\":1", "\"abc", ",", "}", "]", "[\"]", " 1"})
        CHECK_FALSE(skip_value(text, 0).has_value());
    CHECK_FALSE(skip_value("1", 7).has_value());
}

TEST_CASE("a value nested 200 000 levels deep does not use the stack") {
    const auto deep = std::string(200'000, '[') + std::string(200'000, ']');
    CHECK(skip_value(deep, 0) == deep.size());
    const auto pairs = members("{\"a\":" + deep + ",\"b\":1}");
    REQUIRE(pairs.has_value());
    CHECK(pairs->size() == 2);
}

TEST_CASE("members are given in their order as raw text") {
    CHECK(members("{}") == Pairs{});
    CHECK(members("{ \n }") == Pairs{});
    CHECK(members(R"({"a":1})") == Pairs{{R"("a")", "1"}});
    CHECK(members("{ \"a\" : [ 1 , 2 ] ,\n\n\"b\":\"x\\\"y\" , \"a\":{ } }") ==
          Pairs{{R"("a")", "[ 1 , 2 ]"}, {R"("b")", R"("x\"y")"}, {R"("a")", "{ }"}});
    CHECK(members(R"({"\u0061":1})") == Pairs{{R"("\u0061")", "1"}});
}

TEST_CASE("an object that ends is distinguished from malformed text") {
    for (const std::string_view text :
         {"", "[]", "1", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,\"a\":1}", "{\"a\":1 \"b\":2}", "{\"a\":1",
          "{a:1}", "{\"a\" 1}", "{\"a\":1,,\"b\":2}", "{\"a", "{\"a\":[}", "{1:2}"})
        CHECK_FALSE_MESSAGE(members(text).has_value(), text);
}

TEST_CASE("next() gives nothing after the end or an error") {
    ObjectScanner all("{\"a\":1}");
    CHECK(all.next().has_value());
    CHECK_FALSE(all.next().has_value());
    CHECK_FALSE(all.next().has_value());
    CHECK(all.ok());
    ObjectScanner bad("{\"a\":[1];}");
    CHECK(bad.next().has_value());
    CHECK_FALSE(bad.next().has_value());
    CHECK_FALSE(bad.next().has_value());
    CHECK_FALSE(bad.ok());
}

} // namespace members_test
