// The slower of Parser's two readers: accepts everything that nlohmann's parse() accepts and builds the same nodes from
// its SAX events. Does not recurse.
#pragma once

#include "json/node_row.hpp"

#include <string>

#include <tl/expected.hpp>

namespace json {

/// The root node, or the reason as parse() gives it. `texts` holds the strings that the nodes refer to.
[[nodiscard]] tl::expected<const Node*, std::string> read_with_nlohmann(std::string_view text, NodeRow& row,
                                                                        std::string& texts);

} // namespace json
