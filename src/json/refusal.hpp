// Turns nlohmann_json's exceptions into reasons that are safe to log. What we read may be secret, and the library's own
// messages quote it, so only kind and place are said.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

namespace json {

/// What `read` makes of `text` with the library, or why the library refuses it.
template <class Read>
[[nodiscard]] auto or_refusal(std::string_view text, Read read) -> tl::expected<decltype(read(text)), std::string> {
    // A NUL is no part of any JSON, and the library takes it for the end: what stands behind it must not go unread.
    if (const auto nul = text.find('\0'); nul != std::string_view::npos)
        return tl::unexpected("not JSON at byte " + std::to_string(nul + 1));
    try {
        return read(text);
    } catch (const nlohmann::json::parse_error& e) {
        return tl::unexpected("not JSON at byte " + std::to_string(e.byte));
    } catch (const nlohmann::json::exception& e) {
        return tl::unexpected("not usable JSON (library error " + std::to_string(e.id) + ")");
    }
}

} // namespace json
