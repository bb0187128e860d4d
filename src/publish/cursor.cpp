#include "publish/cursor.hpp"

#include "host/plugin.hpp"

#include <algorithm>
#include <charconv>

namespace publish {

namespace {

/// Removes and returns the text before the next dot, or the last field.
std::string_view take_field(std::string_view& text) {
    const auto end = std::min(text.find('.'), text.size());
    const auto field = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return field;
}

bool is_id(std::string_view text) {
    return text.size() == 8 && std::all_of(text.begin(), text.end(),
                                           [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// Digits without leading zeros.
std::optional<std::uint64_t> read_index(std::string_view text) {
    std::uint64_t number = 0;
    const auto* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, number);
    const bool canonical = text.size() == 1 || !text.starts_with('0');
    return error == std::errc{} && at == end && canonical ? std::optional(number) : std::nullopt;
}

} // namespace

std::string new_run_id() {
    constexpr std::size_t bytes = 4;
    auto id = host::random_hex(bytes);
    while (std::none_of(id.begin(), id.end(), [](char c) { return c >= 'a'; }))
        id = host::random_hex(bytes);
    return id;
}

std::optional<Cursor> parse_cursor(std::string_view text) {
    const auto dots = std::count(text.begin(), text.end(), '.');
    if (dots < 3 || dots > 5)
        return std::nullopt;
    const auto node = take_field(text);
    const auto run = take_field(text);
    const auto created = read_index(take_field(text));
    const auto updated = read_index(take_field(text));
    const auto number = dots > 3 ? read_index(take_field(text)) : 0;
    const auto given = dots > 4 ? read_index(take_field(text)) : 0;
    const bool canonical = dots == 3 || (dots == 4 ? number : given) != 0;
    if (!is_id(node) || !is_id(run) || !created || !updated || !number || !given || !canonical)
        return std::nullopt;
    return Cursor{std::string(node), std::string(run), {{*created}, {*updated}}, *number, {*given}};
}

bool CursorMaker::is_ours(const Cursor& cursor) const {
    return cursor.node == node_ || cursor.node == unknown_node || node_ == unknown_node;
}

std::string CursorMaker::make(Position position, std::uint64_t number, base::UpdatedIndex given) const {
    auto text = node_ + '.' + run_id_ + '.' + std::to_string(position.created.value) + '.' +
                std::to_string(position.updated.value);
    if (number > 0 || given.value > 0)
        text += '.' + std::to_string(number);
    return given.value > 0 ? text + '.' + std::to_string(given.value) : text;
}

} // namespace publish
