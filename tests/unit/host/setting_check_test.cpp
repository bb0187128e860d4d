#include "host/setting_check.hpp"

#include "host/start_config.hpp"
#include "node.hpp"
#include "x_options.hpp"

#include <array>

#include <doctest/doctest.h>

namespace setting_check_test {

namespace {

using x_options::options;
using x_options::wait;
const std::string good = R"({"config":"x-wait","val":"30"})";

struct Checked {
    io::Loop loop;
    unit::Node node{loop};
    host::Parent parent{true, {}};
    host::SettingCheck check{loop, node.lightningd, parent, options};
    std::vector<std::string> answers; ///< `=value`, or the error

    void ask(const std::string& params) {
        check.check(*json::parse(params), [this](const tl::expected<host::Setting, rpc::Error>& setting) {
            answers.push_back(setting ? "=" + std::to_string(setting->value) : setting.error().message);
            if (!setting)
                CHECK(setting.error().code == rpc::invalid_params);
        });
    }
};

std::string started_by(const std::string& plugin) {
    return R"({"configs":{"plugin":{"values_str":[)" + json::quote(plugin) + "]}}}";
}

} // namespace

TEST_CASE("an invalid value is refused without asking lightningd") {
    Checked c;
    c.ask(R"({"config":"x-wait","val":"61"})");
    CHECK(c.answers == std::vector<std::string>{"x-wait: should be a whole number from 0 to 60"});
    CHECK(c.node.quiet());
}

TEST_CASE("a setting is accepted if lightningd's configuration starts the plugin") {
    Checked c;
    c.ask(good);
    const auto call = c.node.next();
    CHECK(call.method == "listconfigs");
    c.node.answer(call, started_by(host::own_path().string()));
    CHECK(c.answers == std::vector<std::string>{"=30"});
}

TEST_CASE("a setting is refused if the configuration does not start the plugin, with the commands that work") {
    Checked c;
    c.ask(good);
    c.node.answer(c.node.next(), started_by("/another"));
    REQUIRE(c.answers.size() == 1);
    CHECK(c.answers[0].starts_with("x-wait is unchanged: no plugin= or plugin-dir="));
    CHECK(c.answers[0].find("x-wait=30") != std::string::npos);
}

TEST_CASE("a setting is refused if listconfigs fails, but accepted if lightningd has no such command") {
    Checked c;
    c.ask(good);
    c.node.refuse(c.node.next(), {-1, "no"});
    c.ask(good);
    c.node.answer(c.node.next(), "{}");
    c.ask(good);
    c.node.refuse(c.node.next(), {rpc::method_not_found, "Unknown command"});
    REQUIRE(c.answers.size() == 3);
    CHECK(c.answers[0].starts_with("x-wait is unchanged: listconfigs failed"));
    CHECK(c.answers[1] == c.answers[0]);
    CHECK(c.answers[2] == "=30");
}

TEST_CASE("an old name is refused if lightningd would not start with it") {
    Checked c;
    const std::string old = R"({"config":"x-linger","val":"30"})";
    c.parent.takes_deprecated = false;
    c.ask(old);
    REQUIRE(c.answers.size() == 1);
    CHECK(c.answers[0].starts_with("x-linger is unchanged: with allow-deprecated-apis=false"));
    CHECK(c.answers[0].ends_with("Use x-wait"));
    CHECK(c.node.quiet());
    c.ask(good);
    CHECK(c.node.next().method == "listconfigs");
    c.parent.takes_deprecated = true;
    c.ask(old);
    CHECK(c.node.next().method == "listconfigs");
}

TEST_CASE("on another host every valid setting is accepted") {
    Checked c;
    c.parent.lightningd = false;
    c.ask(good);
    CHECK(c.answers == std::vector<std::string>{"=30"});
    CHECK(c.node.quiet());
}

TEST_CASE("without a connection the answer waits for one") {
    Checked c;
    c.node.hang_up();
    REQUIRE(unit::until(c.loop, [&] { return !c.node.lightningd.up(); }));
    c.ask(good);
    c.ask(good);
    CHECK(c.answers.empty());
    REQUIRE(unit::until(c.loop, [&] { return c.node.lightningd.up(); }));
    c.check.connected();
    c.node.answer(c.node.next(), started_by(host::own_path().string()));
    c.node.answer(c.node.next(), started_by("/another"));
    REQUIRE(c.answers.size() == 2);
    CHECK(c.answers[0] == "=30");
    c.check.connected();
    CHECK(c.node.quiet());
}

} // namespace setting_check_test
