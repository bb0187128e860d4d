#include "manifest.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace standin {

namespace {

using Bad = tl::unexpected<std::string>;

constexpr std::array native_topics = {
    "balance_snapshot",
    "block_added",
    "block_processed",
    "channel_open_failed",
    "channel_opened",
    "channel_state_changed",
    "coin_movement",
    "connect",
    "custommsg",
    "deprecated_oneshot",
    "disconnect",
    "forward_event",
    "invoice_creation",
    "invoice_payment",
    "log",
    "onionmessage_forward_fail",
    "openchannel_peer_sigs",
    "plugin_started",
    "plugin_stopped",
    "sendpay_failure",
    "sendpay_success",
    "shutdown",
    "warning",
};

constexpr std::array hook_names = {
    "rpc_command",
    "custommsg",
    "htlc_accepted",
    "invoice_payment",
    "openchannel",
    "openchannel2",
    "openchannel2_changed",
    "openchannel2_sign",
    "peer_connected",
    "db_write",
    "commitment_revocation",
    "onion_message_recv",
    "onion_message_recv_secret",
    "rbf_channel",
    "recover",
};

/// Like json_strdup: strings without quotes, any other value as its text.
std::string as_text(const json::Tree& value) {
    return value.is_string() ? value.get<std::string>() : json::dump(value);
}

tl::expected<bool, std::string> boolean(const json::Tree& object, const std::string& owner, const char* name) {
    const auto at = object.find(name);
    if (at == object.end())
        return false;
    if (!at->is_boolean())
        return Bad(owner + ": invalid \"" + name + "\" field " + json::dump(*at));
    return at->get<bool>();
}

tl::expected<PluginOption, std::string> read_option(const json::Tree& entry) {
    const char* missing = "An option is missing either \"name\", \"description\" or \"type\"";
    if (!entry.is_object() || !entry.contains("name") || !entry.contains("type") || !entry.contains("description"))
        return Bad(missing);
    PluginOption option;
    option.name = as_text(entry["name"]);
    if (option.name.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz_-") != std::string::npos)
        return Bad("Option \"name\" must be lowercase alphanumeric, plus _ or -'");
    for (const auto& [field, name] : {std::pair{&option.multi, "multi"}, std::pair{&option.dynamic, "dynamic"}}) {
        const auto value = boolean(entry, "--" + option.name, name);
        if (!value)
            return Bad(value.error());
        *field = *value;
    }
    option.type_name = as_text(entry["type"]);
    const auto fallback = entry.find("default");
    if (option.type_name == "flag") {
        option.type = PluginOption::Type::flag;
        if (fallback != entry.end() && *fallback != false)
            return Bad("--" + option.name + " type flag default must be 'false' not " + json::dump(*fallback));
        if (option.multi)
            return Bad("flag type cannot be multi");
        return option;
    }
    if (option.type_name == "int")
        option.type = PluginOption::Type::integer;
    else if (option.type_name == "bool")
        option.type = PluginOption::Type::boolean;
    else if (option.type_name != "string" && option.type_name != "string-conceal")
        return Bad("Only \"string\", \"int\", \"bool\", and \"flag\" options are supported");
    if (option.type == PluginOption::Type::boolean && option.multi)
        return Bad("bool type cannot be multi");
    if (fallback != entry.end() && !fallback->is_null()) {
        option.fallback = as_text(*fallback);
        if (const auto value = option_value(option, *option.fallback); !value)
            return Bad("Invalid default '" + *option.fallback + "': " + value.error());
    }
    return option;
}

tl::expected<PluginHook, std::string> read_hook(const json::Tree& entry, const Version& version) {
    PluginHook hook;
    hook.name = as_text(entry);
    const auto list = [&](const char* name) {
        std::vector<std::string> values;
        for (const auto& value : entry.value(name, json::Tree::array()))
            values.push_back(as_text(value));
        return values;
    };
    if (entry.is_object()) {
        if (!entry.contains("name"))
            return Bad("no name in hook obj " + json::dump(entry));
        hook.name = as_text(entry["name"]);
        if (version.has_hook_filters())
            hook.filters = list("filters");
        hook.before = list("before");
        hook.after = list("after");
    }
    if (std::find(hook_names.begin(), hook_names.end(), hook.name) == hook_names.end())
        return Bad("could not register hook '" + hook.name +
                   "', either the name doesn't exist or another plugin already registered it.");
    if (!hook.filters.empty() && hook.name != "rpc_command" && hook.name != "custommsg")
        return Bad("hook " + hook.name + " does not support filters");
    return hook;
}

tl::expected<void, std::string> read_lists(Manifest& manifest, const json::Tree& result, const Version& version) {
    for (const auto& entry : result.value("notifications", json::Tree::array())) {
        if (!entry.is_object() || !entry.contains("method") || !entry["method"].is_string())
            return Bad("Malformed notifications entry " + json::dump(entry));
        const auto name = entry["method"].get<std::string>();
        if (is_native_topic(name, version))
            return Bad("Notification topic \"" + name + "\" is already used by lightningd");
        manifest.topics.push_back(name);
    }
    if (!result.contains("options"))
        return Bad("\"result.options\" was not found in the manifest");
    if (!result["options"].is_array())
        return Bad("\"result.options\" is not an array");
    for (const auto& entry : result["options"]) {
        auto option = read_option(entry);
        if (!option)
            return Bad(option.error());
        manifest.options.push_back(std::move(*option));
    }
    if (!result.contains("rpcmethods"))
        return Bad("\"result.rpcmethods\" missing");
    if (!result["rpcmethods"].is_array())
        return Bad("\"result.rpcmethods\" is not an array");
    for (const auto& entry : result["rpcmethods"]) {
        if (!entry.is_object() || !entry.contains("name") || !entry["name"].is_string() || !entry.contains("usage") ||
            !entry["usage"].is_string())
            return Bad("rpcmethod does not have a string \"name\" and a string \"usage\": " + json::dump(entry));
        if (version.needs_descriptions() && (!entry.contains("description") || !entry["description"].is_string()))
            return Bad("rpcmethod does not have a string \"description\": " + json::dump(entry));
        manifest.methods.push_back({entry["name"].get<std::string>(), entry["usage"].get<std::string>()});
    }
    const json::Tree subscriptions = result.value("subscriptions", json::Tree::array());
    if (!subscriptions.is_array())
        return Bad("\"result.subscriptions\" is not an array");
    for (const auto& entry : subscriptions) {
        if (!entry.is_string())
            return Bad("result.subscriptions entry is not a string: " + json::dump(entry));
        manifest.subscriptions.push_back(entry.get<std::string>());
    }
    for (const auto& entry : result.value("hooks", json::Tree::array())) {
        auto hook = read_hook(entry, version);
        if (!hook)
            return Bad(hook.error());
        manifest.hooks.push_back(std::move(*hook));
    }
    return {};
}

} // namespace

bool is_native_topic(std::string_view topic, const Version& version) {
    if (topic == "log" && !version.has_log_topic())
        return false;
    if ((topic == "plugin_started" || topic == "plugin_stopped") && !version.has_plugin_topics())
        return false;
    return std::find(native_topics.begin(), native_topics.end(), topic) != native_topics.end();
}

tl::expected<json::Tree, std::string> option_value(const PluginOption& option, const std::string& text) {
    switch (option.type) {
    case PluginOption::Type::string:
        return json::Tree(text);
    case PluginOption::Type::flag:
        return json::Tree(true);
    case PluginOption::Type::boolean:
        if (text == "true" || text == "1")
            return json::Tree(true);
        if (text == "false" || text == "0")
            return json::Tree(false);
        return Bad("'" + text + "' is not a boolean");
    case PluginOption::Type::integer:
        break;
    }
    long value = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc{} || end != text.data() + text.size() || text.empty())
        return Bad("'" + text + "' is not a number");
    return json::Tree(value);
}

