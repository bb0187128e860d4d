// parse() and dump() with nlohmann_json, without its exceptions.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

namespace json {

using Tree = nlohmann::json;

/// The reason, without any of the text, when it is not one JSON value. Depth must have been bounded before (Framer).
[[nodiscard]] tl::expected<Tree, std::string> parse(std::string_view text);

/// Compact. Bytes that are no UTF-8 become U+FFFD: dump() would throw on them.
[[nodiscard]] std::string dump(const Tree& value);

/// `text` as a JSON string, quotes included.
[[nodiscard]] std::string quote(std::string_view text);

} // namespace json
