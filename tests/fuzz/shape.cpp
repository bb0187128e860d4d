#include "shape.hpp"

#include "json/members.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

namespace fuzz {

namespace {

/// `u` uint32, `U` uint64 and `I` int64 as text, `b` bytes, `s` text, `h` hex, `t` boolean, `m` map of bytes, `0`
/// always null; else a message (`?` before it: or null) or a list of them (`*`).
struct Field {
    const char* name;
    const char* kind;
};

struct Message {
    const char* name;
    std::vector<Field> fields;
};

const std::vector<Message>& messages() {
    static const std::vector<Message> all{
        {"mpp", {{"payment_addr", "b"}, {"total_amt_msat", "I"}}},
        {"update",
         {{"signature", "b"},
          {"chain_hash", "b"},
          {"chan_id", "U"},
          {"timestamp", "u"},
          {"message_flags", "u"},
          {"channel_flags", "u"},
          {"time_lock_delta", "u"},
          {"htlc_minimum_msat", "U"},
          {"base_fee", "u"},
          {"fee_rate", "u"},
          {"htlc_maximum_msat", "U"},
          {"extra_opaque_data", "b"}}},
        {"failure",
         {{"code", "s"},
          {"channel_update", "?update"},
          {"htlc_msat", "U"},
          {"onion_sha_256", "b"},
          {"cltv_expiry", "u"},
          {"flags", "u"},
          {"failure_source_index", "u"},
          {"height", "u"}}},
        {"hop",
         {{"chan_id", "U"},
          {"chan_capacity", "I"},
          {"amt_to_forward", "I"},
          {"fee", "I"},
          {"expiry", "u"},
          {"amt_to_forward_msat", "I"},
          {"fee_msat", "I"},
          {"pub_key", "h"},
          {"tlv_payload", "t"},
          {"mpp_record", "?mpp"},
          {"amp_record", "0"},
          {"custom_records", "m"},
          {"metadata", "b"},
          {"blinding_point", "b"},
          {"encrypted_data", "b"},
          {"total_amt_msat", "U"}}},
        {"route",
         {{"total_time_lock", "u"},
          {"total_fees", "I"},
          {"total_amt", "I"},
          {"hops", "*hop"},
          {"total_fees_msat", "I"},
          {"total_amt_msat", "I"},
          {"first_hop_amount_msat", "I"},
          {"custom_channel_data", "b"}}},
        {"attempt",
         {{"attempt_id", "U"},
          {"status", "s"},
          {"route", "route"},
          {"attempt_time_ns", "I"},
          {"resolve_time_ns", "I"},
          {"failure", "?failure"},
          {"preimage", "b"}}},
        {"payment",
         {{"payment_hash", "h"},
          {"value", "I"},
          {"creation_date", "I"},
          {"fee", "I"},
          {"payment_preimage", "h"},
          {"value_sat", "I"},
          {"value_msat", "I"},
          {"payment_request", "s"},
          {"status", "s"},
          {"fee_sat", "I"},
          {"fee_msat", "I"},
          {"creation_time_ns", "I"},
          {"htlcs", "*attempt"},
          {"payment_index", "U"},
          {"failure_reason", "s"},
          {"first_hop_custom_records", "m"}}},
    };
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

bool is_message(std::string_view raw, std::string_view name);

bool is_list(std::string_view raw, std::string_view name) {
    if (raw == "[]")
        return true;
    std::size_t at = 1;
    while (at < raw.size()) {
        const auto end = json::skip_value(raw, at);
        if (!end || !is_message(raw.substr(at, *end - at), name) || *end >= raw.size())
            return false;
        if (raw[*end] == ']')
            return *end + 1 == raw.size();
        at = *end + 1;
    }
    return false;
}

bool is_map(std::string_view raw) {
    json::ObjectScanner members(raw);
    while (const auto member = members.next()) {
        const auto key = inside(member->key);
        const auto value = inside(member->value);
        if (!key || !is_decimal<std::uint64_t>(*key) || !value || !is_base64(*value))
            return false;
    }
    return members.ok();
}

bool is_kind(std::string_view raw, std::string_view kind) {
    if (kind.front() == '?')
        return raw == "null" || is_message(raw, kind.substr(1));
    if (kind.front() == '*')
        return raw.front() == '[' && is_list(raw, kind.substr(1));
    if (kind.size() > 1)
        return is_message(raw, kind);
    const auto text = inside(raw);
    switch (kind.front()) {
    case 'u':
        return is_decimal<std::uint32_t>(raw);
    case 'U':
        return text && is_decimal<std::uint64_t>(*text);
    case 'I':
        return text && is_decimal<std::int64_t>(*text);
    case 'b':
        return text && is_base64(*text);
    case 's':
        return text.has_value();
    case 'h':
        return text && text->find_first_not_of("0123456789abcdef") == std::string_view::npos;
    case 't':
        return raw == "true" || raw == "false";
    case 'm':
        return is_map(raw);
    default:
        return raw == "null";
    }
}

bool is_message(std::string_view raw, std::string_view name) {
    const auto message =
        std::find_if(messages().begin(), messages().end(), [&](const Message& one) { return one.name == name; });
    require(message != messages().end(), "the table of messages is whole");
    json::ObjectScanner members(raw);
    for (const auto& field : message->fields) {
        const auto member = members.next();
        if (!member || inside(member->key) != field.name || !is_kind(member->value, field.kind))
            return false;
    }
    return !members.next() && members.ok();
}

} // namespace

Tree checked_payment(std::string_view text) {
    require(is_message(text, "payment"), "every snapshot passes the strict walk");
    auto payment = Tree::parse(text);
    const std::string status = payment["status"];
    require(status == "IN_FLIGHT" || status == "SUCCEEDED" || status == "FAILED", "a status LND emits");
    require(status != "FAILED" || payment["failure_reason"] != "FAILURE_REASON_NONE", "what failed has a reason");
    std::uint64_t before = 0;
    bool first = true;
    for (const auto& attempt : payment["htlcs"]) {
        const auto id = std::stoull(attempt["attempt_id"].get<std::string>());
        require(first || id > before, "attempt ids rise");
        before = id;
        first = false;
        require((attempt["status"] == "FAILED") == !attempt["failure"].is_null(), "a failure where one failed");
        require(status != "FAILED" || attempt["status"] == "FAILED", "what failed has no attempt that did not");
    }
    return payment;
}

} // namespace fuzz
