#include "cln/row.hpp"

#include <array>
#include <utility>

namespace cln {

namespace {

using payments::PartStatus;

constexpr std::array<std::pair<std::string_view, PartStatus>, 3> status_names{{
    {"pending", PartStatus::pending},
    {"complete", PartStatus::complete},
    {"failed", PartStatus::failed},
}};

PartStatus read_status(Fields& fields) {
    const auto name = fields.text("status");
    for (const auto& [known, status] : status_names)
        if (name == known)
            return status;
    fields.refuse("status", "an unknown status");
    return PartStatus::pending;
}

} // namespace

std::string_view status_name(PartStatus status) {
    for (const auto& [name, known] : status_names)
        if (known == status)
            return name;
    return {};
}

Decoded<payments::Row> decode_row(Value object, const Path& path, std::string invoice_buffer) {
    Fields fields(object, path);
    payments::Row row; // read in lightningd's order, which is fastest with Fields
    const auto created = fields.maybe_u64("created_index");
    row.key.hash = fields.hash("payment_hash");
    // Before v23.11 there was only `id`, the same number.
    row.created.value = created ? *created : fields.u64("id");
    row.key.group.value = fields.maybe_u64("groupid").value_or(0);
    row.updated.value = fields.maybe_u64("updated_index").value_or(0);
    row.partid.value = fields.maybe_u64("partid").value_or(0); // omitted when 0
    row.amount = fields.maybe_msat("amount_msat");
    row.sent = fields.maybe_msat("amount_sent_msat").value_or(base::Msat{});
    row.created_at = fields.maybe_seconds("created_at").value_or(base::UnixNs{});
    row.completed_at = fields.maybe_seconds("completed_at");
    row.status = read_status(fields);
    row.preimage = fields.maybe_preimage("payment_preimage");
    invoice_buffer = fields.maybe_text("bolt11").value_or("");
    if (invoice_buffer.empty())
        invoice_buffer = fields.maybe_text("bolt12").value_or("");
    row.invoice = std::move(invoice_buffer);
    row.unreadable_error = static_cast<bool>(fields.find("erroronion"));
    if (fields.error())
        return tl::unexpected(*fields.error());
    return row;
}

Decoded<Rows> decode_rows(Value result) {
    Fields fields(result, "result");
    const auto payments = fields.find("payments");
    if (!payments.is_array())
        return tl::unexpected(fields.error().value_or(DecodeError{"result.payments", "not an array"}));
    Rows rows;
    const auto list = Path("result").then("payments");
    for (std::size_t i = 0; const auto value : payments.elements()) {
        if (auto row = decode_row(value, list.at(i++)))
            rows.rows.push_back(std::move(*row));
        else
            rows.errors.push_back(row.error());
    }
    return rows;
}

} // namespace cln
