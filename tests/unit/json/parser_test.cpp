// Parser against nlohmann's reading of the same text.
#include "json/nlohmann_reader.hpp"
#include "json/parser.hpp"
#include "json/simdjson_reader.hpp"

#include "same_value.hpp"

#include <vector>

#include <doctest/doctest.h>

namespace parser_test {

using json::Parser;
using json::SimdjsonReader;

namespace {

bool same(const tl::expected<json::Value, std::string>& value, const tl::expected<json::Tree, std::string>& tree) {
    return tree ? value && unit::same_value(*value, *tree) : !value && value.error() == tree.error();
}

/// The Parser, and its tolerant half alone, give the same value or the same error as json::parse().
bool as_parse_does(Parser& parser, std::string_view text) {
    const auto tree = json::parse(text);
    json::NodeRow row;
    std::string texts;
    const auto node = json::read_with_nlohmann(text, row, texts);
    return same(parser.read(text), tree) && same(node.map([](const json::Node* at) { return json::Value(at); }), tree);
}

/// A row as lightningd writes it, with a value of every kind.
const std::string row =
    R"({"created_index":133,"id":133,"payment_hash":"226779da4b9df53b","groupid":8912158845556297834,
    "amount_msat":1000000,"created_at":1795222611.25,"partid":0,"failcode":-1,"self":false,"label":"a \"b\" \\ é",
    "route":[{"id":"02","delay":[]},{"id":"03","delay":[[9]]}],"status":"complete","none":null,"last":{}})";

} // namespace

TEST_CASE("an ordinary text is read by simdjson") {
    Parser parser;
    for (const std::string_view text :
         {std::string_view(row), std::string_view("{}"), std::string_view("[]"),
          std::string_view(" \n{ \"a\" : 1 }\r\t "), std::string_view("7"), std::string_view("\"x\"")}) {
        CHECK_MESSAGE(as_parse_does(parser, text), text);
        CHECK_MESSAGE(parser.quick(), text);
    }
}

TEST_CASE("a text that simdjson would read differently is read by nlohmann") {
    Parser parser;
    for (const std::string_view text : {
             R"({"a":-0})",                   // not a natural number
             R"({"a":18446744073709551616})", // too large: a fraction
             R"({"a":1,"\u0061":2})", R"(["\ud83d\ude00","\u0000"])",
             "\xef\xbb\xbf{}", // a byte order mark
         }) {
        CHECK_MESSAGE(as_parse_does(parser, text), text);
        CHECK_MESSAGE(parser.read(text).has_value(), text);
        CHECK_FALSE_MESSAGE(parser.quick(), text);
    }
    CHECK_FALSE(parser.read("-0")->natural().has_value());
    CHECK(parser.read("18446744073709551616")->fraction() == 18446744073709551616.0);
}

TEST_CASE("invalid JSON is refused with json::parse()'s error") {
    using namespace std::string_view_literals;
    Parser parser;
    for (const auto text :
         {""sv,         "{"sv,       "{}}"sv,         "{} {}"sv,       "[1,]"sv,         "01"sv,
          "+1"sv,       "1."sv,      ".5"sv,          "1e"sv,          "nul"sv,          "truex"sv,
          "1e400"sv,    "{\"a\"}"sv, "{1:2}"sv,       "\"\xff\""sv,    "\"\xc0\xaf\""sv, "\"\xed\xa0\x80\""sv,
          "\"a\nb\""sv, "\"\\x\""sv, "\"\\ud800\""sv, "\"\\udc00\""sv, "\"\\u12\""sv,    "{}\0"sv,
          "\0"sv,       "\"\0\""sv,  "[1 2]"sv,       "\x0c{}"sv,      "\x1a"sv,         "{\"a\"\x1a 1}"sv}) {
        INFO(text);
        CHECK_FALSE(parser.read(text).has_value());
        CHECK(as_parse_does(parser, text));
    }
    CHECK(parser.read("[1,]").error() == "not JSON at byte 4");
    CHECK(parser.read("1e400").error() == "not usable JSON (library error 406)");
}

