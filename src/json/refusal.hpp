// Turns nlohmann_json's exceptions into reasons that are safe to log. Our input may be secret and the library's
// messages quote it, so a reason gives only the kind and the position.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

namespace json {

/// The result of `read(text)`, or the reason why the library refuses it.
template <class Read>
[[nodiscard]] auto or_refusal(std::string_view text, Read read) -> tl::expected<decltype(read(text)), std::string> {
    // The library takes a NUL for the end of the text and would ignore the rest. No JSON contains one.
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
