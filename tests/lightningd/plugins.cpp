#include "plugins.hpp"

#include "node.hpp"
#include "rpc/write.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <set>
#include <stdexcept>

#include <unistd.h>

namespace standin {

using State = Plugin::State;

Plugins::Plugins(Node& node) : node_(node) {
    for (const auto& [name, values] : node.options.for_plugins)
        options_[name] = values;
}

Plugin* Plugins::launch(const std::string& path, const RequestPtr& request, std::string& error) {
    Plugin::Owner& self = *this; // the base is private: make_unique could not convert
    auto plugin = std::make_unique<Plugin>(node_.loop, self, path);
    const auto started = plugin->start(node_.options.developer, node_.directory, node_.version);
    if (!started) {
        error = path + ": opening pipe: " + started.error();
        return nullptr;
    }
    Plugin* raw = plugins_.emplace_back(std::move(plugin)).get();
    node_.log(Level::debug, "plugin-manager", "started(" + std::to_string(raw->pid()) + ") " + path);
    if (request)
        starting_[raw] = request;
    limit(*raw, "getmanifest");
    const std::string id = node_.outgoing_id(*raw, request ? request->chain : "", "getmanifest");
    const std::string params =
        std::string(R"({"allow-deprecated-apis":)") + (node_.options.deprecated_apis ? "true}" : "false}");
    raw->call(id, rpc::request(id, "getmanifest", params),
              [this, raw](const rpc::Message* reply) { got_manifest(*raw, reply); });
    return raw;
}

void Plugins::limit(Plugin& plugin, const char* what) {
    log(Level::debug, plugin, std::to_string(node_.start_limit().count()) + " ms for " + what);
    plugin.limit.start(node_.start_limit(), [this, &plugin, what] {
        const std::string why = std::string("timed out before replying to ") + what;
        // At startup this ends the whole daemon (src/cln/README.md, "Init").
        if (startup_)
            node_.die(SIGABRT, plugin.path() + ": " + why);
        plugin.kill(Level::info, why);
    });
}

void Plugins::start_all(std::function<void()> manifests_in, std::function<void()> ready) {
    manifests_in_ = std::move(manifests_in);
    ready_ = std::move(ready);
    for (const auto& path : node_.options.plugins) {
        std::string error;
        if (::access(path.c_str(), X_OK) < 0)
            node_.exit_with("bad plugin: " + path + " is not executable: " + std::strerror(errno));
        if (!launch(path, nullptr, error))
            node_.log(Level::info, "plugin-manager", error);
    }
    step();
}

void Plugins::step() {
    if (!startup_)
        return;
    const auto in_state = [&](State state) {
        return std::any_of(plugins_.begin(), plugins_.end(), [&](const auto& p) { return p->state == state; });
    };
    if (manifests_in_ && !in_state(State::awaiting_manifest)) {
        check_subscriptions();
        for (const auto& [name, values] : options_)
            if (!option(name).first)
                node_.exit_with("--" + name + ": unrecognized option");
        std::exchange(manifests_in_, nullptr)();
        for (const auto& plugin : plugins_)
            if (plugin->state == State::needs_init)
                init(*plugin);
    }
    if (!manifests_in_ && !in_state(State::awaiting_init) && !in_state(State::needs_init)) {
        startup_ = false;
        if (ready_)
            std::exchange(ready_, nullptr)();
    }
}

void Plugins::got_manifest(Plugin& plugin, const rpc::Message* reply) {
    if (!reply)
        return;
    plugin.limit.cancel();
    const auto parsed = json::parse(reply->whole);
    auto manifest = parsed ? read_manifest(*parsed, node_.version, node_.options.deprecated_apis)
                           : tl::unexpected("Invalid/missing result tok in '" + std::string(reply->whole) + "'");
    if (!manifest)
        return plugin.kill(Level::info, manifest.error());
    if (manifest->disabled) {
        node_.log(Level::info, "plugin-" + plugin.name(), "Killing plugin: disabled itself: " + *manifest->disabled);
        return plugin.kill(Level::debug, "disabled itself at init: " + *manifest->disabled);
    }
    plugin.manifest = std::move(*manifest);
    plugin.numeric_ids = plugin.manifest.numeric_ids;
    if (const auto adopted = adopt(plugin); !adopted)
        return plugin.kill(Level::info, adopted.error());
    if (!startup_ && !plugin.manifest.dynamic)
        return plugin.kill(Level::info, "Not a dynamic plugin");
    plugin.state = State::needs_init;
    if (startup_)
        return step();
    check_subscriptions();
    init(plugin);
}

// Options and methods may clash with others'. A built-in method crashes lightningd (src/cln/README.md, "Manifest").
tl::expected<void, std::string> Plugins::adopt(Plugin& plugin) {
    std::set<std::string> mine;
    for (const auto& entry : plugin.manifest.options) {
        const auto [owner, other] = option(entry.name);
        if ((owner && owner != &plugin) || !mine.insert(entry.name).second) {
            if (startup_)
                node_.exit_with("error starting plugin '" + plugin.path() + "': option name '" + entry.name +
                                "' is already taken");
            return tl::unexpected("Option \"" + entry.name + "\" already registered");
        }
        if (const auto* values = option_values(entry.name))
            for (const auto& text : *values)
                if (const auto value = option_value(entry, text); !value)
                    node_.exit_with("--" + entry.name + "=" + text + ": " + value.error());
    }
    for (const auto& method : plugin.manifest.methods) {
        if (const Method* taken = node_.commands.find(method.name)) {
            if (taken->owner.empty())
                node_.die(SIGSEGV, "plugin_rpcmethod_add: \"" + method.name + "\" of " + plugin.path() +
                                       " is a built-in command: lightningd looks up its plugin and finds NULL");
            return tl::unexpected("Could not register method \"" + method.name +
                                  "\", a method with that name is already registered by plugin " + taken->owner);
        }
        node_.commands.add_plugin_method(method.name, method.usage, plugin);
    }
    return {};
}

void Plugins::check_subscriptions() {
    for (const auto& plugin : plugins_) {
        for (const auto& topic : plugin->manifest.subscriptions) {
            const bool declared = std::any_of(plugins_.begin(), plugins_.end(), [&](const auto& other) {
                const auto& topics = other->manifest.topics;
                return std::find(topics.begin(), topics.end(), topic) != topics.end();
            });
            if (plugin->state == State::needs_init && topic != "*" && !declared && !node_.is_known_topic(topic))
                log(Level::unusual, *plugin, "topic '" + topic + "' is not a known notification topic");
        }
    }
}

void Plugins::init(Plugin& plugin) {
    plugin.state = State::awaiting_init;
    limit(plugin, "init");
    // In the recordings the first init is number 44, because lightningd's own plugins come in between.
    node_.next_id = std::max(node_.next_id, startup_ ? std::uint64_t{44} : std::uint64_t{80});
    const std::string id = node_.outgoing_id(plugin, "", "init");
    plugin.call(id, rpc::request(id, "init", init_params(plugin)),
                [this, &plugin](const rpc::Message* reply) { got_init(plugin, reply); });
}

std::string Plugins::init_params(const Plugin& plugin) const {
    std::string json = R"({"options":{)";
    for (const auto& entry : plugin.manifest.options) {
        json::Tree value;
        if (const auto* given = option_values(entry.name)) {
            if (entry.multi)
                for (const auto& text : *given)
                    value.push_back(*option_value(entry, text));
            else
                value = *option_value(entry, given->empty() ? "true" : given->back());
        } else if (entry.fallback) {
            value = *option_value(entry, *entry.fallback);
            if (entry.multi)
                value = json::Tree::array({value});
        } else {
            continue; // unset options without default are left out
        }
        if (json.back() != '{')
            json.push_back(',');
        json.append(json::quote(entry.name)).append(":").append(json::dump(value));
    }
    json.append(R"(},"configuration":{"lightning-dir":)").append(json::quote(node_.directory));
    json.append(R"(,"rpc-file":)").append(json::quote(node_.options.rpc_file));
    json.append(R"(,"startup":)").append(startup_ ? "true" : "false");
    json.append(R"(,"network":)").append(json::quote(node_.options.network));
    json.append(
        R"(,"feature_set":{"init":"800898880a8a59a1","node":"808898880a8a59a1","channel":"","invoice":"02000002024100",)"
        R"("bolt12_offer":"","bolt12_invreq":"","bolt12_invoice":"020000","channel_type":"08800000800000"}}})");
    return json;
}

void Plugins::got_init(Plugin& plugin, const rpc::Message* reply) {
    if (!reply)
        return;
    plugin.limit.cancel();
    if (const auto result = json::parse(reply->result); result && result->is_object() && result->contains("disable")) {
        const auto& why = (*result)["disable"];
        return plugin.kill(Level::info,
                           "disabled itself at init: " + (why.is_string() ? why.get<std::string>() : json::dump(why)));
    }
    plugin.state = State::complete;
    if (node_.version.has_plugin_topics())
        notify_started(plugin);
    settle_start(plugin, {});
    step();
}

void Plugins::notify_started(const Plugin& plugin) {
    std::string started = R"({"plugin_started":{"plugin_name":)" + json::quote(plugin.name()) + R"(,"plugin_path":)" +
                          json::quote(plugin.path()) + R"(,"methods":[)";
    for (const auto& method : plugin.manifest.methods)
        started.append(started.back() == '[' ? "" : ",").append(json::quote(method.name));
    notify("plugin_started", {}, started + "]}}");
}

void Plugins::log(Level level, const Plugin& plugin, std::string_view text) {
    node_.log(level, "plugin-" + plugin.name(), text);
}

} // namespace standin
