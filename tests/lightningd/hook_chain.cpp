#include "hook_chain.hpp"

#include "json/members.hpp"
#include "node.hpp"
#include "rpc/write.hpp"

#include <csignal>
#include <deque>
#include <optional>
#include <string>

namespace standin {

namespace {

struct Chain {
    RequestPtr request;
    std::string payload;
    std::deque<Plugin*> left;
    std::optional<std::string> result;
    std::optional<std::string> error;
    std::optional<std::string> replacement;

    [[nodiscard]] bool modified() const { return result || error || replacement; }
};
using ChainPtr = std::shared_ptr<Chain>;

/// The request's members unchanged and in their order; only the blanks between them are lightningd's.
std::string serialize(const Request& request) {
    std::string json = R"({"rpc_command":{)";
    json::ObjectScanner members(request.message.whole);
    while (const auto member = members.next()) {
        if (json.back() != '{')
            json.push_back(',');
        json.append(member->key).append(":").append(member->value);
    }
    return json + "}}";
}

std::string_view member_of(std::string_view object, std::string_view quoted_key) {
    json::ObjectScanner members(object);
    std::string_view value;
    while (const auto member = members.next())
        if (member->key == quoted_key)
            value = member->value;
    return value;
}

void replace(Node& node, Chain& chain) {
    const std::string& text = *chain.replacement;
    const auto refuse = [&](const std::string& bad) {
        fail(*chain.request, rpc::invalid_request, "Bad response to 'rpc_command' hook: " + bad + " (" + text + ")");
    };
    if (text.empty() || text.front() != '{')
        return refuse("'replace' must be an object");
    const auto method = member_of(text, "\"method\"");
    if (method.size() < 2)
        return refuse("missing 'method'");
    if (member_of(text, "\"params\"").empty())
        return refuse("missing 'params'");
    if (member_of(text, "\"id\"").empty())
        return refuse("missing 'id'");
    const auto name = method.substr(1, method.size() - 2);
    if (!node.commands.find(name))
        return refuse("redirected to unknown method '" + std::string(name) + "'");
    if (member_of(text, "\"jsonrpc\"") != "\"2.0\"")
        return refuse("jsonrpc: \"2.0\" must be specified in the request");
    if (!chain.request->replace(text))
        return refuse("'replace' must be an object");
    // Run without calling the hooks again.
    node.commands.run(chain.request);
}

void finish(Node& node, Chain& chain) {
    if (chain.result)
        return answer(*chain.request, {true, *chain.result, {}});
    if (chain.error)
        return answer(*chain.request, {false, *chain.error, {}});
    if (chain.replacement)
        return replace(node, chain);
    node.commands.run(chain.request);
}

/// False when the chain has ended.
bool take(Node& node, Chain& chain, const Plugin& plugin, const rpc::Message& reply) {
    if (reply.result.empty())
        node.die(SIGABRT, "Plugin " + plugin.name() +
                              " returned an invalid response to the rpc_command hook: " + std::string(reply.whole));
    const auto broken = [&](std::string_view why) {
        node.log(Level::broken, "lightningd", "Bad response to 'rpc_command' hook. " + std::string(why));
        return true;
    };
    if (const auto result = member_of(reply.result, "\"result\""); !result.empty())
        return result == "\"continue\"" || broken("'result' should only be 'continue'.");
    if (chain.modified()) {
        node.log(Level::unusual, "lightningd",
                 "rpc_command hook '" + std::string(chain.request->message.method) + "' already modified, ignoring.");
        return false;
    }
    if (const auto replacement = member_of(reply.result, "\"replace\""); !replacement.empty()) {
        chain.replacement = std::string(replacement);
        return true;
    }
    const auto custom = member_of(reply.result, "\"return\"");
    if (const auto result = member_of(custom, "\"result\""); !result.empty()) {
        // A bare string is emitted without its quotes (json_strdup).
        chain.result = result.front() == '"' ? std::string(result.substr(1, result.size() - 2)) : std::string(result);
        return true;
    }
    if (const auto error = member_of(custom, "\"error\""); !error.empty()) {
        const auto code = member_of(error, "\"code\"");
        const auto message = member_of(error, "\"message\"");
        if (code.empty() || message.empty())
            node.die(SIGSEGV, "Plugin " + plugin.name() + " returned an error without " +
                                  (code.empty() ? "code" : "message") +
                                  " from the rpc_command hook: lightningd dereferences NULL");
        const auto number = json::parse(code);
        if (!number || !number->is_number_integer())
            return broken("'error' object does not contain a code.");
        chain.error = std::string(error);
        return true;
    }
    return broken("");
}

void next(Node& node, const ChainPtr& chain) {
    while (!chain->left.empty() && !node.plugins.alive(chain->left.front()))
        chain->left.pop_front();
    if (chain->left.empty())
        return finish(node, *chain);
    Plugin* plugin = chain->left.front();
    chain->left.pop_front();
    const std::string id = node.outgoing_id(*plugin, chain->request->chain, "rpc_command");
    plugin->call(id, rpc::request(id, "rpc_command", chain->payload),
                 [&node, chain, plugin](const rpc::Message* reply) {
                     // A plugin that dies counts as `continue` (facts.json, crash_mid_request).
                     if (reply && !take(node, *chain, *plugin, *reply))
                         return finish(node, *chain);
                     next(node, chain);
                 });
}

} // namespace

void call_rpc_command_hook(Node& node, const RequestPtr& request) {
    const auto plugins = node.plugins.hooked(request->message.method);
    if (plugins.empty())
        return node.commands.run(request);
    const auto chain = std::make_shared<Chain>();
    chain->request = request;
    chain->payload = serialize(*request);
    chain->left.assign(plugins.begin(), plugins.end());
    next(node, chain);
}

} // namespace standin
