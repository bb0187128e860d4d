// The tables of trackpayments-lnd against its man page, and the checks of its options.
#include "plugin/trackpayments-lnd/options.hpp"
#include "plugin/trackpayments-lnd/server.hpp"
#include "plugin/trackpayments-lnd/tables.hpp"

#include "host/manifest.hpp"
#include "lndapi/method.hpp"

#include <fstream>
#include <regex>
#include <sstream>

#include <doctest/doctest.h>

namespace lnd_tables_test {

using namespace trackpayments_lnd;

namespace {

/// The page without its markup.
std::string page() {
    std::ifstream file(MAN_DIR "/lightning-trackpayments-lnd.7.md");
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

} // namespace

TEST_CASE("the page has every option with its default, in order, and no other") {
    const auto text = section("OPTIONS");
    std::size_t at = 0;
    for (const auto& option : options) {
        std::string head = "\n" + std::string(option.name);
        head += option.unit.empty() ? "\n: " : "=" + std::string(option.unit) + "\n: ";
        at = text.find(head, at);
        REQUIRE_MESSAGE(at != std::string::npos, head);
        const auto entry = text.substr(at, text.find("\n\n", at + 1) - at);
        if (!option.default_text.empty())
            CHECK(has(entry, "default " + std::string(option.default_text)));
        CHECK(has(entry, "May be given several times") == (option.kind == host::Option::Kind::texts));
    }
    const std::regex heading("\n(trackpayments-lnd-[a-z0-9-]+)(=[A-Z:]+)?\n: ");
    CHECK(std::distance(std::sregex_iterator(text.begin(), text.end(), heading), {}) ==
          static_cast<std::ptrdiff_t>(options.size()));
}

TEST_CASE("the page has every method on both surfaces, and every member of the command's result") {
    const auto served = section("METHODS");
    for (const auto& row : lndapi::methods())
        CHECK(has(served, "| " + std::string(row.grpc_path) + " | " + std::string(row.rest_verb) + " " +
                              std::string(row.rest_path) + " |"));
    const auto result = section("RETURN VALUE");
    for (const auto& command : declaration(nullptr).commands)
        for (const auto& member : command.spec.result)
            CHECK(has(result, std::string(member.name)));
    for (const auto* file : macaroon_files)
        CHECK(has(section("FILES"), std::string(file).substr(0, std::string(file).find('.'))));
}

TEST_CASE("the page has every parameter of the command, in order, with its help and its default") {
    const auto spec = declaration(nullptr).commands.front().spec;
    CHECK(has(section("SYNOPSIS"), "\n" + std::string(spec.name) + " " + cln::usage(spec.params) + "\n"));
    const auto text = section("PARAMETERS");
    std::size_t at = 0;
    for (const auto& param : spec.params) {
        const std::string type = param.type == cln::ParamType::integer ? "integer" : "string";
        at = text.find("\n" + std::string(param.name) + " (" + type + ", optional)\n: ", at);
        REQUIRE_MESSAGE(at != std::string::npos, param.name);
        const auto entry = text.substr(at, text.find("\n\n", at + 1) - at);
        CHECK(has(entry, ": " + std::string(param.help)));
        if (!param.default_value.empty())
            CHECK(has(entry, "Default " + std::string(param.default_value)));
        CHECK(has(std::string(spec.description), "{" + std::string(param.name) + "}"));
    }
    CHECK(has(text, "1 to 1440"));
    for (const auto code : spec.codes)
        CHECK(has(section("RETURN VALUE"), "\n- " + std::to_string(code) + ": "));
}

TEST_CASE("`check` refuses what the command would refuse") {
    const auto command = declaration(nullptr).commands.front();
    const auto refused = [&](const char* params) { return command.check(json::parse(params).value()); };
    CHECK_FALSE(refused("{}"));
    CHECK_FALSE(refused(R"(["link",5])"));
    for (const auto* bad : {R"(["links"])", R"(["link",0])", R"({"minutes":5})"}) {
        REQUIRE(refused(bad));
        CHECK(refused(bad)->code == -32602);
    }
}

TEST_CASE("the manifest declares the command, the options and the topics") {
    const auto manifest =
        json::parse(host::manifest(declaration(nullptr), {.lightningd = true, .version = {26, 6}})).value();
    CHECK(manifest["rpcmethods"].size() == 1);
    CHECK(manifest["rpcmethods"][0]["name"] == "trackpayments-lnd");
    CHECK(manifest["rpcmethods"][0]["usage"] == "[action] [minutes]");
    CHECK(manifest["options"].size() == options.size());
    CHECK(manifest["subscriptions"] ==
          json::parse(R"(["shutdown","trackpayments","plugin_started","plugin_stopped"])").value());
    CHECK(manifest["hooks"].empty());
    CHECK(manifest["notifications"].empty());
    const auto old = json::parse(host::manifest(declaration(nullptr), {.lightningd = true, .version = {24, 11}}));
    CHECK((*old)["subscriptions"] == json::parse(R"(["shutdown","trackpayments"])").value());
}

TEST_CASE("an option that cannot be used is refused at the start") {
    for (const auto* good : {"off", "localhost:10009", "127.0.0.1:0", "[::1]:8080", ":10009", "localhost"})
        CHECK_FALSE(check_listen(good));
    for (const auto* bad : {"", "example.com:1", "localhost:65536", "localhost:x", "127.0.0.1:", "unix:///x"})
        CHECK(check_listen(bad));
    CHECK_FALSE(check_ip("10.0.0.1"));
    CHECK_FALSE(check_ip("fe80::1"));
    CHECK(check_ip("10.0.0"));
    CHECK(check_ip("node.example.com"));
    CHECK_FALSE(check_domain("node.example.com"));
    CHECK_FALSE(check_domain("*.example.com"));
    CHECK(check_domain(""));
    CHECK(check_domain("two names"));
    CHECK(check_domain(std::string(254, 'a')));
    for (const auto* good :
         {"*", "null", "https://example.com", "http://localhost:3000", "https://[::1]:8080", "capacitor://localhost"})
        CHECK_FALSE(check_origin(good));
    for (const auto* bad : {"", "example.com", "localhost:3000", "https://", "https://example.com/", "://a",
                            "https://a b", "https://a\n", "https://a,https://b/"})
        CHECK(check_origin(bad));
}

} // namespace lnd_tables_test
