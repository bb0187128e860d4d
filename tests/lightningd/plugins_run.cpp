// The rest of Plugins: after the start.
#include "json/members.hpp"
#include "node.hpp"
#include "plugins.hpp"
#include "rpc/write.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <unistd.h>

namespace standin {

using State = Plugin::State;

void Plugins::start(const RequestPtr& request, const std::string& path) {
    const std::string full = path.starts_with('/') ? path : node_.options.lightning_dir + "/plugins/" + path;
    if (::access(full.c_str(), X_OK) < 0)
        return fail(*request, -32602, full + " is not executable: " + std::strerror(errno));
    if (std::any_of(plugins_.begin(), plugins_.end(), [&](const auto& p) { return p->path() == full; }))
        return fail(*request, -32602, full + ": Invalid argument");
    std::string error;
    node_.next_id = std::max<std::uint64_t>(node_.next_id, 80);
    if (!launch(full, request, error))
        fail(*request, -3, error);
}

void Plugins::settle_start(Plugin& plugin, const std::string& error) {
    const auto at = starting_.find(&plugin);
    if (at == starting_.end())
        return;
    const RequestPtr request = at->second;
    starting_.erase(at);
    if (error.empty())
        succeed(*request, R"({"command":"start","plugins":)" + list_json() + "}");
    else
        fail(*request, -3, plugin.path() + ": " + error);
}

void Plugins::died(Plugin& plugin, const std::string& why) {
    settle_start(plugin, why);
    retire(plugin);
    step();
}

// Removes it from every list now. Its memory is freed in a later turn, because this may be called from its connection.
void Plugins::retire(Plugin& plugin) {
    node_.commands.remove_plugin_methods(plugin);
    const auto at = std::find_if(plugins_.begin(), plugins_.end(), [&](const auto& p) { return p.get() == &plugin; });
    if (at == plugins_.end())
        return;
    dead_plugins_.push_back(std::move(*at));
    plugins_.erase(at);
    node_.schedule.later([this] { dead_plugins_.clear(); });
    if (node_.version.has_plugin_topics())
        notify("plugin_stopped", {},
               R"({"plugin_stopped":{"plugin_name":)" + json::quote(plugin.name()) + R"(,"plugin_path":)" +
                   json::quote(plugin.path()) + "}}");
}

void Plugins::stop(const RequestPtr& request, const std::string& name) {
    Plugin* plugin = find(name);
    if (!plugin)
        return fail(*request, -32602, "Could not find plugin " + name);
    if (!plugin->manifest.dynamic)
        return fail(*request, -32602, plugin->name() + " cannot be managed when lightningd is up");
    const std::string done =
        R"({"command":"stop","result":)" + json::quote("Successfully stopped " + plugin->name() + ".") + "}";
    const auto& topics = plugin->manifest.subscriptions;
    const bool subscribed =
        std::any_of(topics.begin(), topics.end(), [](const auto& t) { return t == "shutdown" || t == "*"; });
    if (!subscribed) {
        plugin->kill(Level::debug, "stopped by lightningd via RPC");
        return succeed(*request, done);
    }
    const auto answered = std::make_shared<bool>(false);
    const auto finish = [this, request, plugin, done, answered](bool late) {
        if (std::exchange(*answered, true))
            return;
        if (alive(plugin)) {
            if (late)
                log(Level::unusual, *plugin, "failed to self-terminate in time, killing.");
            plugin->kill(Level::debug, "stopped by lightningd via RPC");
        }
        succeed(*request, done);
    };
    plugin->send(rpc::notification("shutdown", R"({"shutdown":{}})"));
    plugin->when_exited([finish] { finish(false); });
    node_.schedule.after(node_.shutdown_limit(), [finish] { finish(true); });
}

void Plugins::shutdown(std::function<void()> done) {
    shutting_down_ = true;
    const auto waiting = std::make_shared<std::size_t>(1);
    const auto finished = std::make_shared<std::function<void()>>(std::move(done));
    const auto one_less = [waiting, finished] {
        if (--*waiting == 0)
            (*finished)();
    };
    for (const auto& plugin : plugins_) {
        const auto& topics = plugin->manifest.subscriptions;
        const bool subscribed =
            std::any_of(topics.begin(), topics.end(), [](const auto& t) { return t == "shutdown" || t == "*"; });
        if (!subscribed || plugin->state != State::complete) {
            plugin->drop();
            continue;
        }
        ++*waiting;
        for (const auto& topic : topics)
            if (topic == "shutdown" || topic == "*")
                plugin->send(rpc::notification("shutdown", R"({"shutdown":{}})"));
        plugin->when_exited(one_less);
    }
    node_.schedule.after(node_.shutdown_limit(), [waiting, finished] {
        if (std::exchange(*waiting, 1) != 0)
            (*finished)();
    });
    node_.schedule.later(one_less);
}

bool Plugins::wanted(std::string_view topic) const {
    return std::any_of(plugins_.begin(), plugins_.end(), [&](const auto& p) {
        const auto& topics = p->manifest.subscriptions;
        return p->state == State::complete &&
               std::any_of(topics.begin(), topics.end(), [&](const auto& t) { return t == topic || t == "*"; });
    });
}

void Plugins::notify(std::string_view topic, std::string_view origin, std::string_view params) {
    if (!wanted(topic))
        return;
    std::string text = R"({"jsonrpc":"2.0","method":")" + std::string(topic) + "\"";
    if (!origin.empty() && node_.version.origin_at_top())
        text.append(R"(,"origin":")").append(origin).append("\"");
    text.append(",\"params\":");
    if (!origin.empty() && !node_.version.origin_at_top())
        text.append(R"({"origin":")").append(origin).append(R"(","payload":)").append(params).append("}");
    else
        text.append(params);
    text.append("}\n\n");
    // A plugin that names the topic and `*` gets it twice (facts.json, subscriber_second), but not in all versions.
    for (const auto& plugin : plugins_) {
        const auto& topics = plugin->manifest.subscriptions;
        const auto times = plugin->state != State::complete
                               ? 0
                               : std::count_if(topics.begin(), topics.end(), [&](const auto& subscribed) {
                                     return subscribed == topic || (subscribed == "*" && topic != "log");
                                 });
        for (auto left = node_.version.star_doubles() ? times : std::min<std::ptrdiff_t>(times, 1); left > 0; --left)
            plugin->send(text);
    }
}

