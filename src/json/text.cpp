#include "json/text.hpp"

namespace json {

tl::expected<Tree, std::string> parse(std::string_view text) {
    // The library's messages quote what they read, and what we read may be secret: only kind and place are told.
    // A NUL is no part of any JSON, and the library takes it for the end: what stands behind it must not go unread.
    if (const auto nul = text.find('\0'); nul != std::string_view::npos)
        return tl::unexpected("not JSON at byte " + std::to_string(nul + 1));
    try {
        return Tree::parse(text);
    } catch (const Tree::parse_error& e) {
        return tl::unexpected("not JSON at byte " + std::to_string(e.byte));
    } catch (const Tree::exception& e) {
        return tl::unexpected("not usable JSON (library error " + std::to_string(e.id) + ")");
    }
}

std::string dump(const Tree& value) {
    return value.dump(-1, ' ', false, Tree::error_handler_t::replace);
}

std::string quote(std::string_view text) {
    return dump(Tree(text));
}

} // namespace json
