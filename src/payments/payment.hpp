// One payment: the parts of one hash and group (of several groups if one call made them) and the facts about the whole.
// Computes amounts and status of LND's Payment. The table decides the outcome.
#pragma once

#include "payments/part.hpp"
#include "payments/status.hpp"
#include "payments/value.hpp"

#include <vector>

namespace payments {

/// The command that makes the parts, from the caller's name in its request's id. Decides which evidence ends the
/// payment.
enum class Payer { unknown, pay, keysend, xpay, renepay, other };

/// One call of a payer by a user, as lightningd numbers it in this run; 0 = unknown.
struct PayerCall {
    std::uint64_t number = 0;
    [[nodiscard]] bool known() const { return number != 0; }
    auto operator<=>(const PayerCall&) const = default;
};

struct Payment {
    PaymentKey key;
    /// The smallest created_index known when the payment was first seen; never changes afterwards.
    base::CreatedIndex index;
    /// Start of the second in which that part was created.
    base::UnixNs creation_time;
    std::vector<Part> parts; ///< by created_index
    std::string invoice;
    bool invoice_read = false;                ///< or nobody can read it; the next two values come from it
    std::optional<Secret> invoice_secret;     ///< the payment secret in it
    std::optional<base::Msat> invoice_amount; ///< the amount in it
    Total total;                              ///< from the payer's call
    base::Msat live_peak;                     ///< greatest sum delivered by parts pending or complete at the same time
    base::Msat worth_peak;                    ///< the same with Part::worth()
    Payer payer = Payer::unknown;
    PayerCall call;                         ///< the call that made the parts
    std::vector<base::GroupId> more_groups; ///< groups besides key.group, made by the same call

    std::optional<FailureReason> reason;
    bool payer_gave_up = false;       ///< no further attempt will come: the payer said so, or was restarted
    std::optional<Status> outcome;    ///< final; deleting parts does not change it
    std::uint64_t outcome_number = 0; ///< position among the outcomes of the table; greater = newer
    std::uint64_t change_number = 0;  ///< position of its last change among the changes of the table

    [[nodiscard]] Status status() const;
    [[nodiscard]] bool terminal() const { return outcome.has_value(); }
    [[nodiscard]] bool any(PartStatus status) const;
    /// All parts failed, and it is unknown whether another one comes.
    [[nodiscard]] bool undecided() const;

    /// True if rows with this key belong to the payment.
    [[nodiscard]] bool holds(const PaymentKey& rows) const;
    /// Number of rows in lightningd; a settled part may have lost its row (Part::row_gone).
    [[nodiscard]] std::size_t rows() const;
    /// lightningd lists the payment as paid: it refuses new parts of the hash.
    [[nodiscard]] bool has_complete_row() const;
    /// Amount to deliver, without fees.
    [[nodiscard]] base::Msat value() const { return value_of(*this); }
    /// Fees of the settled parts.
    [[nodiscard]] base::Msat fee() const;
    [[nodiscard]] std::optional<base::Preimage> preimage() const;

    /// Prefetches the memory it points to (base/prefetch.hpp).
    void prefetch() const;

    [[nodiscard]] Part* find(base::CreatedIndex created);
    [[nodiscard]] Part* find(base::GroupId group, base::PartId partid);
    /// Keeps the order by created_index.
    Part& insert(Part part);
};

} // namespace payments
