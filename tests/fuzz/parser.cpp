// A Parser, and its tolerant half alone, give the same value as nlohmann's tree, or the same error as json::parse().
// The input is a text. A replay also tries it with each of some changes, to meet more than the corpus has; libFuzzer,
// which makes changes itself, with one of them.
#include "json/parser.hpp"
#include "json/nlohmann_reader.hpp"
#include "json_input.hpp"
#include "unit/same_value.hpp"

#include <array>

namespace parser_target {

namespace {

void check(const tl::expected<json::Tree, std::string>& tree, const tl::expected<json::Value, std::string>& value) {
    fuzz::require(value.has_value() == tree.has_value(), "all read it, or none");
    if (tree)
        fuzz::require(unit::same_value(*value, *tree), "all give the same value");
    else
        fuzz::require(value.error() == tree.error(), "all give the same error");
}

void check(std::string_view text) {
    if (!fuzz::shallow(text))
        return;
    static json::Parser parser; // reused, as in the plugin
    static json::NodeRow row;
    static std::string texts;
    const auto tree = json::parse(text);
    check(tree, parser.read(text));
    check(tree,
          json::read_with_nlohmann(text, row, texts).map([](const json::Node* node) { return json::Value(node); }));
}

} // namespace

FUZZ_TARGET(parser) {
    const auto text = fuzz::text_of(data, size);
    check(text);
    constexpr std::array<std::string_view, 10> changes{"", "-0", "\"", "\\u0041", "\x80", "{", "]", ",", "1e400", "9"};
    // At another place in every input, and always the same in one.
    const auto chosen = size > 0 ? static_cast<std::size_t>(data[size / 2]) * 257 + size * 31 : 0;
#ifdef REPLAY
    constexpr auto tried = changes.size();
#else
    constexpr auto tried = 1;
#endif
    for (std::size_t i = chosen; i < chosen + tried && size > 0; ++i) {
        auto changed = std::string(text);
        check(changed.replace((chosen + i * 8191) % size, 1, changes.at(i % changes.size())));
        check(changed.insert(0, "[").append("]"));
    }
    return 0;
}

} // namespace parser_target
