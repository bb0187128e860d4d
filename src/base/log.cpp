#include "base/log.hpp"

#include <algorithm>

namespace base {

namespace {

/// 32 bytes have 64 characters in hex and 43 in base64. Names that an operator should read are shorter.
constexpr std::size_t longest_run = 31;
constexpr std::size_t longest_name = 40;
constexpr std::size_t longest_sentence = 200;
constexpr auto long_text = "(a long text)";

/// A character of hex, both kinds of base64, or bech32.
bool may_be_secret(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("+/-_=").find(c) != std::string_view::npos;
}

} // namespace

std::string loggable(std::string_view outside) {
    std::string text;
    while (!outside.empty() && text.size() < longest_sentence) {
        const auto end = std::find_if_not(outside.begin(), outside.end(), may_be_secret);
        const auto run = outside.substr(0, static_cast<std::size_t>(end - outside.begin()));
        text.append(run.size() > longest_run ? long_text : run);
        outside.remove_prefix(run.size());
        if (!outside.empty()) {
            text.push_back(outside.front());
            outside.remove_prefix(1);
        }
    }
    if (text.size() > longest_sentence)
        text.resize(longest_sentence);
    return text;
}

std::string loggable_name(std::string_view outside) {
    return outside.size() > longest_name ? long_text : loggable(outside);
}

} // namespace base
