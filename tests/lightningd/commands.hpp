// Every command, whoever serves it: lightningd itself, the payers inside the stand-in (under the names of the plugins
// cln-xpay, pay, keysend, autoclean) and real plugins. All callers begin a command with begin(), and so pass through
// the hook.
#pragma once

#include "request.hpp"

#include "rpc/error.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace standin {

struct Node;
class Plugin;

/// Plugins that payers imitate.
inline const std::string xpay_plugin = "cln-xpay";
inline const std::string renepay_plugin = "cln-renepay";

struct Method {
    std::string name;
    std::string usage;
    /// Empty: a built-in command. Else the plugin's path, or the name of the one that a payer imitates.
    std::string owner;
    std::function<void(const RequestPtr&)> run;
    Plugin* plugin = nullptr;
    bool checks = false; ///< run() with check_only checks the parameters and does nothing else
};

class Commands final {
  public:
    explicit Commands(Node& node) : node_(node) {}

    void add(std::string name, std::string usage, std::function<void(const RequestPtr&)> run, bool checks = false);
    /// Served by a payer that imitates plugin `owner`: the request gets an id of lightningd's on the way.
    void add_inner(std::string owner, std::string name, std::string usage, std::function<void(const RequestPtr&)> run);
    void add_plugin_method(const std::string& name, const std::string& usage, Plugin& plugin);
    void remove_plugin_methods(const Plugin& plugin);
    [[nodiscard]] const Method* find(std::string_view name) const;
    [[nodiscard]] const std::unordered_map<std::string, Method>& all() const { return methods_; }

    /// What lightningd does with a request from any connection: refuse, hook, run.
    void begin(const RequestPtr& request);
    /// Runs the command after the hook.
    void run(const RequestPtr& request);
    /// `check`: runs another method's parameter check.
    void check(const RequestPtr& request);
    /// `message` or `progress` from a plugin about a request it serves; `id` is the raw id that the plugin has.
    void forward_notification(const Plugin& plugin, std::string_view topic, std::string_view params,
                              std::string_view id);

    /// Requests to these methods stay unanswered until the method's name is removed (a fault of README.md).
    struct Hanging {
        std::uint64_t spared = 0; ///< so many further calls are still answered
        std::vector<RequestPtr> requests{};
    };
    std::unordered_map<std::string, Hanging> hanging;

  private:
    void forward(const RequestPtr& request, Plugin& plugin, const std::string& method);

    Node& node_;
    std::unordered_map<std::string, Method> methods_;
    std::unordered_map<std::string, std::weak_ptr<Request>> forwarded_; // by the raw id the plugin got
};

} // namespace standin
