// Every command somebody can call, whoever serves it: lightningd itself, the payers inside the stand-in (which pose as
// the plugins cln-xpay, pay, keysend, autoclean) and real plugins. One way in for all callers: begin(), and so through
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

/// Plugins that payers pose as.
inline const std::string xpay_plugin = "cln-xpay";
inline const std::string renepay_plugin = "cln-renepay";

struct Method {
    std::string name;
    std::string usage;
    /// Empty: a built-in command. Else the path of the plugin, or the name of the one a payer poses as.
    std::string owner;
    std::function<void(const RequestPtr&)> run;
    Plugin* plugin = nullptr;
    bool checks = false; ///< run() with check_only judges the parameters and does nothing
};

class Commands final {
  public:
    explicit Commands(Node& node) : node_(node) {}

    void add(std::string name, std::string usage, std::function<void(const RequestPtr&)> run, bool checks = false);
    /// Served by a payer posing as plugin `owner`: the request gets an id of lightningd's on the way.
    void add_inner(std::string owner, std::string name, std::string usage, std::function<void(const RequestPtr&)> run);
    void add_plugin_method(const std::string& name, const std::string& usage, Plugin& plugin);
    void remove_plugin_methods(const Plugin& plugin);
    [[nodiscard]] const Method* find(std::string_view name) const;
    [[nodiscard]] const std::unordered_map<std::string, Method>& all() const { return methods_; }

    /// What lightningd does with a request from whatever connection: refuse, hook, run.
    void begin(const RequestPtr& request);
    /// Runs it, the hook is through.
    void run(const RequestPtr& request);
    /// `check`: runs another method's parameter check.
    void check(const RequestPtr& request);
    /// `message` or `progress` of a plugin about a request it serves; `id` is the raw id it knows.
    void forward_notification(const Plugin& plugin, std::string_view topic, std::string_view params,
                              std::string_view id);

    /// Requests to this method are kept unanswered until its name is removed (a fault of README.md).
    std::unordered_map<std::string, std::vector<RequestPtr>> hanging;

  private:
    void forward(const RequestPtr& request, Plugin& plugin, const std::string& method);

    Node& node_;
    std::unordered_map<std::string, Method> methods_;
    std::unordered_map<std::string, std::weak_ptr<Request>> forwarded_; // by the raw id the plugin got
};

} // namespace standin
