#include "cln/row_text.hpp"

#include "cln/row.hpp"
#include "json/members.hpp"
#include "json/text.hpp"

#include <algorithm>
#include <array>

namespace cln {

namespace {

/// Members in lightningd's order.
constexpr std::array<std::string_view, 18> names{
    R"("created_index")",    R"("id")",         R"("payment_hash")", R"("groupid")",
    R"("updated_index")",    R"("partid")",     R"("destination")",  R"("amount_msat")",
    R"("amount_sent_msat")", R"("created_at")", R"("completed_at")", R"("status")",
    R"("payment_preimage")", R"("label")",      R"("bolt11")",       R"("bolt12")",
    R"("description")",      R"("erroronion")"};

/// Members that sendpay_failure adds to a row (lightningd/pay.c, sendpay_errmsg_fmt and json_add_routefail_info).
constexpr std::array<std::string_view, 8> failure_names{
    R"("erring_index")",   R"("failcode")",         R"("failcodename")", R"("erring_node")",
    R"("erring_channel")", R"("erring_direction")", R"("raw_message")",  R"("onionreply")"};

/// Position in lightningd's order; members that lightningd does not have come last.
std::size_t rank(std::string_view key) {
    return static_cast<std::size_t>(std::find(names.begin(), names.end(), key) - names.begin());
}

} // namespace

std::optional<RowText> RowText::from(std::string_view object) {
    RowText row;
    json::ObjectScanner members(object);
    while (const auto member = members.next())
        row.set(member->key, std::string(member->value));
    if (!members.ok())
        return std::nullopt;
    const auto* index = row.find(R"("created_index")");
    index = index ? index : row.find(R"("id")"); // before v23.11
    const auto number = index ? digits(*index) : std::nullopt;
    if (!number)
        return std::nullopt;
    row.created_.value = *number;
    row.sort();
    return row;
}

std::optional<RowText> RowText::from_failure(std::string_view data) {
    auto row = from(data);
    if (row)
        std::erase_if(row->members_, [](const Member& member) {
            return std::find(failure_names.begin(), failure_names.end(), member.first) != failure_names.end();
        });
    return row;
}

RowText RowText::of(const payments::PaymentKey& key, const payments::Part& part, const std::string& invoice) {
    const auto index = std::to_string(part.created.value);
    RowText row;
    row.created_ = part.created;
    row.set(R"("created_index")", index);
    row.set(R"("id")", index);
    row.set(R"("payment_hash")", json::quote(key.hash.hex()));
    row.set(R"("groupid")", std::to_string(key.group.value));
    if (part.partid.value > 0)
        row.set(R"("partid")", std::to_string(part.partid.value));
    if (part.amount)
        row.set(R"("amount_msat")", std::to_string(part.amount->value));
    row.set(R"("amount_sent_msat")", std::to_string(part.sent.value));
    row.set(R"("created_at")", std::to_string(part.created_at.seconds()));
    row.set(R"("status")", json::quote("pending"));
    if (!invoice.empty())
        row.set(invoice.starts_with("lni") ? R"("bolt12")" : R"("bolt11")", json::quote(invoice));
    row.end(part);
    return row;
}

const std::string* RowText::find(std::string_view key) const {
    const auto at =
        std::find_if(members_.begin(), members_.end(), [&](const Member& member) { return member.first == key; });
    return at == members_.end() ? nullptr : &at->second;
}

void RowText::set(std::string_view key, std::string value) {
    const auto at =
        std::find_if(members_.begin(), members_.end(), [&](const Member& member) { return member.first == key; });
    if (at != members_.end())
        at->second = std::move(value);
    else
        members_.emplace_back(key, std::move(value));
}

void RowText::add(std::string_view key, std::string value) {
    if (!find(key))
        set(key, std::move(value));
}

bool RowText::pending() const {
    const auto* status = find(R"("status")");
    return status && *status == R"("pending")";
}

/// Sorts only if needed: a host may mix members of its own into lightningd's order.
void RowText::sort() {
    std::size_t highest = 0;
    const bool in_order = std::all_of(members_.begin(), members_.end(), [&](const Member& member) {
        const auto at = rank(member.first);
        const bool behind = at == names.size() || at >= highest;
        highest = at == names.size() ? highest : at;
        return behind;
    });
    if (!in_order)
        std::stable_sort(members_.begin(), members_.end(),
                         [](const Member& a, const Member& b) { return rank(a.first) < rank(b.first); });
}

void RowText::learn(RowText other) {
    if (other.pending() && !pending())
        std::swap(members_, other.members_); // `other` is an earlier state that came late
    for (auto& [key, value] : other.members_)
        set(key, std::move(value));
    sort();
}

void RowText::end(const payments::Part& part) {
    if (pending() || !find(R"("status")"))
        set(R"("status")", json::quote(status_name(part.status)));
    if (part.updated.value > 0)
        add(R"("updated_index")", std::to_string(part.updated.value));
    if (part.completed_at)
        add(R"("completed_at")", std::to_string(part.completed_at->seconds()));
    if (part.preimage)
        add(R"("payment_preimage")", json::quote(part.preimage->hex()));
    sort();
}

std::string RowText::json() const {
    std::string text = "{";
    for (const auto& [key, value] : members_)
        text.append(text.size() > 1 ? "," : "").append(key).append(":").append(value);
    return text + "}";
}

std::vector<std::string_view> rows_in(std::string_view result) {
    std::vector<std::string_view> rows;
    json::ObjectScanner members(result);
    while (const auto member = members.next()) {
        if (member->key != R"("payments")" || member->value.front() != '[')
            continue;
        const auto list = member->value;
        for (auto at = json::skip_space(list, 1); at < list.size() && list[at] == '{';) {
            const auto end = json::skip_value(list, at);
            if (!end)
                break;
            rows.push_back(list.substr(at, *end - at));
            at = json::skip_space(list, *end);
            if (at < list.size() && list[at] == ',')
                at = json::skip_space(list, at + 1);
        }
    }
    return rows;
}

} // namespace cln
