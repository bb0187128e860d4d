#include "row.hpp"

#include "failcode.hpp"
#include "json/text.hpp"

namespace standin {

namespace {

void member(std::string& json, std::string_view name, std::uint64_t value) {
    json.append(",\"").append(name).append("\":").append(std::to_string(value));
}

/// `value` needs no escaping.
void member(std::string& json, std::string_view name, std::string_view value) {
    json.append(",\"").append(name).append("\":\"").append(value).push_back('"');
}

void text_member(std::string& json, std::string_view name, const std::string& value) {
    if (!value.empty())
        json.append(",\"").append(name).append("\":").append(json::quote(value));
}

} // namespace

std::string_view status_name(Status status) {
    switch (status) {
    case Status::pending:
        return "pending";
    case Status::complete:
        return "complete";
    case Status::failed:
        return "failed";
    }
    return "";
}

void append_fields(std::string& json, const Row& row, bool before_update) {
    json.append("\"created_index\":").append(std::to_string(row.created_index));
    member(json, "id", row.created_index);
    member(json, "payment_hash", row.hash.hex());
    member(json, "groupid", row.groupid);
    if (row.updated_index && !before_update)
        member(json, "updated_index", row.updated_index);
    if (row.partid)
        member(json, "partid", row.partid);
    if (row.has_destination)
        member(json, "destination", row.destination.hex());
    if (row.amount)
        member(json, "amount_msat", row.amount);
    member(json, "amount_sent_msat", row.sent);
    member(json, "created_at", row.created_at);
    if (row.completed_at && !before_update)
        member(json, "completed_at", row.completed_at);
    member(json, "status", before_update ? status_name(Status::pending) : status_name(row.status));
    if (row.status == Status::complete)
        member(json, "payment_preimage", row.preimage.hex());
    if (!row.extra)
        return;
    text_member(json, "label", row.extra->label);
    text_member(json, row.extra->invstring.starts_with("lni") ? "bolt12" : "bolt11", row.extra->invstring);
    text_member(json, "description", row.extra->description);
    if (row.extra->failure && !row.extra->failure->decoded && !before_update)
        member(json, "erroronion", row.extra->failure->onionreply);
}

std::string row_json(const Row& row) {
    std::string json = "{";
    json.reserve(900);
    append_fields(json, row);
    json.push_back('}');
    return json;
}

void append_failure(std::string& json, const PartFailure& failure, bool with_raw_message) {
    if (!failure.decoded)
        return member(json, "onionreply", failure.onionreply);
    member(json, "erring_index", static_cast<std::uint64_t>(failure.erring_index));
    member(json, "failcode", failure.failcode);
    if (const auto name = failcode_name(failure.failcode); !name.empty())
        member(json, "failcodename", wire_name(failure.failcode));
    if (!failure.erring_node.empty())
        member(json, "erring_node", failure.erring_node);
    if (!failure.erring_channel.empty()) {
        member(json, "erring_channel", failure.erring_channel);
        member(json, "erring_direction", static_cast<std::uint64_t>(failure.erring_direction));
    }
    if (with_raw_message && !failure.raw_message.empty())
        member(json, "raw_message", failure.raw_message);
}

std::string failure_message(const PartFailure& failure) {
    if (failure.code == 202)
        return "Malformed error reply";
    return "failed: " + wire_name(failure.failcode) + " (" + failure.detail + ")";
}

} // namespace standin
