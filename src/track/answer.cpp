#include "track/answer.hpp"

#include "lnrpc/from.hpp"
#include "lnrpc/json.hpp"

namespace track {

Snapshot snapshot(const payments::Payment& payment) {
    return {payment.key, payment.index, payment.terminal(),
            std::make_shared<const std::string>(lnrpc::to_json(lnrpc::from(payment)))};
}

} // namespace track
