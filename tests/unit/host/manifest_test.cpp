#include "host/manifest.hpp"

#include <array>

#include <doctest/doctest.h>

namespace manifest_test {

using json::Tree;

namespace {

constexpr std::array<cln::Param, 2> params{{{"first", true}, {"second"}}};
constexpr host::CommandSpec own{.name = "own", .params = params, .description = "Does it", .category = "x"};
constexpr host::CommandSpec taken{.name = "taken",
                                  .params = {},
                                  .description = "Does that",
                                  .long_description = "At length",
                                  .category = "y",
                                  .built_in = true};
constexpr std::array<std::string_view, 2> filters{"taken", "other"};
constexpr std::array<std::string_view, 2> topics{"one", "two"};

Tree declared_as(const host::Declaration& declared, const host::Parent& parent = {}) {
    const auto value = json::parse(host::manifest(declared, parent));
    REQUIRE(value.has_value());
    return *value;
}

const host::Declaration commands{.name = "x", .commands = {{own, nullptr, nullptr}, {taken, nullptr, nullptr}}};

} // namespace

TEST_CASE("a program that declares nothing has a valid manifest") {
    CHECK(declared_as({.name = "x"}) ==
          *json::parse(R"({"options":[],"rpcmethods":[],"subscriptions":[],"hooks":[],"notifications":[],)"
                       R"("dynamic":true,"nonnumericids":true,"cancheck":true})"));
}

TEST_CASE("a command has its usage, and a long description only if there is one") {
    const auto methods = declared_as(commands)["rpcmethods"];
    REQUIRE(methods.size() == 2);
    CHECK(methods[0] ==
          *json::parse(R"({"name":"own","usage":"first [second]","description":"Does it","category":"x"})"));
    CHECK(methods[1] == *json::parse(R"({"name":"taken","usage":"","description":"Does that",)"
                                     R"("long_description":"At length","category":"y"})"));
}

TEST_CASE("a command that lightningd has built in is not registered under lightningd") {
    const auto methods = declared_as(commands, {true, {}})["rpcmethods"];
    REQUIRE(methods.size() == 1);
    CHECK(methods[0]["name"] == "own");
    CHECK(host::registers(taken, {false, {}}));
    CHECK_FALSE(host::registers(taken, {true, {}}));
}

TEST_CASE("a hook filters the methods that the program does not serve itself") {
    auto declared = commands;
    declared.hooks = {{"rpc_command", filters}, {"peer_connected"}, {"left_out", {}, false}};
    CHECK(declared_as(declared, {true, {}})["hooks"] ==
          *json::parse(R"([{"name":"rpc_command","filters":["taken","other"]},{"name":"peer_connected"}])"));
    CHECK(declared_as(declared, {false, {}})["hooks"][0]["filters"] == *json::parse(R"(["other"])"));
}

TEST_CASE("a topic is subscribed to if lightningd's version has it") {
    host::Declaration declared{.name = "x"};
    declared.subscriptions = {{"always"}, {"later", {25, 9}}};
    CHECK(declared_as(declared, {true, {25, 5}})["subscriptions"] == *json::parse(R"(["always"])"));
    CHECK(declared_as(declared, {true, {25, 9}})["subscriptions"] == *json::parse(R"(["always","later"])"));
    CHECK(declared_as(declared, {true, {}})["subscriptions"].size() == 2);
}

TEST_CASE("the program's own topics are declared") {
    CHECK(declared_as({.name = "x", .topics = topics})["notifications"] ==
          *json::parse(R"([{"method":"one"},{"method":"two"}])"));
}

} // namespace manifest_test
