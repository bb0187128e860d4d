#include "commands/delpay_from_table.hpp"

#include "cln/result_filter.hpp"

#include <algorithm>

namespace commands {

tl::expected<LocalDeletion, rpc::Error> delpay_from_table(const payments::Table& table, const HostRows& host_rows,
                                                          const json::Tree& params, const json::Tree* filter) {
    const auto request = read_delpay(params);
    if (!request)
        return tl::unexpected(request.error());
    LocalDeletion deletion;
    bool exists = false;
    std::vector<cln::RowText> rows;
    for (const auto* payment : table.groups(request->hash))
        for (const auto& part : payment->parts) {
            const bool meant =
                !request->part || (request->part->group == part.group && request->part->partid == part.partid);
            if (part.row_gone || !meant)
                continue;
            exists = true;
            if (part.status != request->status)
                continue;
            rows.push_back(host_rows.of({payment->key.hash, part.group}, part, payment->invoice));
            deletion.events.emplace_back(payments::PartDeleted{payment->key, part.created});
        }
    const auto hash = request->hash.hex();
    if (!exists && request->part)
        return tl::unexpected(
            rpc::Error{no_such_payment, "No payment for that payment_hash with that partid and groupid"});
    if (!exists)
        return tl::unexpected(rpc::Error{no_such_payment, "Unknown payment with payment_hash: " + hash});
    if (rows.empty())
        return tl::unexpected(rpc::Error{other_status, "Payment with hash " + hash + " has no part with that status"});
    std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.created() < b.created(); });
    deletion.result = R"({"payments":[)";
    for (const auto& row : rows)
        deletion.result.append(&row == rows.data() ? "" : ",").append(row.json());
    deletion.result += "]}";
    if (filter)
        deletion.result = cln::filter_text(deletion.result, *filter);
    return deletion;
}

} // namespace commands
