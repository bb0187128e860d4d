// A plugin's answer to getmanifest, checked as lightningd does (plugin_parse_getmanifest_response;
// src/cln/README.md, "Manifest"). Plugins checks what depends on other plugins or on built-in commands.
#pragma once

#include "version.hpp"

#include "json/text.hpp"

#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace standin {

struct PluginOption {
    enum class Type { string, integer, boolean, flag };
    std::string name;
    Type type = Type::string;
    std::string type_name;
    bool multi = false;
    bool dynamic = false;
    std::optional<std::string> fallback; ///< the manifest's default, as text
};

struct PluginMethod {
    std::string name;
    std::string usage;
};

struct PluginHook {
    std::string name;
    std::vector<std::string> filters; ///< empty: everything
    std::vector<std::string> before;
    std::vector<std::string> after;
};

struct Manifest {
    std::optional<std::string> disabled; ///< the plugin's reason; the rest is not read then
    std::vector<PluginOption> options;
    std::vector<PluginMethod> methods;
    std::vector<std::string> subscriptions;
    std::vector<std::string> topics;
    std::vector<PluginHook> hooks;
    bool dynamic = false;
    bool can_check = false;
    bool numeric_ids = false; ///< in older versions: of all requests to it but getmanifest
};

/// `reply` is the whole message. The error is the reason why lightningd kills the plugin.
[[nodiscard]] tl::expected<Manifest, std::string> read_manifest(const json::Tree& reply, const Version& version,
                                                                bool deprecated_apis);

/// For `init`'s options: the text as a value of the type, or the reason why it is invalid.
[[nodiscard]] tl::expected<json::Tree, std::string> option_value(const PluginOption& option, const std::string& text);

/// Topics that lightningd itself sends (lightningd/notification.c); of those that only some versions have, the ones
/// that a plugin may need.
[[nodiscard]] bool is_native_topic(std::string_view topic, const Version& version);

} // namespace standin
