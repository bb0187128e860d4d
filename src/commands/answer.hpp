// The answer of `trackpayments` before it is written as JSON.
#pragma once

#include "payments/payment.hpp"
#include "publish/progress.hpp"
#include "rpc/error.hpp"

#include <memory>
#include <string>
#include <vector>

namespace commands {

/// A payment as it was at one moment, in LND's JSON. Waiting callers share the text.
struct Snapshot {
    payments::PaymentKey key;
    base::CreatedIndex index; ///< payment index
    bool terminal = false;
    std::shared_ptr<const std::string> json;
};

[[nodiscard]] Snapshot snapshot(const payments::Payment& payment);

/// Whether a cursor at this position does not cover what the part shows.
[[nodiscard]] bool is_beyond(const payments::Part& part, const publish::Position& position);

/// To a caller whose question was on a connection to lightningd that is lost.
[[nodiscard]] inline rpc::Error socket_lost() {
    return {-1, "lightningd's RPC socket was lost; ask again"};
}

struct Answer {
    std::vector<Snapshot> payments;
    publish::Position position; ///< for the cursor
    bool more = false;          ///< there is more behind the cursor
    bool news = false;          ///< it has something that a caller with a cursor does not know yet
    std::uint64_t number = 0;   ///< for the cursor, 0 if it needs none
    std::uint64_t begun = 0;    ///< the table's last change when it was begun: later ones may be missing in it
};

} // namespace commands
