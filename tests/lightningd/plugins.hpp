// All plugins together: their start, the checks across them, topics between them, and their end
// (lightningd/plugin.c, plugin_control.c; src/cln/README.md, "Plugin protocol").
#pragma once

#include "plugin.hpp"
#include "request.hpp"

#include <map>
#include <memory>
#include <set>
#include <vector>

namespace standin {

struct Node;

class Plugins final : private Plugin::Owner {
  public:
    explicit Plugins(Node& node);

    /// Those of the command line: all manifests, then `manifests_in`, then all inits, then `ready`.
    void start_all(std::function<void()> manifests_in, std::function<void()> ready);
    /// `plugin start`: answers the request when the plugin runs or could not.
    void start(const RequestPtr& request, const std::string& path);
    /// `plugin stop` by path or base name.
    void stop(const RequestPtr& request, const std::string& name);
    /// The end of the node: subscribers of `shutdown` get time to finish, the others lose their pipes.
    void shutdown(std::function<void()> done);

    [[nodiscard]] bool wanted(std::string_view topic) const;
    /// Sends to every subscriber. `origin` empty: a topic of lightningd's own. `params` is raw.
    void notify(std::string_view topic, std::string_view origin, std::string_view params);

    /// Running plugins in the order in which their rpc_command hook is called.
    [[nodiscard]] std::vector<Plugin*> hooked(std::string_view method);
    [[nodiscard]] Plugin* find(const std::string& name);
    [[nodiscard]] const std::vector<std::unique_ptr<Plugin>>& all() const { return plugins_; }
    [[nodiscard]] bool alive(const Plugin* plugin) const;
    /// `{"name": path, "active": …, "dynamic": …}` of each.
    [[nodiscard]] std::string list_json() const;

    /// A value set on the command line or by setconfig, if any.
    [[nodiscard]] const std::vector<std::string>* option_values(const std::string& name) const;
    void set_option(const std::string& name, std::vector<std::string> values) { options_[name] = std::move(values); }
    /// Plugin and option of that name, or null.
    [[nodiscard]] std::pair<Plugin*, const PluginOption*> option(const std::string& name);

  private:
    struct Starting {
        RequestPtr request; // null at startup
        Plugin* plugin;
    };
    Plugin* launch(const std::string& path, const RequestPtr& request, std::string& error);
    void got_manifest(Plugin& plugin, const rpc::Message* reply);
    tl::expected<void, std::string> adopt(Plugin& plugin);
    void init(Plugin& plugin);
    void got_init(Plugin& plugin, const rpc::Message* reply);
    void notify_started(const Plugin& plugin);
    void step();
    void check_subscriptions();
    [[nodiscard]] std::string init_params(const Plugin& plugin) const;
    void retire(Plugin& plugin);
    void limit(Plugin& plugin, const char* what);
    void settle_start(Plugin& plugin, const std::string& error);

    void log(Level level, const Plugin& plugin, std::string_view text) override;
    void notification(Plugin& plugin, std::string_view topic, std::string_view params) override;
    void died(Plugin& plugin, const std::string& why) override;

    Node& node_;
    std::vector<std::unique_ptr<Plugin>> plugins_;
    std::vector<std::unique_ptr<Plugin>> dead_plugins_;
    std::map<const Plugin*, RequestPtr> starting_;
    std::map<std::string, std::vector<std::string>> options_;
    std::function<void()> manifests_in_;
    std::function<void()> ready_;
    bool startup_ = true;
    bool shutting_down_ = false;
};

} // namespace standin
