#include "json/text.hpp"

#include "json/refusal.hpp"

namespace json {

tl::expected<Tree, std::string> parse(std::string_view text) {
    return or_refusal(text, [](std::string_view whole) { return Tree::parse(whole); });
}

std::string dump(const Tree& value) {
    return value.dump(-1, ' ', false, Tree::error_handler_t::replace);
}

std::string quote(std::string_view text) {
    return dump(Tree(text));
}

} // namespace json
