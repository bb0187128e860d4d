// The `filter` member of a request selects parts of the result. Same rules as for lightningd's own commands
// (common/json_filter.c): lightningd does not filter a plugin's answer, so the plugin must do it.
#pragma once

#include "json/text.hpp"

namespace cln {

/// The parts of `result` that `filter` selects. If the filter has an array in place of an object, or the reverse, the
/// value there is empty and a member `warning_parameter_filter` gives the place, as in lightningd.
[[nodiscard]] json::Tree apply_filter(const json::Tree& result, const json::Tree& filter);
/// The same for text; keeps the order of members. Text that is not JSON is returned unchanged.
[[nodiscard]] std::string filter_text(std::string_view result, const json::Tree& filter);

} // namespace cln
