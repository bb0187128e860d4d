// The same results as lightningd v26.06.6's own filter (common/json_filter.c), recorded with these filters.
#include "cln/result_filter.hpp"

#include <fstream>

#include <doctest/doctest.h>

namespace result_filter_test {

using json::Tree;

namespace {

Tree parsed(std::string_view text) {
    const auto value = json::parse(text);
    REQUIRE(value.has_value());
    return *value;
}

const std::string_view result = R"({"top": "t",
    "payments": [{"payment_hash": "x", "l": [1, {"z": 1}, 2]}, {"payment_hash": "x", "l": [1, {"z": 1}, 2]}],
    "empty": [], "o": {"k": "v", "oo": {"k": "v"}}})";

void gives(std::string_view filter, std::string_view expected) {
    INFO("filter ", filter);
    CHECK(cln::apply_filter(parsed(result), parsed(filter)) == parsed(expected));
}

} // namespace

TEST_CASE("every recorded filter gives the same result as on the real node") {
    const auto recorded = nlohmann::ordered_json::parse(std::ifstream(RECORDED_FILTERS));
    std::size_t tried = 0;
    for (const auto& [method, node] : recorded.items())
        for (const auto& one : node["filters"]) {
            if (one.contains("error"))
                continue; // the node refuses these before it asks the plugin
            const std::string filter = one["filter"];
            const std::string& of = method; // clang 14 captures no binding
            INFO(of, " ", filter);
            CHECK(cln::filter_text(node["result"].dump(), parsed(filter)) == one["left"].dump());
            ++tried;
        }
    CHECK(tried > 30);
}

TEST_CASE("filtered text keeps its order; invalid JSON is passed on unchanged") {
    CHECK(cln::filter_text(R"({"b":1,"list":[{"z":1, "a":{"y":2,"x":3}, "c":4}],"a":2})",
                           parsed(R"({"list":[{"a":{"x":true,"y":true},"z":true}],"b":true})")) ==
          R"({"b":1,"list":[{"z":1,"a":{"y":2,"x":3}}]})");
    for (const std::string text : {"", "tru", R"({"a":1,})", "[1e999]"})
        CHECK(cln::filter_text(text, parsed("{}")) == text);
}

TEST_CASE("the named members of each element of an array are kept") {
    gives(R"({"payments": [{"payment_hash": true}]})",
          R"({"payments": [{"payment_hash": "x"}, {"payment_hash": "x"}]})");
    gives(R"({"payments": [{"payment_hash": true, "nothing": true}], "nothing": {"a": true}})",
          R"({"payments": [{"payment_hash": "x"}, {"payment_hash": "x"}]})");
}

TEST_CASE("a leaf keeps the whole array below it") {
    const auto* whole =
        R"({"payments": [{"payment_hash": "x", "l": [1, {"z": 1}, 2]}, {"payment_hash": "x", "l": [1, {"z": 1}, 2]}]})";
    gives(R"({"payments": true})", whole);
    gives(R"({"payments": {}})", whole);
    gives(R"({"payments": [{"l": true}]})", R"({"payments": [{"l": [1, {"z": 1}, 2]}, {"l": [1, {"z": 1}, 2]}]})");
}

TEST_CASE("a filter `true` on an object drops its plain members, as in lightningd") {
    const auto* only_lists = R"({"payments": [{"l": [1, {"z": 1}, 2]}, {"l": [1, {"z": 1}, 2]}]})";
    gives(R"({"payments": [true]})", only_lists);
    gives(R"({"payments": [{}]})", only_lists);
    gives(R"({"o": true})", R"({"o": {"oo": {"k": "v"}}})");
    gives(R"({"top": true, "o": {"oo": true}})", R"({"top": "t", "o": {"oo": {}}})");
}

TEST_CASE("arrays in arrays are filtered at every level") {
    gives(R"({"payments": [{"l": [{"z": true}]}]})",
          R"({"payments": [{"l": [1, {"z": 1}, 2]}, {"l": [1, {"z": 1}, 2]}]})");
    gives(R"({"payments": [{"l": [{"y": true}]}]})", R"({"payments": [{"l": [1, {}, 2]}, {"l": [1, {}, 2]}]})");
}

TEST_CASE("an object filter on an array is reported with the array's path") {
    gives(R"({"payments": {"payment_hash": true}})",
          R"({"payments": [], "warning_parameter_filter": ".payments is an array"})");
    gives(R"({"payments": [{"l": {"z": true}}]})",
          R"({"payments": [{"l": [1]}, {"l": [1]}], "warning_parameter_filter": ".payments[].l is an array"})");
}

TEST_CASE("an array filter on an object is reported when it hid something") {
    gives(R"({"payments": [[true]]})",
          R"({"payments": [{}, {}], "warning_parameter_filter": ".payments[] is an object"})");
    gives(R"({"o": [true]})", R"({"o": {}, "warning_parameter_filter": ".o is an object"})");
    gives(R"({"o": {"oo": [true]}})", R"({"o": {"oo": {}}})");
}

TEST_CASE("an empty array is accepted under any filter") {
    gives(R"({"empty": {"z": true}})", R"({"empty": []})");
    gives(R"({"empty": [{"z": true}]})", R"({"empty": []})");
}

TEST_CASE("a filter for the members of a plain value keeps the value") {
    gives(R"({"top": {"a": true}})", R"({"top": "t"})");
    gives(R"({"top": [{"a": true}]})", R"({"top": "t"})");
}

TEST_CASE("of two misused filters the first by name is reported") {
    gives(
        R"({"empty": {"a": true}, "payments": [{"l": {"z": true}}], "o": [true]})",
        R"({"payments": [{"l": [1]}, {"l": [1]}], "empty": [], "o": {}, "warning_parameter_filter": ".o is an object"})");
}

TEST_CASE("a filter of unknown names gives an empty result") {
    gives(R"({"nothing": true})", "{}");
}

} // namespace result_filter_test
