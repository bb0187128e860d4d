#include "json_input.hpp"

#include <set>
#include <vector>

namespace fuzz {

bool shallow(std::string_view text) {
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > rpc::Framer::max_depth)
                return false;
        } else if ((c == '}' || c == ']') && depth > 0) {
            --depth;
        }
    }
    return true;
}

std::optional<Tree> parsed(std::string_view text) {
    if (!shallow(text))
        return std::nullopt;
    auto value = json::parse(text);
    return value ? std::optional(std::move(*value)) : std::nullopt;
}

std::optional<Tree> json_of(const std::uint8_t* data, std::size_t size) {
    return parsed(text_of(data, size));
}

bool unambiguous(std::string_view text) {
    if (text.find('\\') != std::string_view::npos || !shallow(text))
        return false;
    std::vector<std::set<std::string>> keys;
    bool twice = false;
    const auto look = [&](int, Tree::parse_event_t event, Tree& value) {
        if (event == Tree::parse_event_t::object_start)
            keys.emplace_back();
        else if (event == Tree::parse_event_t::object_end)
            keys.pop_back();
        else if (event == Tree::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second)
            twice = true;
        return true;
    };
    return !Tree::parse(text, look, false).is_discarded() && !twice;
}

const Tree* at(const Tree& object, const char* name) {
    if (!object.is_object())
        return nullptr;
    const auto found = object.find(name);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

bool is_hex(const Tree* value, const std::string& lower) {
    if (!value || !value->is_string())
        return false;
    auto text = value->get<std::string>();
    for (char& c : text)
        if (c >= 'A' && c <= 'F')
            c = static_cast<char>(c - 'A' + 'a');
    return text == lower;
}

bool is_amount(const Tree* value, std::uint64_t amount) {
    if (!value)
        return false;
    if (value->is_number_unsigned())
        return value->get<std::uint64_t>() == amount;
    if (!value->is_string())
        return false;
    auto text = value->get<std::string>();
    if (text.ends_with("msat"))
        text.resize(text.size() - 4);
    text.erase(0, std::min(text.find_first_not_of('0'), text.size()));
    return text == (amount == 0 ? "" : std::to_string(amount));
}

} // namespace fuzz