tl::expected<Manifest, std::string> read_manifest(const json::Tree& reply, const Version& version,
                                                  bool deprecated_apis) {
    const auto result = reply.find("result");
    if (result == reply.end() || !result->is_object())
        return Bad("Invalid/missing result tok in '" + json::dump(reply) + "'");
    Manifest manifest;
    if (const auto reason = result->find("disable"); reason != result->end()) {
        manifest.disabled = as_text(*reason);
        return manifest;
    }
    const auto dynamic = boolean(*result, "getmanifest", "dynamic");
    if (!dynamic)
        return Bad(dynamic.error());
    manifest.dynamic = *dynamic;
    if (const auto ids = result->find("nonnumericids"); ids != result->end()) {
        if (!ids->is_boolean())
            return Bad("Invalid nonnumericids: " + json::dump(*ids));
        manifest.numeric_ids = !ids->get<bool>();
        if (manifest.numeric_ids && !(version.numbers_by_default() && deprecated_apis))
            return Bad("Plugin does not allow nonnumericids");
    } else {
        manifest.numeric_ids = version.numbers_by_default() && deprecated_apis;
    }
    if (const auto check = result->find("cancheck"); check != result->end() && version.has_cancheck()) {
        if (!check->is_boolean())
            return Bad("Invalid cancheck: " + json::dump(*check));
        manifest.can_check = check->get<bool>();
    }
    if (const auto read = read_lists(manifest, *result, version); !read)
        return Bad(read.error());
    return manifest;
}

} // namespace standin
