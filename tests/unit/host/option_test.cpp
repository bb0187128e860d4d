#include "host/option.hpp"

#include <array>

#include <doctest/doctest.h>

namespace option_test {

using host::read_options;
using host::read_setconfig;
using host::Settings;
using json::Tree;

namespace {

constexpr host::Option wait{.name = "x-wait",
                            .unit = "SECONDS",
                            .description = "How long",
                            .least = 1,
                            .most = 60,
                            .default_value = 10,
                            .old_name = "x-linger"};
constexpr host::Option keep{
    .name = "x-keep", .unit = "ROWS", .description = "How many", .least = 0, .most = 5000, .default_value = 200};
constexpr std::array<host::Option, 2> options{wait, keep};

Tree parsed(std::string_view text) {
    const auto value = json::parse(text);
    REQUIRE(value.has_value());
    return *value;
}

Settings read(std::string_view given) {
    const auto settings = read_options(options, parsed(given));
    REQUIRE(settings.has_value());
    return *settings;
}

std::string refusal(std::string_view params) {
    const auto setting = read_setconfig(options, parsed(params));
    REQUIRE_FALSE(setting.has_value());
    CHECK(setting.error().code == -32602);
    return setting.error().message;
}

Settings changed(std::string_view params) {
    const auto setting = read_setconfig(options, parsed(params));
    REQUIRE(setting.has_value());
    Settings settings(options);
    settings.set({&options[0], "x-wait", 33});
    settings.set({&options[1], "x-keep", 44});
    settings.set(*setting);
    return settings;
}

} // namespace

TEST_CASE("options are declared in lightningd's form") {
    const auto declared = host::declare(options);
    REQUIRE(declared.size() == 3);
    CHECK(declared[0] ==
          parsed(R"({"name":"x-wait","type":"int","default":10,"description":"How long","dynamic":true})"));
    CHECK(declared[1] ==
          parsed(R"({"name":"x-keep","type":"int","default":200,"description":"How many","dynamic":true})"));
}

TEST_CASE("an old name is declared deprecated and without a default") {
    CHECK(
        host::declare(options)[2] ==
        parsed(
            R"({"name":"x-linger","type":"int","description":"Old name of x-wait","dynamic":true,"deprecated":true})"));
}

TEST_CASE("--help shows every option with its default, and no old name") {
    CHECK(host::help(options) ==
          "  x-wait=SECONDS\n      How long (default 10)\n  x-keep=ROWS\n      How many (default 200)\n");
}

TEST_CASE("--help breaks long descriptions into lines of at most 100 characters, at blanks") {
    const std::string description =
        "Seconds " + std::string(80, 'x') + " after the last " + std::string(200, 'y') + " end";
    const std::array<host::Option, 1> longer{
        {{.name = "x", .unit = "N", .description = description, .least = 0, .most = 1, .default_value = 1}}};
    CHECK(host::help(longer) == "  x=N\n      Seconds " + std::string(80, 'x') + " after\n      the last\n      " +
                                    std::string(200, 'y') + " end (default 1)\n");
}

TEST_CASE("options of init are numbers; missing ones have their default") {
    for (const auto* none : {"{}", "null", "[]", "5"}) {
        CHECK(read(none).of(wait) == 10);
        CHECK(read(none).of(keep) == 200);
    }
    CHECK(read(R"({"x-wait":1,"x-keep":5})").of(wait) == 1);
    CHECK(read(R"({"x-wait":1,"x-keep":5})").of(keep) == 5);
    CHECK(read(R"({"x-wait":1,"x-keep":5})").by_old_name.empty());
}

TEST_CASE("an option that the program does not declare has its default") {
    constexpr host::Option other{.name = "y", .unit = "", .description = "", .least = 0, .most = 1, .default_value = 1};
    CHECK(read("{}").of(other) == 1);
}

TEST_CASE("an old name sets the option, unless the new name is set") {
    const auto old = read(R"({"x-linger":30})");
    CHECK(old.of(wait) == 30);
    REQUIRE(old.by_old_name.size() == 1);
    CHECK(old.by_old_name[0]->name == "x-wait");
    CHECK(read(R"({"x-linger":30,"x-wait":10})").of(wait) == 30); // 10 is the default
    CHECK(read(R"({"x-linger":30,"x-wait":20})").of(wait) == 20);
    CHECK(read(R"({"x-linger":30,"x-wait":20})").by_old_name.size() == 1);
    CHECK(read_options(options, parsed(R"({"x-linger":61})")).error() ==
          "x-linger: should be a whole number from 1 to 60");
    CHECK(changed(R"({"config":"x-linger","val":"50"})").of(wait) == 50);
    CHECK(read_setconfig(options, parsed(R"(["x-linger","50"])"))->name == "x-linger");
}

TEST_CASE("a value out of bounds is refused with the bounds") {
    CHECK(read(R"({"x-wait":60,"x-keep":5000})").of(wait) == 60);
    CHECK(read(R"({"x-wait":60,"x-keep":5000})").of(keep) == 5000);
    for (const auto* value : {"61", "0", "-1", "1.5", "18446744073709551615", "18446744073709551616", "true", "null",
                              "[]", "\"x\"", "\"\"", "\"-1\"", "\"61\""})
        CHECK(read_options(options, parsed(R"({"x-wait":)" + std::string(value) + "}")).error() ==
              "x-wait: should be a whole number from 1 to 60");
    CHECK(read_options(options, parsed(R"({"x-keep":5001})")).error() ==
          "x-keep: should be a whole number from 0 to 5000");
}

TEST_CASE("an unknown option is refused with its name") {
    CHECK(read_options(options, parsed(R"({"foo":1})")).error() == "foo: not an option of this plugin");
    CHECK(read_options({}, parsed(R"({"":1})")).error() == ": not an option of this plugin");
    const auto long_name = R"({")" + std::string(64, 'a') + R"(":1})"; // it is logged
    CHECK(read_options(options, parsed(long_name)).error() == "(a long text): not an option of this plugin");
}

TEST_CASE("setconfig's values are strings of any type and change only the option it names") {
    CHECK(changed(R"({"config":"x-wait","val":"60"})").of(wait) == 60);
    CHECK(changed(R"({"config":"x-wait","val":"60"})").of(keep) == 44);
    CHECK(changed(R"(["x-keep","0"])").of(wait) == 33);
    CHECK(changed(R"(["x-keep","0"])").of(keep) == 0);
    CHECK(changed(R"({"config":"x-keep","val":9})").of(keep) == 9);
}

TEST_CASE("setconfig refuses with the name of the option or parameter") {
    CHECK(refusal(R"({"config":"x-wait","val":"soon"})") == "x-wait: should be a whole number from 1 to 60");
    CHECK(refusal(R"({"config":"x-wait","val":["1"]})") == "x-wait: should be a whole number from 1 to 60");
    CHECK(refusal(R"({"config":"other","val":"1"})") == "other: not an option of this plugin");
    CHECK(refusal(R"({"config":"x-wait"})") == "missing required parameter: val");
    CHECK(refusal(R"({"val":"1"})") == "missing required parameter: config");
    CHECK(refusal(R"({"config":5,"val":"1"})") == "config: should be a string: invalid token '5'");
    CHECK(refusal("[]") == "missing required parameter: config");
    CHECK(refusal(R"(["a","b","c"])") == "too many parameters: got 3, expected 2");
}

namespace {

std::optional<std::string> no_blank(std::string_view value) {
    return value.find(' ') == std::string_view::npos ? std::nullopt
                                                     : std::optional<std::string>("should have no blank");
}

using Kind = host::Option::Kind;

constexpr host::Option where{.name = "y-dir",
                             .unit = "DIR",
                             .description = "Where",
                             .kind = Kind::text,
                             .default_text = "lnd",
                             .check = no_blank};
constexpr host::Option label{.name = "y-label", .unit = "TEXT", .description = "A label", .kind = Kind::text};
constexpr host::Option listen{.name = "y-listen",
                              .unit = "ADDRESS",
                              .description = "Address",
                              .kind = Kind::texts,
                              .default_text = "localhost:1",
                              .check = no_blank};
constexpr host::Option extra{.name = "y-extra", .unit = "NAME", .description = "Names", .kind = Kind::texts};
constexpr host::Option quiet{.name = "y-quiet", .unit = "", .description = "No log", .kind = Kind::flag};
constexpr std::array<host::Option, 5> kinds{where, label, listen, extra, quiet};

using Texts = std::vector<std::string>;

Settings read_kinds(std::string_view given) {
    const auto settings = read_options(kinds, parsed(given));
    REQUIRE(settings.has_value());
    return *settings;
}

std::string kind_refusal(const Tree& given) {
    const auto settings = read_options(kinds, given);
    REQUIRE_FALSE(settings.has_value());
    return settings.error();
}

} // namespace

TEST_CASE("texts and flags are declared in lightningd's form, not dynamic, and a default only if there is one") {
    CHECK(host::declare(kinds) == parsed(R"([
        {"name":"y-dir","type":"string","default":"lnd","description":"Where"},
        {"name":"y-label","type":"string","description":"A label"},
        {"name":"y-listen","type":"string","multi":true,"default":"localhost:1","description":"Address"},
        {"name":"y-extra","type":"string","multi":true,"description":"Names"},
        {"name":"y-quiet","type":"flag","description":"No log"}])"));
}

TEST_CASE("--help shows which options may be repeated, and flags without a value") {
    CHECK(host::help(kinds) == "  y-dir=DIR\n      Where (default lnd)\n"
                               "  y-label=TEXT\n      A label\n"
                               "  y-listen=ADDRESS (may be repeated)\n      Address (default localhost:1)\n"
                               "  y-extra=NAME (may be repeated)\n      Names\n"
                               "  y-quiet\n      No log\n");
}

TEST_CASE("options that are not given have their default, whether lightningd passes it or not") {
    for (const auto* given : {"{}", R"({"y-dir":"lnd","y-listen":["localhost:1"]})"}) {
        const auto settings = read_kinds(given);
        CHECK(settings.text(where) == "lnd");
        CHECK(settings.text(label).empty());
        CHECK(settings.texts(listen) == Texts{"localhost:1"});
        CHECK(settings.texts(extra).empty());
        CHECK_FALSE(settings.flag(quiet));
    }
}

TEST_CASE("texts and flags of init are read by their kind") {
    const auto settings = read_kinds(
        R"({"y-dir":"d\u00e9","y-label":"","y-listen":["a:1","b:2","a:1"],"y-extra":["c d"],"y-quiet":true})");
    CHECK(settings.text(where) == "d\u00e9");
    CHECK(settings.text(label).empty());
    CHECK(settings.texts(listen) == Texts{"a:1", "b:2", "a:1"});
    CHECK(settings.texts(extra) == Texts{"c d"});
    CHECK(settings.flag(quiet));
    CHECK(read_kinds(R"({"y-listen":"a:1"})").texts(listen) == Texts{"a:1"});
    CHECK(read_kinds(R"({"y-listen":[]})").texts(listen).empty());
    CHECK_FALSE(read_kinds(R"({"y-quiet":false})").flag(quiet));
}

TEST_CASE("the program's check refuses a text, each of several, with the option's name") {
    CHECK(kind_refusal({{"y-dir", "a b"}}) == "y-dir: should have no blank");
    CHECK(kind_refusal({{"y-listen", {"a:1", "b :2"}}}) == "y-listen: should have no blank");
}

TEST_CASE("a value of another kind is refused") {
    for (const Tree& value : {Tree(5), Tree(nullptr), Tree(true), Tree::object(), Tree::array()})
        CHECK(kind_refusal({{"y-dir", value}}) == "y-dir: should be a text");
    for (const Tree& value : {Tree(5), Tree(nullptr), Tree(true), Tree::object()}) {
        CHECK(kind_refusal({{"y-listen", value}}) == "y-listen: should be a text");
        CHECK(kind_refusal({{"y-listen", Tree::array({"a:1", value})}}) == "y-listen: should be a text");
    }
    for (const Tree& value : {Tree(5), Tree(nullptr), Tree("true"), Tree::object(), Tree::array()})
        CHECK(kind_refusal({{"y-quiet", value}}) == "y-quiet: should have no value");
}

TEST_CASE("control characters are refused: texts may be logged") {
    for (const auto* text : {"a\nb", "a\tb", "\x7f"}) {
        CHECK(kind_refusal({{"y-label", text}}) == "y-label: should have no control characters");
        CHECK(kind_refusal({{"y-extra", Tree::array({text})}}) == "y-extra: should have no control characters");
    }
    CHECK(kind_refusal({{"y-label", std::string(1, '\0')}}) == "y-label: should have no control characters");
}

TEST_CASE("setconfig changes only numbers") {
    for (const auto* name : {"y-dir", "y-listen"}) {
        const auto setting = read_setconfig(kinds, Tree{{"config", name}, {"val", "a:1"}});
        REQUIRE_FALSE(setting.has_value());
        CHECK(setting.error().code == -32602);
        CHECK(setting.error().message == std::string(name) + ": cannot be changed while the plugin runs");
    }
    CHECK_FALSE(read_setconfig(kinds, Tree{{"config", "y-quiet"}, {"val", true}}).has_value());
}

} // namespace option_test