void Plugins::notification(Plugin& plugin, std::string_view topic, std::string_view params) {
    if (topic == "message" || topic == "progress") {
        std::string_view id;
        json::ObjectScanner members(params);
        while (const auto member = members.next())
            if (member->key == "\"id\"")
                id = member->value;
        if (id.empty())
            return plugin.kill(Level::info, "JSON-RPC notify \"id\"-field is not present");
        return node_.commands.forward_notification(plugin, topic, params, id);
    }
    const auto& declared = plugin.manifest.topics;
    if (std::find(declared.begin(), declared.end(), topic) == declared.end())
        return log(Level::unusual, plugin,
                   "Plugin attempted to send a notification to topic \"" + std::string(topic) +
                       "\" it hasn't declared in its manifest, not forwarding to subscribers.");
    notify(topic, plugin.name(), params);
}

std::vector<Plugin*> Plugins::hooked(std::string_view method) {
    struct Entry {
        Plugin* plugin;
        const PluginHook* hook;
    };
    std::vector<Entry> chain;
    for (const auto& plugin : plugins_)
        for (const auto& hook : plugin->manifest.hooks)
            if (hook.name == "rpc_command" &&
                (plugin->state == State::complete || plugin->state == State::awaiting_init))
                chain.push_back({plugin.get(), &hook});
    // Registration order, then `before` and `after` by names.
    const auto names = [](const std::vector<std::string>& list, const Plugin& p) {
        return std::find(list.begin(), list.end(), p.name()) != list.end();
    };
    for (std::size_t i = 0; i < chain.size(); ++i)
        for (std::size_t j = i + 1; j < chain.size(); ++j)
            if (names(chain[i].hook->after, *chain[j].plugin) || names(chain[j].hook->before, *chain[i].plugin))
                std::swap(chain[i], chain[j]);
    std::vector<Plugin*> plugins;
    for (const auto& [plugin, hook] : chain)
        if (hook->filters.empty() ||
            std::find(hook->filters.begin(), hook->filters.end(), method) != hook->filters.end())
            plugins.push_back(plugin);
    return plugins;
}

Plugin* Plugins::find(const std::string& name) {
    const auto at = std::find_if(plugins_.begin(), plugins_.end(),
                                 [&](const auto& p) { return p->path() == name || p->name() == name; });
    return at == plugins_.end() ? nullptr : at->get();
}

bool Plugins::alive(const Plugin* plugin) const {
    return std::any_of(plugins_.begin(), plugins_.end(), [&](const auto& p) { return p.get() == plugin; });
}

std::string Plugins::list_json() const {
    std::string json = "[";
    for (const auto& plugin : plugins_)
        json.append(json.size() > 1 ? "," : "")
            .append(R"({"name":)")
            .append(json::quote(plugin->path()))
            .append(R"(,"active":)")
            .append(plugin->state == State::complete ? "true" : "false")
            .append(R"(,"dynamic":)")
            .append(plugin->manifest.dynamic ? "true}" : "false}");
    return json + "]";
}

const std::vector<std::string>* Plugins::option_values(const std::string& name) const {
    const auto at = options_.find(name);
    return at == options_.end() ? nullptr : &at->second;
}

std::pair<Plugin*, const PluginOption*> Plugins::option(const std::string& name) {
    for (const auto& plugin : plugins_)
        for (const auto& entry : plugin->manifest.options)
            if (entry.name == name)
                return {plugin.get(), &entry};
    return {nullptr, nullptr};
}

} // namespace standin
