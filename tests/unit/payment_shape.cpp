#include "payment_shape.hpp"

#include "json/members.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <stdexcept>
#include <vector>

#include <nlohmann/json.hpp>

namespace unit {

namespace {

using Schema = nlohmann::ordered_json; // the order of the keys is part of the shape

constexpr const char* const schema_text =
#include "payment_schema.inc"
    ;

using Fits = bool (*)(std::string_view raw);

struct Kind {
    bool or_null = false;
    bool list = false;
    std::string name;                ///< a message's, if the rest is empty
    std::vector<std::string> values; ///< an enum's
    Fits fits = nullptr;             ///< a scalar's, and that of `records`
};

struct Field {
    std::string name;
    Kind kind;
};

using Messages = std::map<std::string, std::vector<Field>, std::less<>>;

/// The text between the quotes; nothing unless it is a string.
std::optional<std::string_view> inside(std::string_view raw) {
    if (raw.size() < 2 || raw.front() != '"' || raw.back() != '"')
        return std::nullopt;
    return raw.substr(1, raw.size() - 2);
}

template <class Int>
bool is_decimal(std::string_view text) {
    Int number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() && std::to_string(number) == text;
}

template <class Int>
bool is_decimal_text(std::string_view raw) {
    const auto text = inside(raw);
    return text && is_decimal<Int>(*text);
}

bool is_base64(std::string_view text) {
    const auto end = text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    return text.size() % 4 == 0 &&
           (end == std::string_view::npos || text.find_first_not_of('=', end) == std::string_view::npos);
}

bool is_records(std::string_view raw) {
    json::ObjectScanner members(raw);
    while (const auto member = members.next()) {
        const auto key = inside(member->key);
        const auto value = inside(member->value);
        if (!key || !is_decimal<std::uint64_t>(*key) || !value || !is_base64(*value))
            return false;
    }
    return members.ok();
}

bool is_hex(std::string_view raw, std::size_t size) {
    const auto text = inside(raw);
    return text && text->size() == size && text->find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_base64_of(std::string_view raw, std::size_t size) {
    const auto text = inside(raw);
    return text && text->size() == size && is_base64(*text);
}

struct Scalar {
    std::string_view name;
    Fits fits;
};

constexpr std::array<Scalar, 12> scalars{{
    {"null", [](std::string_view raw) { return raw == "null"; }},
    {"boolean", [](std::string_view raw) { return raw == "true" || raw == "false"; }},
    {"uint32", is_decimal<std::uint32_t>},
    {"uint64", is_decimal_text<std::uint64_t>},
    {"int64", is_decimal_text<std::int64_t>},
    {"string", [](std::string_view raw) { return inside(raw).has_value(); }},
    {"hex32", [](std::string_view raw) { return is_hex(raw, 64); }},
    {"hex33", [](std::string_view raw) { return is_hex(raw, 66); }},
    {"bytes", [](std::string_view raw) { return inside(raw) && is_base64(*inside(raw)); }},
    {"bytes32", [](std::string_view raw) { return is_base64_of(raw, 44); }},
    {"bytes64", [](std::string_view raw) { return is_base64_of(raw, 88); }},
    {"records", is_records},
}};

Kind kind_of(const Schema& rule) {
    Kind kind;
    if (rule.contains("$ref")) {
        const std::string reference = rule["$ref"];
        kind.name = reference.substr(reference.rfind('/') + 1);
    } else if (rule.contains("anyOf")) {
        kind = kind_of(rule["anyOf"].at(1));
        kind.or_null = true;
    } else if (rule.contains("items")) {
        kind = kind_of(rule["items"]);
        kind.list = true;
    } else if (rule.contains("enum")) {
        kind.values = rule["enum"].get<std::vector<std::string>>();
    } else {
        kind.name = rule.at("type");
    }
    const auto scalar =
        std::find_if(scalars.begin(), scalars.end(), [&](const auto& one) { return one.name == kind.name; });
    kind.fits = scalar == scalars.end() ? nullptr : scalar->fits;
    return kind;
}

Messages read_schema() {
    const auto schema = Schema::parse(schema_text);
    Messages messages;
    const auto add = [&](const std::string& name, const Schema& rule) {
        for (const auto& [field, kind] : rule["properties"].items())
            messages[name].push_back({field, kind_of(kind)});
    };
    add("payment", schema);
    for (const auto& [name, rule] : schema["definitions"].items())
        if (rule.contains("properties"))
            add(name, rule);
    return messages;
}

const Messages& messages() {
    static const Messages all = read_schema();
    return all;
}

/// These return true if all is right, else they add the path of the first difference to `wrong`, from its end: paths of
/// what is right are not made, because a fuzz target looks at very many payments.
bool walk(std::string_view raw, std::string_view name, std::string& wrong);

bool walk_one(std::string_view raw, const Kind& kind, std::string& wrong) {
    if (kind.or_null && raw == "null")
        return true;
    if (kind.fits)
        return kind.fits(raw);
    if (kind.values.empty())
        return walk(raw, kind.name, wrong);
    const auto text = inside(raw);
    return text && std::find(kind.values.begin(), kind.values.end(), *text) != kind.values.end();
}

bool walk_list(std::string_view raw, const Kind& kind, std::string& wrong) {
    if (raw == "[]")
        return true;
    std::size_t at = 1;
    while (raw.front() == '[' && at < raw.size()) {
        const auto end = json::skip_value(raw, at);
        if (!end || *end >= raw.size())
            return false;
        if (!walk_one(raw.substr(at, *end - at), kind, wrong)) {
            wrong.insert(0, "[]");
            return false;
        }
        if (raw[*end] == ']')
            return *end + 1 == raw.size();
        at = *end + 1;
    }
    return false;
}

bool walk(std::string_view raw, std::string_view name, std::string& wrong) {
    const auto message = messages().find(name);
    if (message == messages().end())
        throw std::logic_error("the schema has a kind that the walk does not know: " + std::string(name));
    json::ObjectScanner members(raw);
    for (const auto& field : message->second) {
        const auto member = members.next();
        const bool fits = member && inside(member->key) == field.name &&
                          (field.kind.list ? walk_list(member->value, field.kind, wrong)
                                           : walk_one(member->value, field.kind, wrong));
        if (!fits) {
            wrong.insert(0, "." + field.name);
            return false;
        }
    }
    return !members.next() && members.ok();
}

} // namespace

std::string misshapen(std::string_view payment) {
    std::string wrong;
    return walk(payment, "payment", wrong) ? "" : "payment" + wrong;
}

} // namespace unit
