#include "payment_shape.hpp"

#include "json/members.hpp"

#include <algorithm>
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

/// `name` is a scalar's, a message's, or `records`.
struct Kind {
    bool or_null = false;
    bool list = false;
    std::string name;
    std::vector<std::string> values; ///< an enum's; it has no name
};

struct Field {
    std::string name;
    Kind kind;
};

using Messages = std::map<std::string, std::vector<Field>, std::less<>>;

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

bool is_base64(std::string_view text) {
    const auto end = text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    return text.size() % 4 == 0 &&
           (end == std::string_view::npos || text.find_first_not_of('=', end) == std::string_view::npos);
}

bool is_hex(std::string_view text) {
    return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
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

/// Nothing if no scalar has this name.
std::optional<bool> is_scalar(std::string_view raw, std::string_view name) {
    const auto text = inside(raw);
    if (name == "null")
        return raw == "null";
    if (name == "boolean")
        return raw == "true" || raw == "false";
    if (name == "uint32")
        return is_decimal<std::uint32_t>(raw);
    if (name == "uint64")
        return text && is_decimal<std::uint64_t>(*text);
    if (name == "int64")
        return text && is_decimal<std::int64_t>(*text);
    if (name == "string")
        return text.has_value();
    if (name == "hex32" || name == "hex33")
        return text && text->size() == (name == "hex32" ? 64 : 66) && is_hex(*text);
    if (name == "bytes")
        return text && is_base64(*text);
    if (name == "bytes32" || name == "bytes64")
        return text && text->size() == (name == "bytes32" ? 44 : 88) && is_base64(*text);
    if (name == "records")
        return is_records(raw);
    return std::nullopt;
}

std::string walk(std::string_view raw, std::string_view name, const std::string& path);

std::string walk_one(std::string_view raw, const Kind& kind, const std::string& path) {
    if (kind.or_null && raw == "null")
        return {};
    if (!kind.values.empty()) {
        const auto text = inside(raw);
        return text && std::find(kind.values.begin(), kind.values.end(), *text) != kind.values.end() ? "" : path;
    }
    if (const auto fits = is_scalar(raw, kind.name))
        return *fits ? "" : path;
    return walk(raw, kind.name, path);
}

std::string walk_list(std::string_view raw, const Kind& kind, const std::string& path) {
    if (raw == "[]")
        return {};
    std::size_t at = 1;
    while (raw.front() == '[' && at < raw.size()) {
        const auto end = json::skip_value(raw, at);
        if (!end || *end >= raw.size())
            return path;
        if (auto wrong = walk_one(raw.substr(at, *end - at), kind, path + "[]"); !wrong.empty())
            return wrong;
        if (raw[*end] == ']')
            return *end + 1 == raw.size() ? "" : path;
        at = *end + 1;
    }
    return path;
}

std::string walk(std::string_view raw, std::string_view name, const std::string& path) {
    const auto message = messages().find(name);
    if (message == messages().end())
        throw std::logic_error("the schema has a kind that the walk does not know: " + std::string(name));
    json::ObjectScanner members(raw);
    for (const auto& field : message->second) {
        const auto member = members.next();
        const auto there = path + "." + field.name;
        if (!member || inside(member->key) != field.name)
            return there;
        auto wrong =
            field.kind.list ? walk_list(member->value, field.kind, there) : walk_one(member->value, field.kind, there);
        if (!wrong.empty())
            return wrong;
    }
    return !members.next() && members.ok() ? "" : path;
}

} // namespace

std::string misshapen(std::string_view payment) {
    return walk(payment, "payment", "payment");
}

} // namespace unit
