#include "commands/host_rows.hpp"

#include "json/members.hpp"
#include "json/text.hpp"

#include <algorithm>
#include <unordered_set>

namespace commands {

namespace {

constexpr std::size_t fewest = 1000;

std::string_view member(std::string_view object, std::string_view key) {
    std::string_view found;
    json::ObjectScanner members(object);
    while (const auto one = members.next())
        if (one->key == key)
            found = one->value;
    return found;
}

/// The object of a notification, found as in cln::decode_sendpay_success.
std::string_view body(std::string_view params, std::string_view quoted_topic) {
    if (const auto named = member(params, quoted_topic); !named.empty())
        return named;
    const auto payload = member(params, R"("payload")");
    const auto named = member(payload, quoted_topic);
    return named.empty() ? payload : named;
}

} // namespace

void HostRows::listed(std::string_view result, const payments::Table& table) {
    if (!json::parse(result)) // only valid JSON may get into our answers
        return;
    limit(table);
    for (const auto row : cln::rows_in(result))
        learn(cln::RowText::from(row));
}

void HostRows::notified(std::string_view topic, std::string_view params, const payments::Table& table) {
    const bool success = topic == "sendpay_success";
    if ((!success && topic != "sendpay_failure") || !json::parse(params))
        return;
    limit(table);
    if (success)
        learn(cln::RowText::from(body(params, R"("sendpay_success")")));
    else
        learn(cln::RowText::from_failure(member(body(params, R"("sendpay_failure")"), R"("data")")));
}

void HostRows::learn(std::optional<cln::RowText> row) {
    if (!row)
        return;
    const auto known = rows_.find(row->created());
    if (known == rows_.end())
        rows_.emplace(row->created(), Kept{std::move(*row)});
    else
        known->second.text.learn(std::move(*row));
}

/// The table evicts old payments without notice, so drop their rows now and then.
void HostRows::limit(const payments::Table& table) {
    if (rows_.size() < look_at_)
        return;
    std::unordered_set<base::CreatedIndex> held;
    table.for_each([&](const payments::Payment& payment) {
        for (const auto& part : payment.parts)
            held.insert(part.created);
    });
    std::erase_if(rows_, [&](const auto& row) { return !row.second.fresh && !held.contains(row.first); });
    for (auto& [created, kept] : rows_)
        kept.fresh = false;
    look_at_ = std::max(fewest, 2 * rows_.size());
}

cln::RowText HostRows::of(const payments::PaymentKey& key, const payments::Part& part,
                          const std::string& invoice) const {
    auto row = cln::RowText::of(key, part, invoice);
    if (const auto known = rows_.find(part.created); known != rows_.end()) {
        row = known->second.text;
        row.end(part);
    }
    return row;
}

} // namespace commands