TEST_CASE("a text with one byte changed, removed or doubled gives the same as json::parse()") {
    Parser parser;
    std::size_t quick = 0;
    std::size_t refused = 0;
    for (std::size_t at = 0; at < row.size(); ++at) {
        const auto look = [&](const std::string& changed) {
            REQUIRE_MESSAGE(as_parse_does(parser, changed), changed);
            quick += parser.quick() ? 1 : 0;
            refused += parser.read(changed) ? 0 : 1;
        };
        for (const char c : {'"', '\\', '{', ']', ',', ':', '-', '0', 'e', '.', '\x01', '\xff', ' '}) {
            auto changed = row;
            changed[at] = c;
            look(changed);
        }
        look(std::string(row).erase(at, 1));
        look(std::string(row).insert(at, 1, row[at]));
    }
    CHECK(quick > 1000); // both libraries were used
    CHECK(refused > 1000);
}

TEST_CASE("a text cut at any byte is refused with json::parse()'s error") {
    Parser parser;
    for (std::size_t size = 0; size < row.size(); ++size)
        REQUIRE_MESSAGE(as_parse_does(parser, std::string_view(row).substr(0, size)), size);
}

TEST_CASE("bytes after the end of the text are not read") {
    Parser parser;
    const std::string longer = R"({"a":1}]]}}"trash)";
    CHECK(as_parse_does(parser, std::string_view(longer).substr(0, 7)));
    CHECK(parser.quick());
}

TEST_CASE("a value does not need its text after the read, and the next read replaces it") {
    Parser parser;
    auto text = std::make_unique<std::string>(row);
    const auto value = parser.read(*text);
    text->assign(text->size(), 'x');
    text.reset();
    REQUIRE(value.has_value());
    CHECK(value->find("payment_hash").text() == "226779da4b9df53b");
    CHECK(as_parse_does(parser, R"({"groupid":2})"));
    CHECK(as_parse_does(parser, R"({"groupid":-0})"));
    CHECK(as_parse_does(parser, row));
}

TEST_CASE("a text above simdjson's limit is read by nlohmann, smaller ones by simdjson") {
    Parser parser;
    for (const auto size : {SimdjsonReader::most, SimdjsonReader::most + 1}) {
        const auto text = "\"" + std::string(size - 2, 'x') + "\"";
        CHECK(parser.read(text)->text() == std::string(size - 2, 'x'));
        CHECK(parser.quick() == (size == SimdjsonReader::most));
    }
    std::string numbers = "[0";
    while (numbers.size() < 100'000)
        numbers += ",7";
    CHECK(as_parse_does(parser, numbers + "]"));
    CHECK(parser.quick());
    CHECK(as_parse_does(parser, row)); // small ones are read quickly again
    CHECK(parser.quick());
}

TEST_CASE("a text as deep as the framer allows is read") {
    Parser parser;
    for (const std::size_t depth : {1U, 127U, 128U}) {
        CHECK(as_parse_does(parser, std::string(depth, '[') + std::string(depth, ']')));
        CHECK(parser.quick());
    }
}

TEST_CASE("of members with the same key the last counts, in both libraries") {
    Parser parser;
    for (const std::string_view text : {
             R"({"a":1,"b":2,"a":3})",
             R"({"a":{"b":1,"c":2,"b":3}})",
             R"({"a":1,"a":null})",
             R"({"a":null,"a":1})",
             R"({"a":[1,{"x":{}}],"b":5,"a":{},"c":6})",
             R"({"":1,"":[[]],"":2,"a":7})",
             R"([{"a":1,"a":2},{"a":3}])",
             R"({"a":{"b":[1,2],"b":3,"c":4},"d":5,"a":{"b":[6,7],"b":8,"b":{"b":9,"b":10}},"d":11})",
         }) {
        CHECK_MESSAGE(as_parse_does(parser, text), text);
        CHECK_MESSAGE(parser.quick(), text);
    }
    CHECK(parser.read(R"({"a":1,"b":2,"a":3})")->find("a").natural() == 3);
}

TEST_CASE("in an object of many members a repeated key is noticed") {
    Parser parser;
    std::string object = "{";
    for (int i = 0; i < 500; ++i)
        object += "\"key" + std::to_string(i) + "\":" + std::to_string(i) + ",";
    CHECK(as_parse_does(parser, object + "\"last\":1}"));
    for (const auto* twice : {"key0", "key250", "key499"}) {
        const auto text = object + "\"" + twice + "\":-1}";
        CHECK(as_parse_does(parser, text));
        CHECK_FALSE(parser.read(text)->find(twice).natural().has_value());
    }
    CHECK(as_parse_does(parser, object + object.substr(1) + "\"last\":1}")); // all keys twice
}

} // namespace parser_test
