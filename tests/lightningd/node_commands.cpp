// help, getinfo, check, setconfig, listconfigs, plugin, stop, notifications: commands for operators and
// lightning-cli.
#include "args.hpp"
#include "node.hpp"

#include "rpc/write.hpp"

#include <map>

namespace standin {

namespace {

void getinfo(Node& node, const RequestPtr& request) {
    const std::string object =
        R"({"id":)" + json::quote(node.id()) +
        R"(,"alias":"STANDIN","color":"035fdd","num_peers":3,"num_pending_channels":0,"num_active_channels":3,)"
        R"("num_inactive_channels":0,"address":[],"binding":[],"version":")" +
        std::string(node.version.name()) + R"(","blockheight":)" + std::to_string(block_height) + R"(,"network":)" +
        json::quote(node.options.network) + R"(,"fees_collected_msat":0,"lightning-dir":)" +
        json::quote(node.directory) +
        R"(,"our_features":{"init":"08a0880a8a59a1","node":"88a0880a8a59a1","channel":"","invoice":"02000002024100"}})";
    succeed(*request, object);
}

void help(Node& node, const RequestPtr& request) {
    Args args(*request, {{"command"}});
    const auto wanted = args.string("command");
    if (args.refused(*request))
        return;
    if (wanted && !node.commands.find(*wanted))
        return fail(*request, rpc::method_not_found, "Unknown command '" + *wanted + "'");
    std::string object = R"({"help":[)";
    for (const auto& [name, method] : node.commands.all()) {
        if (wanted && name != *wanted)
            continue;
        const std::string line = method.usage.empty() ? name : name + " " + method.usage;
        object.append(object.back() == '[' ? "" : ",").append(R"({"command":)").append(json::quote(line)).append("}");
    }
    succeed(*request, object + R"(],"format-hint":"simple"})");
}

std::string config_json(Node& node, const std::string& name, const PluginOption& option, const Plugin& plugin) {
    std::string object = R"("config":)" + json::quote(name);
    const auto* values = node.plugins.option_values(name);
    const std::string text = values && !values->empty() ? values->back()
                             : values                   ? "true"
                                                        : option.fallback.value_or("");
    const auto value = option_value(option, text);
    switch (option.type) {
    case PluginOption::Type::integer:
        object.append(R"(,"value_int":)").append(value ? json::dump(*value) : "0");
        break;
    case PluginOption::Type::boolean:
        object.append(R"(,"value_bool":)").append(value ? json::dump(*value) : "false");
        break;
    case PluginOption::Type::flag:
        object.append(R"(,"set":)").append(values ? "true" : "false");
        break;
    case PluginOption::Type::string:
        object.append(R"(,"value_str":)").append(json::quote(text));
        break;
    }
    object.append(R"(,"source":)").append(json::quote(values ? node.directory + "/config.setconfig:2" : "default"));
    return object + R"(,"plugin":)" + json::quote(plugin.path()) + R"(,"dynamic":)" +
           (option.dynamic ? "true" : "false");
}

std::string xpay_config(const Node& node) {
    return R"("config":"xpay-handle-pay","value_bool":)" + std::string(node.xpay_handle_pay ? "true" : "false") +
           R"(,"source":)" + json::quote(node.directory + "/config.setconfig:2") +
           R"(,"plugin":"/usr/libexec/c-lightning/plugins/cln-xpay","dynamic":true)";
}

void setconfig(Node& node, const RequestPtr& request) {
    Args args(*request, {{"config", true}, {"val"}, {"transient"}});
    const auto name = args.string("config").value_or("");
    const auto* given = args.find("val");
    if (args.refused(*request))
        return;
    // A string whatever the type (src/cln/README.md, "Plugin commands").
    const std::string text = !given ? "" : given->is_string() ? given->get<std::string>() : json::dump(*given);
    if (name == "xpay-handle-pay" && node.version.has_xpay()) {
        if (!request->check_only)
            node.xpay_handle_pay = text == "true" || text == "1";
        return succeed(*request, request->check_only ? R"({"command_to_check":"setconfig"})"
                                                     : R"({"config":{)" + xpay_config(node) + "}}");
    }
    const auto [plugin, option] = node.plugins.option(name);
    if (!plugin)
        return fail(*request, rpc::invalid_params, "Unknown config option '" + name + "'");
    if (!option->dynamic)
        return fail(*request, rpc::invalid_params, "Not a dynamic option");
    if (const auto value = option_value(*option, text); !value)
        return fail(*request, rpc::invalid_params, value.error());
    const bool checking = request->check_only;
    if (checking && !plugin->manifest.can_check)
        return succeed(*request, R"({"command_to_check":"setconfig"})");
    const std::string method = checking ? "check" : "setconfig";
    std::string params = checking ? R"({"command_to_check":"setconfig",)" : "{";
    params.append(R"("config":)").append(json::quote(name));
    if (given)
        params.append(R"(,"val":)").append(json::quote(text));
    const std::string id = node.outgoing_id(*plugin, request->chain, method);
    plugin->call(
        id, rpc::request(id, method, params + "}"),
        [&node, request, plugin = plugin, name, text, given = given != nullptr, checking](const rpc::Message* reply) {
            if (!reply)
                return fail(*request, -4, "Plugin terminated before replying to RPC call.");
            if (!reply->error.empty()) {
                const auto error = json::parse(reply->error);
                if (!error || !error->is_object() || !error->contains("code") ||
                    !(*error)["code"].is_number_integer() || !error->contains("message"))
                    node.log(Level::broken, "plugin-" + plugin->name(),
                             "Bad setconfig response: " + std::string(reply->whole));
                return answer(*request, {false, std::string(reply->error), {}});
            }
            if (checking)
                return succeed(*request, R"({"command_to_check":"setconfig"})");
            node.plugins.set_option(name, given ? std::vector<std::string>{text} : std::vector<std::string>{});
            const auto [owner, option_now] = node.plugins.option(name);
            if (owner)
                succeed(*request, R"({"config":{)" + config_json(node, name, *option_now, *owner) + "}}");
        });
}

