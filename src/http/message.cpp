#include "http/message.hpp"

#include <algorithm>

namespace http {

std::optional<std::string_view> find(const Headers& headers, std::string_view name) {
    const auto found =
        std::find_if(headers.begin(), headers.end(), [&](const Header& header) { return header.name == name; });
    if (found == headers.end())
        return std::nullopt;
    return found->value;
}

std::size_t count(const Headers& headers, std::string_view name) {
    return static_cast<std::size_t>(
        std::count_if(headers.begin(), headers.end(), [&](const Header& header) { return header.name == name; }));
}

std::vector<std::string_view> list_of(const Headers& headers, std::string_view name) {
    std::vector<std::string_view> members;
    for (const auto& header : headers) {
        if (header.name != name)
            continue;
        for (std::string_view rest = header.value; !rest.empty();) {
            const auto comma = rest.find(',');
            if (const auto member = trim(rest.substr(0, comma)); !member.empty())
                members.push_back(member);
            rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
        }
    }
    return members;
}

bool lists(const Headers& headers, std::string_view name, std::string_view member) {
    const auto members = list_of(headers, name);
    return std::any_of(members.begin(), members.end(), [&](std::string_view one) { return lower_case(one) == member; });
}

void set_target(Request& request, std::string_view target) {
    const auto mark = target.find('?');
    request.path = target.substr(0, mark);
    request.query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view blanks = " \t";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return lower;
}

std::string clean_value(std::string_view value) {
    std::string clean(value);
    std::replace_if(
        clean.begin(), clean.end(), [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == 0x7f; }, ' ');
    return clean;
}

bool may_have_body(std::string_view method, int status) {
    return method != "HEAD" && status >= 200 && status != 204 && status != 304;
}

} // namespace http
