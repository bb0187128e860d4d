#include "rpc/json.hpp"

namespace rpc {

tl::expected<json, std::string> parse(std::string_view text) {
    // The library's messages quote what they read, and what we read may be secret: only kind and place are told.
    try {
        return json::parse(text);
    } catch (const json::parse_error& e) {
        return tl::unexpected("not JSON at byte " + std::to_string(e.byte));
    } catch (const json::exception& e) {
        return tl::unexpected("not usable JSON (library error " + std::to_string(e.id) + ")");
    }
}

std::string dump(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string quote(std::string_view text) {
    return dump(json(text));
}

} // namespace rpc
