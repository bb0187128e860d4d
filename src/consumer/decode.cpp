#include "consumer/decode.hpp"

#include "json/members.hpp"

#include <algorithm>
#include <charconv>

namespace consumer {

namespace {

using Error = tl::unexpected<std::string>;
using Member = json::ObjectScanner::Member;

constexpr std::size_t longest_cursor = 255;

/// A string without escapes, else nothing. It may be empty.
std::optional<std::string_view> plain_text(std::string_view raw) {
    if (raw.size() < 2 || raw.front() != '"' || raw.find('\\') != std::string_view::npos)
        return std::nullopt;
    return raw.substr(1, raw.size() - 2);
}

/// 64-bit numbers are strings of decimal digits, without leading zeros.
std::optional<std::uint64_t> read_number(std::string_view raw) {
    const auto text = plain_text(raw);
    std::uint64_t number = 0;
    if (!text || text->empty() || (text->size() > 1 && text->front() == '0'))
        return std::nullopt;
    const auto* end = text->data() + text->size();
    const auto [at, error] = std::from_chars(text->data(), end, number);
    return error == std::errc{} && at == end ? std::optional(number) : std::nullopt;
}

std::optional<Status> read_status(std::string_view raw) {
    if (raw == R"("IN_FLIGHT")")
        return Status::in_flight;
    if (raw == R"("SUCCEEDED")")
        return Status::succeeded;
    if (raw == R"("FAILED")")
        return Status::failed;
    return std::nullopt;
}

/// It may be written to a header line or into a call as it is.
CursorPtr read_cursor(std::string_view raw) {
    const auto text = plain_text(raw);
    const bool valid = text && !text->empty() && text->size() <= longest_cursor &&
                       std::all_of(text->begin(), text->end(), [](char c) { return c > 0x20 && c < 0x7f && c != '"'; });
    return valid ? std::make_shared<const std::string>(*text) : nullptr;
}

/// A reader may write the payment as one line of its own. Looks at every byte without a branch, so that the compiler
/// takes many at once.
bool is_one_line(std::string_view text) {
    unsigned control = 0;
    for (const char c : text)
        control |= static_cast<unsigned>(static_cast<unsigned char>(c) < 0x20);
    return control == 0;
}

/// The object that `text` begins with; its length is that of the snapshot's JSON.
tl::expected<SnapshotPtr, std::string> read_payment(std::string_view text) {
    if (!text.starts_with('{'))
        return Error("payment: not an object");
    std::optional<std::uint64_t> index;
    std::optional<base::PaymentHash> hash;
    std::optional<Status> status;
    json::ObjectScanner members(text);
    while (const auto member = members.next()) {
        if (member->key == R"("payment_index")")
            index = read_number(member->value);
        else if (member->key == R"("payment_hash")")
            hash = base::PaymentHash::from_hex(plain_text(member->value).value_or(""));
        else if (member->key == R"("status")")
            status = read_status(member->value);
    }
    if (!members.ok())
        return Error("payment: malformed");
    const auto raw = text.substr(0, members.size());
    if (!is_one_line(raw))
        return Error("payment: control characters");
    if (!index)
        return Error("payment_index: missing, or no decimal text");
    if (!hash)
        return Error("payment_hash: missing, or not 32 bytes of hex");
    if (!status)
        return Error("status: missing or unknown");
    return std::make_shared<const Snapshot>(Snapshot{*index, *hash, *status, std::string(raw)});
}

/// The members of a message's params, raw, from one pass. Empty if they are missing or the object is malformed.
struct UpdateMembers {
    std::string_view payload;
    std::string_view cursor;
    tl::expected<SnapshotPtr, std::string> payment = Error("payment: not an object");
};

UpdateMembers find_members(std::string_view object) {
    UpdateMembers found;
    json::ObjectScanner members(object);
    while (const auto key = members.next_key()) {
        if (*key == R"("trackpayments")") {
            found.payment = read_payment(members.rest());
            if (found.payment) {
                members.take_value((*found.payment)->json.size());
                continue;
            }
        }
        const auto value = members.skip_value();
        if (value && *key == R"("payload")")
            found.payload = *value;
        else if (value && *key == R"("cursor")")
            found.cursor = *value;
    }
    return members.ok() ? found : UpdateMembers();
}

} // namespace

tl::expected<Update, std::string> decode_update(std::string_view params) {
    auto body = find_members(params);
    if (!body.payload.empty())
        body = find_members(body.payload);
    const auto cursor = read_cursor(body.cursor);
    if (!cursor)
        return Error("cursor: missing or malformed");
    if (!body.payment)
        return Error(std::move(body.payment.error()));
    return Update{*std::move(body.payment), cursor, true};
}

tl::expected<Answer, std::string> decode_answer(std::string_view result) {
    Answer answer;
    std::string_view payments;
    json::ObjectScanner members(result);
    while (const auto member = members.next()) {
        if (member->key == R"("payments")")
            payments = member->value;
        else if (member->key == R"("cursor")")
            answer.cursor = read_cursor(member->value);
        else if (member->key == R"("more")")
            answer.more = member->value == "true";
        else if (member->key == R"("unpublished_topics")")
            answer.live = member->value.find(R"("trackpayments")") == std::string_view::npos;
        else if (member->key == R"("complete")")
            answer.complete = member->value != "false";
        else if (member->key == R"("next_index_offset")")
            answer.next_index_offset = read_number(member->value);
        else if (member->key == R"("num_payments")")
            answer.num_payments = read_number(member->value).value_or(0);
    }
    if (!members.ok())
        return Error("not an object");
    if (!answer.cursor)
        return Error("cursor: missing or malformed");
    std::string reason;
    const bool all = json::for_each_element(payments, [&](std::string_view raw) {
        auto payment = read_payment(raw);
        if (payment && (*payment)->json.size() != raw.size())
            reason = "payment: malformed";
        else if (payment)
            answer.payments.push_back(*std::move(payment));
        else
            reason = std::move(payment.error());
        return reason.empty();
    });
    if (!all)
        return Error(reason.empty() ? "payments: missing, or no array" : reason);
    return answer;
}

bool is_tracker(std::string_view topic, std::string_view params) {
    const auto plugin = json::find_member(params, '"' + std::string(topic) + '"');
    if (json::find_member(plugin, R"("plugin_name")") == R"("trackpayments")")
        return true;
    bool found = false;
    (void)json::for_each_element(json::find_member(plugin, R"("methods")"), [&](std::string_view method) {
        found |= method == R"("trackpayments")";
        return !found;
    });
    return found;
}

std::string_view run_of(std::string_view cursor) {
    const auto dot = cursor.find('.');
    if (dot == std::string_view::npos)
        return {};
    cursor.remove_prefix(dot + 1);
    return cursor.substr(0, cursor.find('.'));
}

std::string beginning_of(std::string_view cursor) {
    const auto node = cursor.substr(0, std::min(cursor.find('.'), cursor.size()));
    return std::string(node).append(".").append(run_of(cursor)).append(".0.0");
}

} // namespace consumer
