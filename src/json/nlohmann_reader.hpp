// Parser's tolerant half: all that nlohmann's parse() takes, from the library's events into the same nodes. It does not
// recurse.
#pragma once

#include "json/node_row.hpp"

#include <string>

#include <tl/expected.hpp>

namespace json {

/// The value's node, or the reason as parse() gives it. `texts` keeps what the nodes point to.
[[nodiscard]] tl::expected<const Node*, std::string> read_with_nlohmann(std::string_view text, NodeRow& row,
                                                                        std::string& texts);

} // namespace json
