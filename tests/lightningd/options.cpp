#include "options.hpp"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <string_view>

namespace standin {

namespace {

/// Options whose value may be the next argument, as lightningd allows for its own.
using Setter = std::function<void(Options&, const std::string&)>;

constexpr std::string_view version_as = "version-as"; // may be refused

const std::map<std::string_view, Setter>& valued() {
    static const std::map<std::string_view, Setter> table = {
        {"lightning-dir", [](Options& o, const std::string& v) { o.lightning_dir = v; }},
        {"network", [](Options& o, const std::string& v) { o.network = v; }},
        {"rpc-file", [](Options& o, const std::string& v) { o.rpc_file = v; }},
        {"log-file", [](Options& o, const std::string& v) { o.log_file = v; }},
        {"log-level", [](Options&, const std::string&) {}},
        {"scenario", [](Options& o, const std::string& v) { o.scenario = v; }},
        {"db", [](Options& o, const std::string& v) { o.db = v; }},
        {"node-id", [](Options& o, const std::string& v) { o.node_id = v; }},
        {"plugin", [](Options& o, const std::string& v) { o.plugins.push_back(v); }},
        {"allow-deprecated-apis",
         [](Options& o, const std::string& v) { o.deprecated_apis = v == "true" || v == "1"; }},
        {"xpay-handle-pay", [](Options& o, const std::string& v) { o.xpay_handle_pay = v == "true" || v == "1"; }},
        {"start-limit", [](Options& o, const std::string& v) { o.start_limit_ms = std::atol(v.c_str()); }},
        {"shutdown-limit", [](Options& o, const std::string& v) { o.shutdown_limit_ms = std::atol(v.c_str()); }},
    };
    return table;
}

void keep_for_plugins(Options& options, const std::string& name, const std::string* value) {
    auto at = std::find_if(options.for_plugins.begin(), options.for_plugins.end(),
                           [&](const auto& entry) { return entry.first == name; });
    if (at == options.for_plugins.end())
        at = options.for_plugins.insert(at, {name, {}});
    if (value)
        at->second.push_back(*value);
}

} // namespace

tl::expected<Options, std::string> read_options(int argc, char** argv) {
    Options options;
    if (const char* limit = std::getenv("STANDIN_START_LIMIT_MS"))
        options.start_limit_ms = std::atol(limit);
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument.substr(0, 2) != "--")
            return tl::unexpected("no arguments permitted: " + std::string(argument));
        const auto equals = argument.find('=');
        const std::string name(argument.substr(2, equals == std::string_view::npos ? equals : equals - 2));
        const bool has_value = equals != std::string_view::npos;
        std::string value = has_value ? std::string(argument.substr(equals + 1)) : std::string();
        if (name == "developer" || name == "regtest") {
            options.developer = options.developer || name == "developer";
            continue;
        }
        const auto known = valued().find(name);
        if (known == valued().end() && name != version_as) {
            keep_for_plugins(options, name, has_value ? &value : nullptr);
            continue;
        }
        if (!has_value) {
            if (++i == argc)
                return tl::unexpected("--" + name + ": requires an argument");
            value = argv[i];
        }
        if (name == version_as) {
            const auto version = Version::named(value);
            if (!version)
                return tl::unexpected(version.error());
            options.version = *version;
            continue;
        }
        known->second(options, value);
    }
    if (options.lightning_dir.empty())
        return tl::unexpected<std::string>("--lightning-dir is needed: the stand-in never uses a directory by default");
    return options;
}

} // namespace standin
