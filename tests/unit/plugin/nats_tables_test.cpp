// The tables of trackpayments-nats against its man page, and the checks of its options.
#include "plugin/trackpayments-nats/options.hpp"
#include "plugin/trackpayments-nats/tables.hpp"

#include "host/manifest.hpp"

#include <fstream>
#include <regex>
#include <sstream>

#include <doctest/doctest.h>

namespace nats_tables_test {

using namespace trackpayments_nats;

namespace {

/// The page without its markup.
std::string page() {
    std::ifstream file(MAN_DIR "/lightning-trackpayments-nats.7.md");
    std::ostringstream text;
    text << file.rdbuf();
    return std::regex_replace(text.str(), std::regex(R"(\*|\\)"), "");
}

std::string section(const std::string& name) {
    const auto text = page();
    const auto begin = text.find("\n# " + name + "\n");
    REQUIRE_MESSAGE(begin != std::string::npos, name);
    return text.substr(begin + 1, text.find("\n# ", begin + 1) - begin);
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// False also if the page has further entries of this form.
bool has_all(const std::string& text, const std::regex& entry, std::size_t count) {
    return std::distance(std::sregex_iterator(text.begin(), text.end(), entry), {}) ==
           static_cast<std::ptrdiff_t>(count);
}

} // namespace

TEST_CASE("the page has every option with its unit and default, in order, and no other") {
    const auto text = section("OPTIONS");
    std::size_t at = 0;
    for (const auto& option : options) {
        std::string head = "\n" + std::string(option.name);
        head += option.unit.empty() ? "\n: " : "=" + std::string(option.unit) + "\n: ";
        at = text.find(head, at);
        REQUIRE_MESSAGE(at != std::string::npos, head);
        const auto entry = text.substr(at, text.find("\n\n", at + 1) - at);
        if (!option.default_text.empty())
            CHECK_MESSAGE(has(entry, "default " + std::string(option.default_text)), head);
        CHECK(has(entry, "May be given several times") == (option.kind == host::Option::Kind::texts));
        CHECK(has(entry, "=true") == (option.kind == host::Option::Kind::flag));
    }
    CHECK(has_all(text, std::regex("\n(trackpayments-nats-[a-z0-9-]+)(=\\S+)?\n: "), options.size()));
}

TEST_CASE("the page has every member of the command's result, with its type, and no other") {
    const auto text = section("RETURN VALUE");
    const auto spec = declaration(nullptr).commands.front().spec;
    for (const auto& member : spec.result)
        CHECK_MESSAGE(has(text, "\n- " + std::string(member.name) + " (" + std::string(member.type) + "): "),
                      std::string(member.name));
    CHECK(has_all(text, std::regex("\n- (\\w+) \\("), spec.result.size()));
    CHECK(has(section("SYNOPSIS"), "\n" + std::string(spec.name) + "\n"));
    for (const auto code : spec.codes)
        CHECK(has(section("ERRORS"), "\n- " + std::to_string(code) + ": "));
}

TEST_CASE("--help starts the plugin as the page does, which was tried: lightning-cli takes no `start` before -k") {
    std::smatch shown;
    const auto operating = section("OPERATING");
    REQUIRE(std::regex_search(operating, shown, std::regex(R"(\n    (lightning-cli plugin .* plugin=)\S+/)")));
    CHECK(has(about(), "\n  " + shown[1].str() + "/path/to/trackpayments-nats "));
}

TEST_CASE("the manifest declares the command, the options and the topics") {
    const auto manifest =
        json::parse(host::manifest(declaration(nullptr), {.lightningd = true, .version = {26, 6}})).value();
    REQUIRE(manifest["rpcmethods"].size() == 1);
    CHECK(manifest["rpcmethods"][0]["name"] == "trackpayments-nats");
    CHECK(manifest["rpcmethods"][0]["usage"] == "");
    CHECK(manifest["options"].size() == options.size());
    CHECK(manifest["subscriptions"] ==
          json::parse(R"(["shutdown","trackpayments","trackpayments_deleted","plugin_started","plugin_stopped"])")
              .value());
    CHECK(manifest["hooks"].empty());
    CHECK(manifest["notifications"].empty());
}

TEST_CASE("no option that would be too late to change is dynamic") {
    const auto manifest =
        json::parse(host::manifest(declaration(nullptr), {.lightningd = true, .version = {26, 6}})).value();
    for (const auto& option : manifest["options"])
        CHECK_FALSE(option.value("dynamic", false));
}

TEST_CASE("a value that cannot be used is refused at the start") {
    for (const auto* good : {"nats://127.0.0.1:4222", "tls://nats.example.com:4222", "nats://[::1]:4222", "tls://a"})
        CHECK_FALSE(check_url(good));
    for (const auto* bad : {"", "localhost:4222", "http://localhost", "nats://", "nats://a:0", "nats://a:65536",
                            "nats://a,b", "nats://a b", "nats://a/x", "nats://a:1\n"})
        CHECK_MESSAGE(check_url(bad), bad);
    for (const auto* secret : {"nats://user:pass@host:4222", "tls://token@host"}) {
        const auto why = check_url(secret);
        REQUIRE(why);
        CHECK_FALSE(has(*why, "pass@"));

        CHECK(has(*why, "listconfigs"));
    }
    CHECK_FALSE(check_stream("LIGHTNING_2-a"));
    for (const auto& bad :
         {std::string(), std::string("a.b"), std::string("a*"), std::string("a b"), std::string(65, 'a')})
        CHECK(check_stream(bad));
    for (const auto* good : {"1", "3", "5"})
        CHECK_FALSE(check_replicas(good));
    for (const auto* bad : {"", "0", "2", "4", "01", "three"})
        CHECK(check_replicas(bad));
    for (const auto* good : {"0", "24", "99999999"})
        CHECK_FALSE(check_limit(good));
    for (const auto* bad : {"", "-1", "1.5", "1h", "100000000"})
        CHECK(check_limit(bad));
    CHECK_FALSE(check_keep("all"));
    CHECK_FALSE(check_keep("last"));
    CHECK(check_keep("newest"));
    CHECK_FALSE(check_format("json"));
    CHECK_FALSE(check_format("protobuf"));
    CHECK(check_format("JSON"));
    CHECK_FALSE(check_begin("now"));
    CHECK_FALSE(check_begin("beginning"));
    CHECK(check_begin(""));
}

} // namespace nats_tables_test
