#include "rpc/filter.hpp"

#include <utility>

namespace rpc {

namespace {

/// `true` or `{}`.
bool is_leaf(const json& filter) {
    return !filter.is_structured() || filter.empty();
}

/// What the filter lets through of an array or object it has led to. Two oddities are lightningd's own: plain members
/// of an object a leaf has led to are hidden, and so are plain elements of an array behind one that was hidden.
json filtered(const json& value, const json& filter, const std::string& path, std::string& misused) {
    json kept = value.is_array() ? json::array() : json::object();
    const auto keep = [&](const std::string& name, json member) {
        if (kept.is_array())
            kept.push_back(std::move(member));
        else
            kept[name] = std::move(member);
    };
    bool hid = false;
    for (const auto& [name, member] : value.items()) {
        if (!member.is_structured()) {
            if (value.is_array() ? !hid : filter.is_object() && filter.contains(name))
                keep(name, member);
        } else if (is_leaf(filter)) {
            keep(name, member);
        } else if (value.is_array() != filter.is_array()) {
            hid = true;
            if (misused.empty())
                misused = path + (value.is_array() ? " is an array" : " is an object");
        } else if (value.is_array()) {
            keep(name, filtered(member, filter.front(), path + "[]", misused));
        } else if (const auto wanted = filter.find(name); wanted != filter.end()) {
            keep(name, filtered(member, *wanted, std::string(path).append(".").append(name), misused));
        }
    }
    return kept;
}

} // namespace

json apply_filter(const json& result, const json& filter) {
    if (!result.is_structured())
        return result;
    std::string misused;
    json kept = filtered(result, filter, "", misused);
    if (!misused.empty() && kept.is_object())
        kept["warning_parameter_filter"] = misused;
    return kept;
}

} // namespace rpc
