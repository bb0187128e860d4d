#include "cln/config.hpp"

#include "received.hpp"

namespace config_test {

using cln::decode_listconfigs;

TEST_CASE("listconfigs gives the plugins and plugin directories of the configuration") {
    // v26.06.6, shortened
    const auto config = decode_listconfigs(received::value(R"({"configs":{
        "lightning-dir":{"value_str":"/n/.lightning","source":"cmdline"},
        "plugin":{"values_str":["/a/one","two"],"sources":["/c:1","/c:2"]},
        "plugin-dir":{"values_str":["/d"],"sources":["/c:3"]},
        "important-plugin":{"values_str":["/a/three"],"sources":["/c:4"]},
        "autoclean-cycle":{"value_int":3600,"source":"default","plugin":"/b/plugins/autoclean","dynamic":true}}})"));
    REQUIRE(config.has_value());
    CHECK(config->plugins == std::vector<std::string>{"/a/one", "two", "/a/three"});
    CHECK(config->directories == std::vector<std::string>{"/d"});
    CHECK(config->lightning_dir == "/n/.lightning");
    CHECK(config->builtin == "/b/plugins/autoclean");
}

TEST_CASE("a configuration without plugins gives none") {
    const auto config =
        decode_listconfigs(received::value(R"({"configs":{"plugin":{"values_str":[]},"plugin-dir":{}}})"));
    REQUIRE(config.has_value());
    CHECK(config->plugins.empty());
    CHECK(config->directories.empty());
    CHECK(config->lightning_dir.empty());
    CHECK(config->builtin.empty());
}

TEST_CASE("an invalid listconfigs answer is refused with the path of the fault") {
    const auto refusal = [](const char* text) { return decode_listconfigs(received::value(text)).error().text(); };
    CHECK(refusal("[]") == "result: not an object");
    CHECK(refusal("{}") == "result.configs: missing");
    CHECK(refusal(R"({"configs":{"plugin":5}})") == "result.configs.plugin: not an object");
    CHECK(refusal(R"({"configs":{"plugin-dir":{"values_str":"/d"}}})") ==
          "result.configs.plugin-dir.values_str: not an array");
    CHECK(refusal(R"({"configs":{"important-plugin":{"values_str":["/a",5]}}})") ==
          "result.configs.important-plugin.values_str[1]: not a string");
}

} // namespace config_test
