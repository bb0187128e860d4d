#include "track/local_delpay.hpp"

#include "rpc/filter.hpp"

namespace track {

tl::expected<LocalDeletion, rpc::Error> delete_from(const payments::Table& table, const rpc::json& params,
                                                    const rpc::json* filter) {
    const auto request = read_delpay(params);
    if (!request)
        return tl::unexpected(request.error());
    LocalDeletion deletion;
    bool exists = false;
    auto rows = rpc::json::array();
    for (const auto* payment : table.groups(request->hash))
        for (const auto& part : payment->parts) {
            if (request->part && (request->part->group != payment->key.group || request->part->partid != part.partid))
                continue;
            exists = true;
            if (part.status != request->status)
                continue;
            rows.push_back(cln::encode_row(payment->key, part, payment->invoice));
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
    const rpc::json result = {{"payments", std::move(rows)}};
    deletion.result = rpc::dump(filter ? rpc::apply_filter(result, *filter) : result);
    return deletion;
}

} // namespace track
