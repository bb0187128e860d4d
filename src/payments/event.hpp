// Every fact that can change the table. Sources (notifications, hooks, listings, waits, timers) become one of these and
// nothing else.
#pragma once

#include "payments/payment.hpp"

#include <variant>

namespace payments {

/// lightningd showed a row. `seen` is when, if its change was reported as it happened; nothing when it was listed.
struct PartSeen {
    Row row;
    std::optional<base::UnixNs> seen;
};

/// A part failed, with the reason. The row is as it was before the change: its status is still pending.
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

/// A failure as the payer reports it: by node, where lightningd counts hops.
struct PartReport {
    std::optional<std::uint16_t> code; ///< nothing when the error could not be read
    std::optional<base::NodeId> node;  ///< nothing = our own
    base::HeapOptional<bolt::FailureMessage> message;
};

/// A payer is about to make this part, or just made it. Some calls leave the group to lightningd, and any call may be
/// refused: then no row comes.
struct ExpectedPart {
    base::PaymentHash hash;
    std::optional<base::GroupId> group;
    base::PartId partid;
    Accounts by;
    Payer payer = Payer::unknown;
    PayerCall call;
    Total total;
    std::optional<base::Msat> sent; ///< leaves our node by this part, as its row will say
    base::UnixNs seen;
    Route route;
    std::optional<PartReport> report; ///< it ended before its row was read
};

/// The payer reports that this part ended, and the reason if it failed.
struct PartEnded {
    PaymentKey key;
    base::PartId partid;
    std::optional<PartReport> report;
};

/// lightningd gave the reason of a failure when it was asked afterwards.
struct PartExplained {
    PaymentKey key;
    base::CreatedIndex created;
    Failure failure;
};

/// The invoice of a payment, read by lightningd.
struct InvoiceDecoded {
    base::PaymentHash hash; ///< the invoice's own
    std::string invoice;
    std::optional<base::Msat> amount;
    std::optional<Secret> payment_secret;
};

/// No further attempt will come. Without a group the newest one of the hash is meant. `only_pay_and_keysend`: it
/// comes from `pay` or `keysend` and does not concern other payers' groups.
struct GivenUp {
    base::PaymentHash hash;
    std::optional<base::GroupId> group;
    bool only_pay_and_keysend = false;
};

/// Nothing came for so long that the payment is taken to be over.
struct SilenceExpired {
    PaymentKey key;
};

/// Parts expected since before `before` will not get a row any more.
struct ExpectedPartsExpired {
    base::UnixNs before;
};

using Event = std::variant<PartSeen, PartFailed, PartDeleted, ExpectedPart, PartEnded, PartExplained, InvoiceDecoded,
                           GivenUp, SilenceExpired, ExpectedPartsExpired>;

} // namespace payments
