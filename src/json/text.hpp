// nlohmann_json's parse() and dump() without exceptions.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

namespace json {

using Tree = nlohmann::json;

/// The value, or the reason, which quotes nothing of the text. The caller must have bounded the depth (rpc::Framer).
[[nodiscard]] tl::expected<Tree, std::string> parse(std::string_view text);

/// Compact text. Invalid UTF-8 becomes U+FFFD; nlohmann's dump() would throw.
[[nodiscard]] std::string dump(const Tree& value);

/// `text` as a JSON string, quotes included.
[[nodiscard]] std::string quote(std::string_view text);

} // namespace json
