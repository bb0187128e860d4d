// The parameters of a request as the caller wrote them: unread tokens in the caller's order. lightningd walks them like
// that (common/json_param.c), so order, duplicates and spelling decide which error it gives.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace standin {

struct Given {
    struct Token {
        std::string name; ///< empty when given by position
        std::string_view text;
    };
    bool by_name = false;
    std::vector<Token> tokens;

    /// Null when there is none of that name.
    [[nodiscard]] Token* find(std::string_view name);
    /// Removes the token of that name, or the first one when given by position; its text, if there was one.
    std::optional<std::string_view> take(std::string_view name);
};

/// Nothing unless `params` is an array or an object. The tokens are views into it.
[[nodiscard]] std::optional<Given> read_given(std::string_view params);

/// The value of lightningd's token: a string without its quotes and with its escapes unread, or the whole token.
[[nodiscard]] std::string_view contents(std::string_view token);

} // namespace standin
