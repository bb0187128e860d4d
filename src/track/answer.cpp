#include "track/answer.hpp"

#include "lnrpc/from.hpp"
#include "lnrpc/json.hpp"

namespace track {

Snapshot snapshot(const payments::Payment& payment) {
    return {payment.key, payment.index, payment.terminal(),
            std::make_shared<const std::string>(lnrpc::to_json(lnrpc::from(payment)))};
}

bool is_beyond(const payments::Part& part, const Marks& marks) {
    const bool settled = part.status != payments::PartStatus::pending;
    return part.created > marks.created || (settled && (part.updated.value == 0 || part.updated > marks.updated));
}

} // namespace track
