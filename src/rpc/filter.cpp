#include "rpc/filter.hpp"

namespace rpc {

namespace {

/// A leaf of the filter (`true` or `{}`) lets everything below through.
bool is_leaf(const json& filter) {
    return !filter.is_structured() || filter.empty();
}

json filtered(const json& value, const json& filter, const std::string& path, std::string& misused) {
    if (is_leaf(filter) || !value.is_structured())
        return value;
    json kept = value.is_array() ? json::array() : json::object();
    if (value.is_array() != filter.is_array()) {
        if (misused.empty())
            misused = path + (value.is_array() ? " is an array" : " is an object");
        return kept;
    }
    if (value.is_array()) {
        for (const auto& element : value)
            kept.push_back(filtered(element, filter.front(), path + "[]", misused));
        return kept;
    }
    for (const auto& [name, member] : value.items()) {
        const auto wanted = filter.find(name);
        if (wanted != filter.end())
            kept[name] = filtered(member, *wanted, std::string(path).append(".").append(name), misused);
    }
    return kept;
}

} // namespace

json apply_filter(const json& result, const json& filter) {
    std::string misused;
    json kept = filtered(result, filter, "", misused);
    if (!misused.empty() && kept.is_object())
        kept["warning_parameter_filter"] = misused;
    return kept;
}

} // namespace rpc
