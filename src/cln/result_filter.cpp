#include "cln/result_filter.hpp"

#include <utility>

namespace cln {

namespace {

/// True for `true` or `{}`.
bool is_leaf(const json::Tree& filter) {
    return !filter.is_structured() || filter.empty();
}

/// The selected parts of this array or object. Two oddities are lightningd's own: under a leaf, plain members of an
/// object are hidden, and plain elements of an array are hidden after the first hidden one.
template <class Json>
Json filtered(const Json& value, const json::Tree& filter, const std::string& path, std::string& misused) {
    Json kept = value.is_array() ? Json::array() : Json::object();
    const auto keep = [&](const std::string& name, Json member) {
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

template <class Json>
Json apply(const Json& result, const json::Tree& filter) {
    if (!result.is_structured())
        return result;
    std::string misused;
    Json kept = filtered(result, filter, "", misused);
    if (!misused.empty() && kept.is_object())
        kept["warning_parameter_filter"] = misused;
    return kept;
}

} // namespace

json::Tree apply_filter(const json::Tree& result, const json::Tree& filter) {
    return apply(result, filter);
}

std::string filter_text(std::string_view result, const json::Tree& filter) {
    using nlohmann::ordered_json;
    const auto whole = ordered_json::parse(result, nullptr, false); // no exceptions
    if (whole.is_discarded())
        return std::string(result);
    return apply(whole, filter).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

} // namespace cln
