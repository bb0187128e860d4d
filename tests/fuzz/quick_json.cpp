#include "quick_json.hpp"

#include "json/text.hpp"

namespace fuzz {

std::optional<simdjson::dom::element> quickly_parsed(std::string_view text) {
    static simdjson::dom::parser parser;
    simdjson::dom::element root;
    if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS)
        return std::nullopt;
    // simdjson 3.0.1 accepts half a surrogate pair.
    if (text.find("\\u") != std::string_view::npos && !json::Tree::accept(text))
        return std::nullopt;
    return root;
}

std::optional<std::string_view> text_at(simdjson::dom::element object, std::string_view key) {
    std::string_view text;
    return object[key].get(text) == simdjson::SUCCESS ? std::optional(text) : std::nullopt;
}

} // namespace fuzz
