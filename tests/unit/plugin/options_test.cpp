#include "plugin/options.hpp"

#include <doctest/doctest.h>

namespace options_test {

using json::Tree;
using plugin::changed;
using plugin::Options;
using plugin::read_options;
using plugin::setting_of;

namespace {

std::string refusal(const Tree& params) {
    const auto setting = setting_of(params);
    REQUIRE_FALSE(setting.has_value());
    CHECK(setting.error().code == -32602);
    return setting.error().message;
}

Tree parsed(std::string_view text) {
    const auto value = json::parse(text);
    REQUIRE(value.has_value());
    return *value;
}

} // namespace

TEST_CASE("the options are declared as lightningd wants them") {
    const auto declared = plugin::declare_options();
    REQUIRE(declared.is_array());
    REQUIRE(declared.size() == 2);
    CHECK(declared[0]["name"] == "trackpayments-linger");
    CHECK(declared[0]["default"] == 10);
    CHECK(declared[1]["name"] == "trackpayments-retain");
    CHECK(declared[1]["default"] == 20'000);
    for (const auto& option : declared) {
        CHECK(option["type"] == "int");
        CHECK(option["dynamic"] == true);
        CHECK_FALSE(option["description"].get<std::string>().empty());
        for (const char c : option["name"].get<std::string>())
            CHECK((c == '-' || c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')));
    }
}

TEST_CASE("init's options are numbers, missing ones have their default") {
    CHECK(read_options(Tree::object())->linger == std::chrono::seconds(10));
    CHECK(read_options(Tree::object())->retain == 20'000);
    const auto options = read_options(parsed(R"({"trackpayments-linger":0,"trackpayments-retain":5})"));
    REQUIRE(options.has_value());
    CHECK(options->linger == std::chrono::seconds(0));
    CHECK(options->retain == 5);
}

TEST_CASE("an init without options has the defaults") {
    for (const auto& value : {Tree(), Tree::array(), Tree(5)})
        CHECK(read_options(value)->retain == 20'000);
}

TEST_CASE("a value out of bounds is refused with the bounds") {
    const std::string linger = "trackpayments-linger: should be a whole number from 0 to 86400";
    const std::string retain = "trackpayments-retain: should be a whole number from 0 to 10000000";
    CHECK(read_options(parsed(R"({"trackpayments-linger":86400})"))->linger == std::chrono::seconds(86'400));
    CHECK(read_options(parsed(R"({"trackpayments-retain":10000000})"))->retain == 10'000'000);
    for (const auto* value : {"86401", "-1", "1.5", "18446744073709551615", "18446744073709551616", "true", "null",
                              "[]", "\"x\"", "\"\"", "\"-1\"", "\"86401\""})
        CHECK(read_options(parsed(R"({"trackpayments-linger":)" + std::string(value) + "}")).error() == linger);
    CHECK(read_options(parsed(R"({"trackpayments-retain":10000001})")).error() == retain);
    CHECK(read_options(parsed(R"({"trackpayments-retain":-1})")).error() == retain);
}

TEST_CASE("an option that is not ours is refused by name") {
    CHECK(read_options(parsed(R"({"foo":1})")).error() == "foo: not an option of this plugin");
}

TEST_CASE("setconfig gives strings, whatever the type, and changes only what it names") {
    const Options now{std::chrono::seconds(3), 7};
    const auto linger = setting_of(parsed(R"({"config":"trackpayments-linger","val":"60"})"));
    REQUIRE(linger.has_value());
    CHECK(changed(now, *linger).linger == std::chrono::seconds(60));
    CHECK(changed(now, *linger).retain == 7);
    const auto retain = setting_of(parsed(R"(["trackpayments-retain","0"])"));
    REQUIRE(retain.has_value());
    CHECK(changed(now, *retain).linger == std::chrono::seconds(3));
    CHECK(changed(now, *retain).retain == 0);
    CHECK(changed(now, *setting_of(parsed(R"({"config":"trackpayments-retain","val":9})"))).retain == 9);
}

TEST_CASE("setconfig refuses with the option's or the parameter's name") {
    CHECK(refusal(parsed(R"({"config":"trackpayments-linger","val":"soon"})")) ==
          "trackpayments-linger: should be a whole number from 0 to 86400");
    CHECK(refusal(parsed(R"({"config":"trackpayments-linger","val":["1"]})")) ==
          "trackpayments-linger: should be a whole number from 0 to 86400");
    CHECK(refusal(parsed(R"({"config":"other","val":"1"})")) == "other: not an option of this plugin");
    CHECK(refusal(parsed(R"({"config":"trackpayments-linger"})")) == "missing required parameter: val");
    CHECK(refusal(parsed(R"({"val":"1"})")) == "missing required parameter: config");
    CHECK(refusal(parsed(R"({"config":5,"val":"1"})")) == "config: should be a string: invalid token '5'");
    CHECK(refusal(parsed("[]")) == "missing required parameter: config");
    CHECK(refusal(parsed(R"(["a","b","c"])")) == "too many parameters: got 3, expected 2");
}

} // namespace options_test
