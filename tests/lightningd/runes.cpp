#include "runes.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <sodium.h>

namespace standin {

namespace {

using Authcode = std::array<unsigned char, crypto_hash_sha256_BYTES>;

constexpr std::string_view operators = "!=/^$~<>#";
constexpr std::string_view field_characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
constexpr int base64url = sodium_base64_VARIANT_URLSAFE;

struct Rune {
    Authcode authcode{};
    Restrictions restrictions; ///< the first one is `=ID`
};

Authcode extended(std::string_view text, const Authcode* before = nullptr) {
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    if (before)
        crypto_hash_sha256_update(&state, before->data(), before->size());
    crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    Authcode result{};
    crypto_hash_sha256_final(&state, result.data());
    return result;
}

void add(Rune& rune, const std::string& restriction) {
    rune.authcode = extended(restriction, &rune.authcode);
    rune.restrictions.push_back(restriction);
}

Rune derived(const Restrictions& restrictions) {
    Rune rune{extended("the stand-in's master secret"), {}};
    for (const auto& restriction : restrictions)
        add(rune, restriction);
    return rune;
}

std::string text_of(const Rune& rune) {
    std::string bytes(rune.authcode.begin(), rune.authcode.end());
    for (const auto& restriction : rune.restrictions)
        bytes.append(&restriction == rune.restrictions.data() ? "" : "&").append(restriction);
    std::string text(sodium_base64_encoded_len(bytes.size(), base64url), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                      base64url);
    text.pop_back(); // its NUL
    return text;
}

Restrictions parts_of(std::string_view text, char at) {
    Restrictions parts;
    for (std::size_t begin = 0;;) {
        const auto end = std::min(text.find(at, begin), text.size());
        parts.emplace_back(text.substr(begin, end - begin));
        if (end == text.size())
            return parts;
        begin = end + 1;
    }
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::optional<Rune> decoded(const std::string& text) {
    std::string bytes(text.size(), '\0');
    std::size_t size = 0;
    const char* end = nullptr;
    for (const int variant : {base64url, sodium_base64_VARIANT_URLSAFE_NO_PADDING})
        if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(), text.size(),
                              nullptr, &size, &end, variant) == 0 &&
            end == text.data() + text.size() && size > crypto_hash_sha256_BYTES) {
            Rune rune;
            std::copy_n(bytes.begin(), rune.authcode.size(), rune.authcode.begin());
            rune.restrictions =
                parts_of(std::string_view(bytes).substr(rune.authcode.size(), size - rune.authcode.size()), '&');
            return rune;
        }
    return std::nullopt;
}

/// The value of a field of the call; nothing if it is missing.
std::optional<std::string> field(const std::string& name, const RunedCall& call) {
    if (name == "time")
        return std::to_string(call.now);
    if (name == "method")
        return call.method;
    if (name == "pnum")
        return std::to_string(call.params.is_null() ? 0 : call.params.size());
    if (!name.starts_with("pname") || !call.params.is_object())
        return std::nullopt;
    const auto same = [&](std::string member) {
        const auto plain = [](std::string& text) { std::erase_if(text, [](char c) { return ispunct(c) != 0; }); };
        auto wanted = name.substr(5);
        return member == wanted || (plain(member), plain(wanted), member == wanted);
    };
    for (const auto& [member, value] : call.params.items())
        if (same(member))
            return value.is_string() ? value.get<std::string>() : json::dump(value);
    return std::nullopt;
}

/// Why one alternative does not hold, in lightningd's texts.
std::optional<std::string> why_not(std::string_view alternative, const RunedCall& call) {
    const auto at = alternative.find_first_of(operators);
    const auto name = std::string(alternative.substr(0, at));
    const auto value = std::string(alternative.substr(at + 1));
    const auto actual = field(name, call);
    const auto unless = [&](bool holds, const char* complaint) {
        return holds ? std::nullopt : std::optional(name + " " + complaint + " " + value);
    };
    if (alternative[at] == '#')
        return std::nullopt;
    if (alternative[at] == '!')
        return actual ? std::optional(name + " is present") : std::nullopt;
    if (!actual)
        return name + " not present";
    switch (alternative[at]) {
    case '=':
        return unless(*actual == value, "is not equal to");
    case '/':
        return unless(*actual != value, "is equal to");
    case '^':
        return unless(actual->starts_with(value), "does not start with");
    case '$':
        return unless(actual->ends_with(value), "does not end with");
    case '~':
        return unless(actual->find(value) != std::string::npos, "does not contain");
    case '<':
        return unless(whole_number(*actual).value_or(UINT64_MAX) < whole_number(value).value_or(0),
                      "is greater or equal to");
    default:
        return unless(whole_number(*actual).value_or(0) > whole_number(value).value_or(UINT64_MAX),
                      "is less or equal to");
    }
}

/// One alternative of the restriction must hold.
std::optional<std::string> why_refused(const std::string& restriction, const RunedCall& call) {
    std::string all;
    for (const auto& alternative : parts_of(restriction, '|')) {
        const auto reason = why_not(alternative, call);
        if (!reason)
            return std::nullopt;
        all.append(all.empty() ? "" : " AND ").append(*reason);
    }
    return all;
}

} // namespace

std::string Runes::create(const Restrictions& restrictions) {
    auto rune = derived({"=" + std::to_string(next_id++)});
    for (const auto& restriction : restrictions)
        add(rune, restriction);
    return text_of(rune);
}

std::optional<std::string> Runes::restrict(const std::string& text, const Restrictions& more) {
    auto rune = decoded(text);
    if (!rune)
        return std::nullopt;
    for (const auto& restriction : more)
        add(*rune, restriction);
    return text_of(*rune);
}

bool Runes::is_alternative(std::string_view text) {
    const auto at = text.find_first_of(operators);
    return at != std::string_view::npos && at > 0 && text.find_first_not_of(field_characters) >= at;
}

std::optional<std::uint64_t> Runes::id_of(const std::string& text) {
    const auto rune = decoded(text);
    for (std::size_t i = 1; rune && i < rune->restrictions.size(); ++i)
        for (const auto& alternative : parts_of(rune->restrictions[i], '|'))
            if (!is_alternative(alternative))
                return std::nullopt;
    return rune && rune->restrictions[0].starts_with('=') ? whole_number(rune->restrictions[0].substr(1))
                                                          : std::nullopt;
}

std::optional<RuneError> Runes::check(const std::string& text, const RunedCall& call) const {
    constexpr int not_authorized = 1501;
    constexpr int not_permitted = 1502;
    constexpr int blacklisted = 1503;
    const auto rune = decoded(text).value_or(Rune{});
    if (blacklist.contains(id_of(text).value_or(0)))
        return RuneError{blacklisted, "Not authorized: Blacklisted rune"};
    if (derived(rune.restrictions).authcode != rune.authcode)
        return RuneError{not_authorized, "Not authorized: Not derived from master"};
    for (auto at = rune.restrictions.begin() + 1; at != rune.restrictions.end(); ++at)
        if (auto reason = why_refused(*at, call)) {
            if (reason->starts_with("pname"))
                reason->replace(0, 5, "parameter ");
            else if (reason->starts_with("pnum"))
                reason->replace(0, 4, "number of parameters");
            return RuneError{not_permitted, "Not permitted: " + *reason};
        }
    return std::nullopt;
}

} // namespace standin
