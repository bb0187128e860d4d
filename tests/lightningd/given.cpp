#include "given.hpp"

#include "json/members.hpp"

#include <algorithm>

namespace standin {

namespace {

std::optional<Given> read_array(std::string_view params) {
    Given given;
    std::size_t at = json::skip_space(params, 1);
    while (at < params.size() && params[at] != ']') {
        const auto end = json::skip_value(params, at);
        if (!end)
            return std::nullopt;
        given.tokens.push_back({{}, params.substr(at, *end - at)});
        at = json::skip_space(params, *end);
        if (at < params.size() && params[at] == ',')
            at = json::skip_space(params, at + 1);
    }
    return given;
}

} // namespace

Given::Token* Given::find(std::string_view name) {
    const auto at = std::find_if(tokens.begin(), tokens.end(), [&](const Token& token) { return token.name == name; });
    return by_name && at != tokens.end() ? &*at : nullptr;
}

std::optional<std::string_view> Given::take(std::string_view name) {
    Token* token = by_name ? find(name) : tokens.empty() ? nullptr : &tokens.front();
    if (!token)
        return std::nullopt;
    const auto text = token->text;
    tokens.erase(tokens.begin() + (token - tokens.data()));
    return text;
}

std::optional<Given> read_given(std::string_view params) {
    const auto at = json::skip_space(params, 0);
    params.remove_prefix(std::min(at, params.size()));
    if (params.starts_with('['))
        return read_array(params);
    if (!params.starts_with('{'))
        return std::nullopt;
    Given given;
    given.by_name = true;
    json::ObjectScanner members(params);
    while (const auto member = members.next())
        given.tokens.push_back({std::string(contents(member->key)), member->value});
    return members.ok() ? std::optional(std::move(given)) : std::nullopt;
}

std::string_view contents(std::string_view token) {
    return token.size() > 1 && token.front() == '"' ? token.substr(1, token.size() - 2) : token;
}

} // namespace standin
