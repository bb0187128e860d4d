#include "host/manifest.hpp"

#include <algorithm>

namespace host {

using json::Tree;

bool registers(const CommandSpec& command, const Parent& parent) {
    return !command.built_in || !parent.lightningd;
}

namespace {

bool serves(const Declaration& declared, const Parent& parent, std::string_view name) {
    return std::any_of(declared.commands.begin(), declared.commands.end(), [&](const Command& command) {
        return command.spec.name == name && registers(command.spec, parent);
    });
}

Tree methods(const Declaration& declared, const Parent& parent) {
    auto methods = Tree::array();
    for (const auto& [spec, serve, check] : declared.commands) {
        if (!registers(spec, parent))
            continue;
        Tree method = {{"name", spec.name},
                       {"usage", cln::usage(spec.params)},
                       {"description", spec.description},
                       {"category", spec.category}};
        if (!spec.long_description.empty())
            method["long_description"] = spec.long_description;
        methods.push_back(std::move(method));
    }
    return methods;
}

Tree subscriptions(const Declaration& declared, const Parent& parent) {
    auto topics = Tree::array();
    for (const auto& [topic, since] : declared.subscriptions)
        if (parent.version >= since)
            topics.push_back(topic);
    return topics;
}

Tree hooks(const Declaration& declared, const Parent& parent) {
    auto hooks = Tree::array();
    for (const auto& [name, filters, registered] : declared.hooks) {
        if (!registered)
            continue;
        Tree declared_hook = {{"name", name}};
        for (const auto method : filters)
            if (!serves(declared, parent, method))
                declared_hook["filters"].push_back(method);
        hooks.push_back(std::move(declared_hook));
    }
    return hooks;
}

Tree topics(const Declaration& declared) {
    auto topics = Tree::array();
    for (const auto topic : declared.topics)
        topics.push_back({{"method", topic}});
    return topics;
}

} // namespace

std::string manifest(const Declaration& declared, const Parent& parent) {
    return Tree{
        {"options", declare(declared.options)},
        {"rpcmethods", methods(declared, parent)},
        {"subscriptions", subscriptions(declared, parent)},
        {"hooks", hooks(declared, parent)},
        {"notifications", topics(declared)},
        {"dynamic", true},
        {"nonnumericids", true},
        {"cancheck", true},
    }
        .dump();
}

} // namespace host