void listconfigs(Node& node, const RequestPtr& request) {
    Args args(*request, {{"config"}});
    const auto wanted = args.string("config");
    if (args.refused(*request))
        return;
    std::string object = R"({"configs":{)";
    const auto add = [&](const std::string& name, const std::string& fields) {
        if (wanted && *wanted != name)
            return;
        // Here the name is the key, not a member.
        object.append(object.back() == '{' ? "" : ",")
            .append(json::quote(name))
            .append(":{")
            .append(fields.substr(fields.find(',') + 1))
            .append("}");
    };
    add("lightning-dir",
        R"("config":"","value_str":)" + json::quote(node.options.lightning_dir) + R"(,"source":"cmdline")");
    std::string named;
    for (const auto& path : node.options.plugins)
        named.append(named.empty() ? "" : ",").append(json::quote(path));
    if (!named.empty())
        add("plugin", R"("config":"","values_str":[)" + named + R"(],"sources":["cmdline"])");
    if (node.version.has_xpay())
        add("xpay-handle-pay", xpay_config(node));
    for (const auto& plugin : node.plugins.all())
        for (const auto& option : plugin->manifest.options)
            add(option.name, config_json(node, option.name, option, *plugin));
    succeed(*request, object + "}}");
}

/// `plugin -k subcommand=start plugin=PATH OPTION=VALUE…`: takes the options out of the parameters.
std::map<std::string, std::string> take_options(Given& given) {
    std::map<std::string, std::string> options;
    const auto* subcommand = given.find("subcommand");
    if (!subcommand || contents(subcommand->text) != "start")
        return options;
    std::erase_if(given.tokens, [&](const Given::Token& token) {
        const bool option = token.name != "subcommand" && token.name != "plugin";
        if (option) {
            const auto value = json::parse(token.text);
            options[token.name] = value && value->is_string() ? value->get<std::string>() : std::string(token.text);
        }
        return option;
    });
    return options;
}

void plugin_command(Node& node, const RequestPtr& request) {
    const auto options = take_options(request->given);
    Args args(*request, {{"subcommand", true}, {"plugin"}, {"options"}});
    const auto subcommand = args.string("subcommand").value_or("");
    // Positional `plugin start PATH a=b` of lightning-cli is not imitated.
    const auto name = args.string("plugin");
    if (args.refused(*request))
        return;
    if (subcommand == "list")
        return succeed(*request, R"({"command":"list","plugins":)" + node.plugins.list_json() + "}");
    if (subcommand != "start" && subcommand != "stop")
        return fail(*request, rpc::invalid_params, "subcommand is not valid");
    if (!name)
        return fail(*request, rpc::invalid_params, "missing required parameter: plugin");
    if (request->check_only)
        return succeed(*request, R"({"command_to_check":"plugin"})");
    for (const auto& [option, value] : options)
        node.plugins.set_option(option, {value});
    if (subcommand == "start")
        return node.plugins.start(request, *name);
    node.plugins.stop(request, *name);
}

} // namespace

void add_node_commands(Node& node) {
    const auto add = [&node](const char* name, const char* usage, auto command, bool checks = false) {
        node.commands.add(
            name, usage, [&node, command](const RequestPtr& request) { command(node, request); }, checks);
    };
    add("getinfo", "", getinfo);
    add("help", "[command]", help);
    add("setconfig", "config [val] [transient]", setconfig, true);
    add("listconfigs", "[config]", listconfigs);
    add("plugin", "subcommand [plugin] [options]", plugin_command, true);
    add("check", "command_to_check", [](Node& n, const RequestPtr& request) { n.commands.check(request); });
    add("stop", "", [](Node& n, const RequestPtr& request) { n.stop(request); });
    // The connection answers it, because it changes the connection.
    add("notifications", "enable", [](Node&, const RequestPtr& request) { succeed(*request, "{}"); });
}

} // namespace standin
