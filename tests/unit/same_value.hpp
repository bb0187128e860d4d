// Compares a value with the tree that nlohmann makes of the same text.
#pragma once

#include "json/text.hpp"
#include "json/value.hpp"

#include <cstring>

namespace unit {

/// True if every accessor gives the same for both.
inline bool same_value(json::Value value, const json::Tree& tree) {
    if (!value || value.is_null() != tree.is_null() || value.is_object() != tree.is_object() ||
        value.is_array() != tree.is_array() || value.is_true() != (tree == true))
        return false;
    if (value.natural() != (tree.is_number_unsigned() ? std::optional(tree.get<std::uint64_t>()) : std::nullopt))
        return false;
    if (value.text() !=
        (tree.is_string() ? std::optional<std::string_view>(tree.get_ref<const std::string&>()) : std::nullopt))
        return false;
    const auto fraction = value.fraction();
    if (fraction.has_value() != tree.is_number_float())
        return false;
    if (const double wanted = fraction ? tree.get<double>() : 0; fraction && std::memcmp(&*fraction, &wanted, 8) != 0)
        return false; // to the last bit
    if (value.find("an unknown member"))
        return false;
    if (tree.is_object())
        for (const auto& [name, member] : tree.items())
            if (member.is_null() ? static_cast<bool>(value.find(name)) : !same_value(value.find(name), member))
                return false;
    auto element = value.elements().begin();
    if (tree.is_array())
        for (const auto& wanted : tree) {
            if (element == value.elements().end() || !same_value(*element, wanted))
                return false;
            ++element;
        }
    return element == value.elements().end();
}

} // namespace unit
