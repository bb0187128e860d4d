// The two ways a Parser reads: what simdjson gave is what nlohmann gives, and a refusal has nlohmann's words. The
// input is a text, and with it that text with one thing changed, so that a replay meets more than the corpus holds.
#include "json/parser.hpp"
#include "json_input.hpp"
#include "unit/same_value.hpp"

#include <array>

namespace parser_target {

namespace {

void check(std::string_view text) {
    if (!fuzz::shallow(text))
        return;
    static json::Parser document; // used again, as in the plugin
    const auto value = document.read(text);
    const auto tree = json::parse(text);
    fuzz::require(value.has_value() == tree.has_value(), "both ways read or refuse alike");
    if (tree)
        fuzz::require(unit::same_value(*value, *tree), "both ways say the same");
    else
        fuzz::require(value.error() == tree.error(), "both ways refuse in the same words");
}

} // namespace

FUZZ_TARGET(parser) {
    const auto text = fuzz::text_of(data, size);
    check(text);
    constexpr std::array<std::string_view, 10> changes{"", "-0", "\"", "\\u0041", "\x80", "{", "]", ",", "1e400", "9"};
    for (std::size_t i = 0; i < changes.size() && size > 0; ++i) {
        // Somewhere else in every input, and always the same place in one.
        const auto at = (static_cast<std::size_t>(data[size / 2]) * 257 + i * 8191 + size * 31) % size;
        auto changed = std::string(text);
        check(changed.replace(at, 1, changes.at(i)));
        check(changed.insert(0, "[").append("]"));
    }
    return 0;
}

} // namespace parser_target
