#include "row_import.hpp"

#include "json_fields.hpp"

namespace standin {

std::optional<Row> read_row(const json::Tree& fields) {
    if (!fields.is_object())
        return std::nullopt;
    const auto hash = base::PaymentHash::from_hex(text(fields, "payment_hash"));
    const std::string status = text(fields, "status");
    if (!hash || (status != "pending" && status != "complete" && status != "failed"))
        return std::nullopt;
    Row row;
    row.hash = *hash;
    row.status = status == "pending" ? Status::pending : status == "complete" ? Status::complete : Status::failed;
    row.created_index = number(fields, "created_index");
    row.updated_index = number(fields, "updated_index");
    row.groupid = number(fields, "groupid");
    row.partid = number(fields, "partid");
    row.amount = number(fields, "amount_msat");
    row.sent = number(fields, "amount_sent_msat");
    row.created_at = static_cast<std::uint32_t>(number(fields, "created_at"));
    row.completed_at = static_cast<std::uint32_t>(number(fields, "completed_at"));
    if (const auto destination = base::NodeId::from_hex(text(fields, "destination"))) {
        row.destination = *destination;
        row.has_destination = true;
    }
    if (const auto preimage = base::Preimage::from_hex(text(fields, "payment_preimage")))
        row.preimage = *preimage;
    row.extra = std::make_unique<RowExtra>();
    row.extra->label = text(fields, "label");
    row.extra->invstring = text(fields, fields.contains("bolt12") ? "bolt12" : "bolt11");
    row.extra->description = text(fields, "description");
    if (const auto onion = text(fields, "erroronion"); !onion.empty()) {
        PartFailure failure;
        failure.code = 202;
        failure.decoded = false;
        failure.onionreply = onion;
        row.extra->failure = std::make_shared<const PartFailure>(std::move(failure));
        row.extra->sent_by = SentBy::injectpaymentonion;
    }
    return row;
}

} // namespace standin
