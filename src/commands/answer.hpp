// The answer of `trackpayments`, before it is written as JSON.
#pragma once

#include "payments/payment.hpp"
#include "publish/progress.hpp"
#include "rpc/error.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace commands {

/// A payment at one moment, as LND's JSON. Waiting callers share the text.
struct Snapshot {
    payments::PaymentKey key;
    base::CreatedIndex index; ///< payment index
    bool terminal = false;
    std::shared_ptr<const std::string> json;
};

[[nodiscard]] Snapshot snapshot(const payments::Payment& payment);
/// The same, but its routes have no hops.
[[nodiscard]] Snapshot snapshot_without_hops(const payments::Payment& payment);

/// True if a cursor at this position does not cover the part's current state.
[[nodiscard]] bool is_beyond(const payments::Part& part, const publish::Position& position);

/// The error for a caller if the connection to lightningd was lost while it was asked.
[[nodiscard]] inline rpc::Error socket_lost() {
    return {-1, "lightningd's RPC socket was lost; try again"};
}

struct Answer {
    std::vector<Snapshot> payments;
    publish::Position position;                       ///< for the cursor
    bool more = false;                                ///< more payments follow after the cursor
    bool news = false;                                ///< contains something new to a caller with a cursor
    std::uint64_t number = 0;                         ///< change number for the cursor; 0 if it needs none
    base::UpdatedIndex given{};                       ///< for the cursor (publish::Cursor::given)
    std::optional<std::uint64_t> next_index_offset{}; ///< of the next page, if there are more payments
    std::optional<std::uint64_t> counted{};           ///< payments of the page, if they were only counted
    std::uint64_t begun = 0; ///< the table's last change when the answer was begun: later ones may be missing
};

} // namespace commands
