#include "cln/bare_digits.hpp"

#include "json/members.hpp"

#include <algorithm>

namespace cln {

namespace {

constexpr std::size_t most_digits = 20; // a 64-bit number has at most 20

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool lacks_quotes(std::string_view token) {
    if (!std::all_of(token.begin(), token.end(), [](char c) { return is_digit(c) || c == '.'; }))
        return false;
    const auto dot = token.find('.');
    const auto whole = token.substr(0, dot);
    if (whole.empty() || (whole.size() > 1 && whole.front() == '0'))
        return true;
    if (dot == std::string_view::npos)
        return token.size() > most_digits;
    return dot + 1 == token.size() || token.find('.', dot + 1) != std::string_view::npos;
}

} // namespace

std::string quote_bare_digits(std::string_view text) {
    std::string quoted;
    quoted.reserve(text.size() + 8);
    for (std::size_t at = 0; at < text.size();) {
        auto end = at + 1;
        bool bare = false;
        if (text[at] == '"') {
            end = json::skip_string(text, at).value_or(text.size());
        } else if (!json::is_space(text[at]) && std::string_view("{}[]:,").find(text[at]) == std::string_view::npos) {
            end = *json::skip_value(text, at);
            bare = lacks_quotes(text.substr(at, end - at));
        }
        const auto token = text.substr(at, end - at);
        bare ? quoted.append("\"").append(token).append("\"") : quoted.append(token);
        at = end;
    }
    return quoted;
}

} // namespace cln
