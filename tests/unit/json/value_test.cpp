// Every accessor of a value, with both libraries.
#include "json/nlohmann_reader.hpp"
#include "json/parser.hpp"

#include <vector>

#include <doctest/doctest.h>

namespace value_test {

using json::Parser;
using json::Value;

namespace {

/// Calls `look` with the value read by a Parser, and with the one read by its tolerant half.
template <class Look>
void by_both_libraries(std::string_view text, Look look) {
    INFO(text);
    Parser parser;
    const auto value = parser.read(text);
    REQUIRE(value.has_value());
    REQUIRE(parser.quick());
    look(*value);
    json::NodeRow row;
    std::string texts;
    const auto node = json::read_with_nlohmann(text, row, texts);
    REQUIRE(node.has_value());
    look(Value(*node));
}

} // namespace

TEST_CASE("natural() is given for whole numbers from 0 to below 2^64") {
    by_both_libraries("[0,7,9223372036854775807,9223372036854775808,18446744073709551615]", [](Value list) {
        std::vector<std::uint64_t> numbers;
        for (const auto value : list.elements()) {
            REQUIRE(value.natural().has_value());
            CHECK_FALSE(value.fraction().has_value());
            CHECK_FALSE(value.text().has_value());
            numbers.push_back(*value.natural());
        }
        CHECK(numbers == std::vector<std::uint64_t>{0, 7, 9223372036854775807U, 9223372036854775808U, UINT64_MAX});
    });
    by_both_libraries(R"([-1,-9223372036854775808,1.0,1e3,"1",true,null,[],[1],{},{"a":1}])", [](Value list) {
        for (const auto value : list.elements())
            CHECK_FALSE(value.natural().has_value());
    });
}

TEST_CASE("fraction() is given for numbers with a point or an exponent") {
    by_both_libraries("[1795222611.75,1e3,2E-1]", [](Value list) {
        std::vector<double> numbers;
        for (const auto value : list.elements())
            numbers.push_back(value.fraction().value_or(-1));
        CHECK(numbers == std::vector<double>{1795222611.75, 1000, 0.2});
    });
}

TEST_CASE("text() is given without escapes") {
    by_both_libraries(R"(["","plain","\"\\\/\b\f\n\r\t","é ₿ 😀"])", [](Value list) {
        std::vector<std::string> texts;
        for (const auto value : list.elements())
            texts.emplace_back(value.text().value_or("none"));
        CHECK(texts == std::vector<std::string>{"", "plain", "\"\\/\b\f\n\r\t", "é ₿ 😀"});
    });
    by_both_libraries("[1,true,null,{}]", [](Value list) {
        for (const auto value : list.elements())
            CHECK_FALSE(value.text().has_value());
    });
}

TEST_CASE("each kind is recognised as itself and no other") {
    by_both_libraries(R"([null,true,false,[],{},5,"x"])", [](Value list) {
        std::string nulls;
        std::string trues;
        std::string arrays;
        std::string objects;
        for (const auto value : list.elements()) {
            CHECK(value);
            nulls += value.is_null() ? 'y' : 'n';
            trues += value.is_true() ? 'y' : 'n';
            arrays += value.is_array() ? 'y' : 'n';
            objects += value.is_object() ? 'y' : 'n';
        }
        CHECK(nulls == "ynnnnnn");
        CHECK(trues == "nynnnnn");
        CHECK(arrays == "nnnynnn");
        CHECK(objects == "nnnnynn");
    });
}

TEST_CASE("find() looks in the object itself, not inside its members, and null counts as missing") {
    by_both_libraries(R"({"a":{"b":[1,{"deep":2}],"n":null},"":3,"ab":[[]],"b":4,"ba":5})", [](Value object) {
        CHECK(object.find("b").natural() == 4);
        CHECK(object.find("ba").natural() == 5);
        CHECK(object.find("").natural() == 3);
        CHECK_FALSE(object.find("deep"));
        CHECK_FALSE(object.find("n"));
        CHECK_FALSE(object.find("abc"));
        const auto inner = object.find("a");
        CHECK_FALSE(inner.find("n"));
        CHECK_FALSE(inner.find("ab"));
        auto element = inner.find("b").elements().begin();
        CHECK((*element).natural() == 1);
        ++element;
        CHECK((*element).find("deep").natural() == 2);
        ++element;
        CHECK(element == inner.find("b").elements().end());
    });
}

TEST_CASE("find() with a hint finds the same, whatever the hint") {
    by_both_libraries(R"({"a":1,"n":null,"b":{"a":7,"x":8},"c":[],"d":5})", [](Value object) {
        const std::vector<std::string_view> names{"a", "n", "b", "c", "d", "x", ""};
        for (const auto first : names)
            for (const auto second : names) {
                INFO(first, " then ", second);
                Value last;
                CHECK(object.find(first, last) == object.find(first));
                CHECK(object.find(second, last) == object.find(second));
                CHECK(object.find("d", last).natural() == 5);
                CHECK(object.find("a", last).natural() == 1);
            }
    });
    by_both_libraries("[{},5,[]]", [](Value list) {
        for (const auto value : list.elements()) {
            Value last;
            CHECK_FALSE(value.find("a", last));
            CHECK_FALSE(last);
        }
    });
    Value last;
    CHECK_FALSE(Value().find("a", last));
}

TEST_CASE("only objects have members and only arrays have elements") {
    by_both_libraries(R"([5,"x",null,[1],true])", [](Value list) {
        for (const auto value : list.elements())
            CHECK_FALSE(value.find("x"));
        CHECK_FALSE(list.find("x"));
    });
    by_both_libraries(R"({"a":1,"b":"x","c":[],"d":{}})", [](Value object) {
        CHECK(object.elements().empty());
        for (const auto* name : {"a", "b", "c", "d"})
            CHECK(object.find(name).elements().empty());
    });
}

TEST_CASE("an empty value has no kind, members or elements") {
    const Value nothing;
    CHECK_FALSE(nothing);
    CHECK_FALSE(nothing.is_null());
    CHECK_FALSE(nothing.is_true());
    CHECK_FALSE(nothing.natural().has_value());
    CHECK_FALSE(nothing.fraction().has_value());
    CHECK_FALSE(nothing.text().has_value());
    CHECK_FALSE(nothing.find("a"));
    CHECK(nothing.elements().empty());
}

} // namespace value_test
