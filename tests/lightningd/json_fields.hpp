// Members of a scenario or of a recorded row; one of another type counts as missing.
#pragma once

#include "json/text.hpp"

#include <cstdint>
#include <string>

namespace standin {

[[nodiscard]] inline std::string text(const json::Tree& object, const char* name) {
    const auto at = object.find(name);
    return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

[[nodiscard]] inline std::uint64_t number(const json::Tree& object, const char* name, std::uint64_t otherwise = 0) {
    const auto at = object.find(name);
    return at != object.end() && at->is_number_unsigned() ? at->get<std::uint64_t>() : otherwise;
}

} // namespace standin
