#include "host/init.hpp"

#include <array>

#include <doctest/doctest.h>

namespace init_test {

namespace {

constexpr host::Option wait{
    .name = "x-wait", .unit = "", .description = "", .least = 0, .most = 60, .default_value = 10};
constexpr std::array<host::Option, 1> options{wait};

tl::expected<host::Init, host::CannotRun> read(std::string_view params) {
    return host::read_init(options, *json::parse(params));
}

} // namespace

TEST_CASE("init gives lightningd's directory, socket and options") {
    const auto init =
        read(R"({"options":{"x-wait":7},"configuration":{"lightning-dir":"/d","rpc-file":"rpc","startup":true}})");
    REQUIRE(init.has_value());
    CHECK(init->settings.of(wait) == 7);
    CHECK(init->lightning_dir == "/d");
    CHECK(init->rpc_file == "rpc");
    CHECK(init->startup);
    CHECK(init->network.empty());
    CHECK(read(R"({"configuration":{"lightning-dir":"/d","rpc-file":"rpc","network":"signet"}})")->network == "signet");
    CHECK_FALSE(read(R"({"configuration":{"lightning-dir":"/d","rpc-file":"rpc"}})")->startup);
    CHECK(read(R"({"configuration":{"lightning-dir":"/d","rpc-file":"rpc"}})")->settings.of(wait) == 10);
}

TEST_CASE("an init with an invalid option is refused with the option's name and bounds") {
    const auto init = read(R"({"options":{"x-wait":61},"configuration":{"lightning-dir":"/d","rpc-file":"rpc"}})");
    REQUIRE_FALSE(init.has_value());
    CHECK(init.error().bad_option);
    CHECK(init.error().reason == "x-wait: should be a whole number from 0 to 60");
}

TEST_CASE("an init without a required member is refused with its name") {
    for (const auto* params : {"{}", "[]", "7", "null"}) {
        REQUIRE_FALSE(read(params).has_value());
        CHECK(read(params).error().reason == "init has no configuration");
        CHECK_FALSE(read(params).error().bad_option);
    }
    CHECK(read(R"({"configuration":{"lightning-dir":"/d"}})").error().reason == "configuration.rpc-file: missing");
    CHECK(read(R"({"configuration":{"rpc-file":"rpc","lightning-dir":7}})")
              .error()
              .reason.starts_with("configuration.lightning-dir: "));
}

} // namespace init_test
