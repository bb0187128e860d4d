// The facts that can change the table. Every source (notifications, hooks, listings, waits, timers) produces these and
// nothing else.
#pragma once

#include "payments/payment.hpp"

#include <variant>

namespace payments {

/// lightningd showed a row. `seen`: when its change was reported live; empty if the row was only listed.
struct PartSeen {
    Row row;
    std::optional<base::UnixNs> seen;
};

/// A part failed, with the reason. The row is as it was before the change, so its status is still pending.
struct PartFailed {
    Row row;
    Failure failure;
    base::UnixNs seen;
};

/// A row was deleted.
struct PartDeleted {
    PaymentKey key;
    base::CreatedIndex created;
};

/// The number that a row's end took in lightningd's updated counter, if the notification of the end did not have it.
struct PartNumbered {
    PaymentKey key;
    base::CreatedIndex created;
    base::UpdatedIndex updated;
};

/// A failure as the payer reports it: it names the node, where lightningd counts hops.
struct PartReport {
    std::optional<std::uint16_t> code; ///< empty if the error could not be read
    std::optional<base::NodeId> node;  ///< empty = our own node
    base::HeapOptional<bolt::FailureMessage> message;
};

/// A payer is about to make this part, or has just made it. Some calls leave the group to lightningd. lightningd may
/// refuse any call; then no row comes.
struct ExpectedPart {
    base::PaymentHash hash;
    std::optional<base::GroupId> group;
    base::PartId partid;
    Accounts by;
    Payer payer = Payer::unknown;
    PayerCall call;
    Total total;
    std::optional<base::Msat> sent; ///< amount that leaves our node, as the row will show it
    base::UnixNs seen;
    Route route;
    std::optional<PartReport> report; ///< set if the part ended before its row was read
};

/// The payer reports that this part ended, and why if it failed.
struct PartEnded {
    PaymentKey key;
    base::PartId partid;
    std::optional<PartReport> report;
};

/// lightningd reported the reason of a failure when asked later.
struct PartExplained {
    PaymentKey key;
    base::CreatedIndex created;
    Failure failure;
};

/// The invoice of a payment. Without values if nobody can read it, or if it has another payment hash.
struct InvoiceDecoded {
    base::PaymentHash hash; ///< of the payment
    std::string invoice;
    std::optional<base::Msat> amount;
    std::optional<Secret> payment_secret;
};

/// No further attempt will come. Without a group the newest payment of the hash is meant. `only_pay_and_keysend`: the
/// fact comes from `pay` or `keysend` and does not apply to groups of other payers.
struct GivenUp {
    base::PaymentHash hash;
    std::optional<base::GroupId> group;
    bool only_pay_and_keysend = false;
};

/// No event came for so long that the payment counts as failed.
struct SilenceExpired {
    PaymentKey key;
};

/// Parts expected since before `before` will get no row any more.
struct ExpectedPartsExpired {
    base::UnixNs before;
};

using Event = std::variant<PartSeen, PartFailed, PartNumbered, PartDeleted, ExpectedPart, PartEnded, PartExplained,
                           InvoiceDecoded, GivenUp, SilenceExpired, ExpectedPartsExpired>;

} // namespace payments
