#include "commands/answer.hpp"

#include "lnrpc/json.hpp"
#include "lnrpc/to_lnrpc.hpp"

namespace commands {

namespace {

Snapshot with(const payments::Payment& payment, const lnrpc::Payment& shown) {
    return {payment.key, payment.index, payment.terminal(), std::make_shared<const std::string>(lnrpc::to_json(shown))};
}

} // namespace

Snapshot snapshot(const payments::Payment& payment) {
    return with(payment, lnrpc::to_lnrpc(payment));
}

Snapshot snapshot_without_hops(const payments::Payment& payment) {
    auto shown = lnrpc::to_lnrpc(payment);
    for (auto& attempt : shown.htlcs)
        attempt.route.hops.clear();
    return with(payment, shown);
}

bool is_beyond(const payments::Part& part, const publish::Position& position) {
    if (part.updated.value > 0)
        return part.updated > position.updated;
    return part.status != payments::PartStatus::pending || part.created > position.created;
}

} // namespace commands
