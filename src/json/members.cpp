#include "json/members.hpp"

#include "json/bracket_scanner.hpp"

#include <bit>
#include <utility>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace json {

namespace {

// 16 bytes at a time: most strings are short, but a branch for each byte takes ten times as long. Each gives the
// position of the first such byte from `at` on; if there is none, at least the text's size.

std::size_t find_quote_or_backslash(std::string_view text, std::size_t at) {
#ifdef __SSE2__
    for (; at + 16 <= text.size(); at += 16) {
        const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
        const auto found =
            _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
        if (const auto mask = static_cast<unsigned>(_mm_movemask_epi8(found)); mask != 0)
            return at + static_cast<std::size_t>(std::countr_zero(mask));
    }
#endif
    while (at < text.size() && text[at] != '"' && text[at] != '\\')
        ++at;
    return at;
}

/// Also control characters, and bytes that are not ASCII.
std::size_t find_not_plain(std::string_view text, std::size_t at) {
#ifdef __SSE2__
    for (; at + 16 <= text.size(); at += 16) {
        const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
        auto found =
            _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
        found = _mm_or_si128(found, _mm_cmplt_epi8(bytes, _mm_set1_epi8(' '))); // signed: from 0x80 on they are less
        if (const auto mask = static_cast<unsigned>(_mm_movemask_epi8(found)); mask != 0)
            return at + static_cast<std::size_t>(std::countr_zero(mask));
    }
#endif
    const auto is_plain = [](char c) {
        return c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x80;
    };
    while (at < text.size() && is_plain(text[at]))
        ++at;
    return at;
}

} // namespace

std::size_t skip_space(std::string_view text, std::size_t at) {
    while (at < text.size() && is_space(text[at]))
        ++at;
    return at;
}

std::optional<std::size_t> skip_string(std::string_view text, std::size_t at) {
    for (at = find_quote_or_backslash(text, at + 1); at < text.size(); at = find_quote_or_backslash(text, at + 2))
        if (text[at] == '"')
            return at + 1;
    return std::nullopt;
}

std::optional<std::string_view> plain_string(std::string_view text, std::size_t at) {
    if (at >= text.size() || text[at] != '"')
        return std::nullopt;
    const auto end = find_not_plain(text, at + 1);
    if (end >= text.size() || text[end] != '"')
        return std::nullopt;
    return text.substr(at + 1, end - at - 1);
}

std::optional<std::size_t> skip_value(std::string_view text, std::size_t at) {
    if (at >= text.size())
        return std::nullopt;
    if (text[at] == '"')
        return skip_string(text, at);
    if (text[at] != '{' && text[at] != '[') {
        const std::size_t begin = at;
        while (at < text.size() && !is_space(text[at]) && text[at] != ',' && text[at] != '}' && text[at] != ']')
            ++at;
        return at == begin ? std::nullopt : std::optional(at);
    }
    const auto end = BracketScanner().run(text, at);
    return end == BracketScanner::open_end ? std::nullopt : std::optional(end);
}

std::nullopt_t ObjectScanner::fail() {
    ok_ = false;
    done_ = true;
    return std::nullopt;
}

std::optional<std::size_t> ObjectScanner::skip(std::size_t value_at) const {
    if (!known_.empty() && text_.data() + value_at == known_.data())
        return value_at + known_.size();
    return json::skip_value(text_, value_at);
}

std::optional<std::string_view> ObjectScanner::next_key() {
    if (done_)
        return std::nullopt;
    const bool first = at_ == 0;
    if (first) {
        at_ = skip_space(text_, 0);
        if (at_ >= text_.size() || text_[at_] != '{')
            return fail();
        ++at_;
    }
    at_ = skip_space(text_, at_);
    if (at_ >= text_.size())
        return fail();
    if (text_[at_] == '}') {
        ++at_;
        done_ = true;
        return std::nullopt;
    }
    if (!first) {
        if (text_[at_] != ',')
            return fail();
        at_ = skip_space(text_, at_ + 1);
    }
    if (at_ >= text_.size() || text_[at_] != '"')
        return fail();
    const std::size_t key_at = at_;
    const auto key_end = skip_string(text_, at_);
    if (!key_end)
        return fail();
    at_ = skip_space(text_, *key_end);
    if (at_ >= text_.size() || text_[at_] != ':')
        return fail();
    at_ = skip_space(text_, at_ + 1);
    return text_.substr(key_at, *key_end - key_at);
}

std::optional<std::string_view> ObjectScanner::skip_value() {
    const auto end = skip(at_);
    if (!end)
        return fail();
    const auto value_at = std::exchange(at_, *end);
    return text_.substr(value_at, at_ - value_at);
}

std::optional<ObjectScanner::Member> ObjectScanner::next() {
    const auto key = next_key();
    const auto value = key ? skip_value() : std::nullopt;
    return value ? std::optional(Member{*key, *value}) : std::nullopt;
}

std::string_view find_member(std::string_view object, std::string_view key) {
    std::string_view found;
    ObjectScanner members(object);
    while (const auto member = members.next())
        if (member->key == key)
            found = member->value;
    return members.ok() ? found : std::string_view();
}

} // namespace json
