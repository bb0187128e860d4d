#include "commands/answer.hpp"

#include "lnrpc/json.hpp"
#include "lnrpc/to_lnrpc.hpp"

namespace commands {

Snapshot snapshot(const payments::Payment& payment) {
    return {payment.key, payment.index, payment.terminal(),
            std::make_shared<const std::string>(lnrpc::to_json(lnrpc::to_lnrpc(payment)))};
}

bool is_beyond(const payments::Part& part, const publish::Position& position) {
    if (part.updated.value > 0)
        return part.updated > position.updated;
    return part.status != payments::PartStatus::pending || part.created > position.created;
}

} // namespace commands
