// The `filter` member of a request: which parts of a result the caller wants. Same rules as lightningd's own commands
// (common/json_filter.c), because for a plugin's answer lightningd leaves the filtering to the plugin.
#pragma once

#include "json/text.hpp"

namespace cln {

/// The part of `result` that `filter` names. A filter that treats an array as an object or the other way round gives,
/// like lightningd, an empty value there and a member `warning_parameter_filter` that says where.
[[nodiscard]] json::Tree apply_filter(const json::Tree& result, const json::Tree& filter);
/// The same on text, whose order stays; what is no JSON stays as it is.
[[nodiscard]] std::string filter_text(std::string_view result, const json::Tree& filter);

} // namespace cln
