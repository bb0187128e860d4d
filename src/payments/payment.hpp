// One payment: the parts of one (hash, group), of several where one call made them, and what is known of the whole.
// Computes money and status of LND's Payment. The outcome is decided outside, by the table.
#pragma once

#include "payments/part.hpp"
#include "payments/status.hpp"
#include "payments/value.hpp"

#include <vector>

namespace payments {

/// Who makes the parts, from the caller's name in the id of its request: decides which evidence of the end counts.
enum class Payer { unknown, pay, keysend, xpay, renepay, other };

/// One command that a user gave a payer, as lightningd numbers it in this run; 0 = unknown.
struct PayerCall {
    std::uint64_t number = 0;
    [[nodiscard]] bool known() const { return number != 0; }
    auto operator<=>(const PayerCall&) const = default;
};

struct Payment {
    PaymentKey key;
    /// The smallest created_index known when the payment was first seen; fixed from then on.
    base::CreatedIndex index;
    /// Start of the second in which that part was made.
    base::UnixNs creation_time;
    std::vector<Part> parts; ///< by created_index
    std::string invoice;
    bool invoice_read = false;                ///< it was decoded: the next two come from it
    std::optional<Secret> invoice_secret;     ///< its payment secret
    std::optional<base::Msat> invoice_amount; ///< what it asks for
    Total total;                              ///< as its payer named it
    base::Msat live_peak;  ///< highest sum delivered by parts that were pending or complete at one time
    base::Msat worth_peak; ///< the same of Part::worth()
    Payer payer = Payer::unknown;
    PayerCall call;                         ///< that made its parts
    std::vector<base::GroupId> more_groups; ///< beside key.group, made by the same call

    std::optional<FailureReason> reason;
    bool payer_gave_up = false;       ///< no further attempt will come: it said so, or was restarted
    std::optional<Status> outcome;    ///< terminal, and sticky: deleting parts does not change it
    std::uint64_t outcome_number = 0; ///< counts the table's outcomes: of two, the greater is newer
    std::uint64_t change_number = 0;  ///< counts the table's changes to payments: of the last change to this one

    [[nodiscard]] Status status() const;
    [[nodiscard]] bool terminal() const { return outcome.has_value(); }
    [[nodiscard]] bool any(PartStatus status) const;
    /// All parts failed, and it is not known yet whether another one comes.
    [[nodiscard]] bool undecided() const;

    /// Its parts are rows of that key.
    [[nodiscard]] bool holds(const PaymentKey& rows) const;
    /// How many rows it has; a settled part may be shown without one (Part::row_gone).
    [[nodiscard]] std::size_t rows() const;
    /// lightningd has it as paid: no new part of its hash is allowed.
    [[nodiscard]] bool has_complete_row() const;
    /// Amount to deliver, fees excluded.
    [[nodiscard]] base::Msat value() const { return value_of(*this); }
    /// Over settled parts only.
    [[nodiscard]] base::Msat fee() const;
    [[nodiscard]] std::optional<base::Preimage> preimage() const;

    /// Fetches what it points to, which will be looked at soon (base/prefetch.hpp).
    void prefetch() const;

    [[nodiscard]] Part* find(base::CreatedIndex created);
    [[nodiscard]] Part* find(base::GroupId group, base::PartId partid);
    /// Keeps the order by created_index.
    Part& insert(Part part);
};

} // namespace payments
