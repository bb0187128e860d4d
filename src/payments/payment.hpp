// One payment: the parts of one (hash, group) and what is known of the whole. Computes what LND's Payment tells about
// money and status; who decides when it is over is outside (Table applies the decision).
#pragma once

#include "payments/part.hpp"
#include "payments/status.hpp"

#include <vector>

namespace payments {

/// Who makes the parts, from the caller's name in the id of its request: decides which evidence of the end counts.
enum class Payer { unknown, pay, keysend, xpay, other };

/// Where a payment's total is known from, weakest first (`core-lightning.md` 3.12).
enum class TotalSource { none, sendpay_amount, total_amount, part_start, invoice };

struct Total {
    TotalSource source = TotalSource::none;
    base::Msat amount;
    auto operator<=>(const Total&) const = default;
};

struct Payment {
    PaymentKey key;
    /// The smallest created_index known when the payment was first seen; fixed from then on.
    base::CreatedIndex index;
    /// Start of the second in which that part was made.
    base::UnixNs creation_time;
    std::vector<Part> parts; ///< by created_index
    std::string invoice;
    std::optional<Secret> invoice_secret; ///< payment secret of the invoice, once it was decoded
    Total total;
    base::Msat live_peak; ///< highest sum of parts that were pending or complete at one time
    Payer payer = Payer::unknown;

    std::optional<FailureReason> reason;
    bool payer_gone = false;          ///< no further attempt will come: the payer said so, or forgot it in a restart
    std::optional<Status> verdict;    ///< terminal, and sticky: deleting parts does not change it
    std::uint64_t verdict_number = 0; ///< counts the table's verdicts; tells the newest verdict from an older one

    [[nodiscard]] Status status() const;
    [[nodiscard]] bool terminal() const { return verdict.has_value(); }
    [[nodiscard]] bool any(PartStatus status) const;
    /// All parts failed and nothing says yet whether that was the end.
    [[nodiscard]] bool undecided() const;

    /// Amount to deliver, fees excluded, by the best evidence there is.
    [[nodiscard]] base::Msat value() const;
    /// Over settled parts only.
    [[nodiscard]] base::Msat fee() const;
    [[nodiscard]] std::optional<base::Preimage> preimage() const;

    /// Fetches what it points to, which will be looked at soon (base/prefetch.hpp).
    void bring_near() const;

    [[nodiscard]] Part* find(base::CreatedIndex created);
    [[nodiscard]] Part* find(base::PartId partid);
    /// Keeps the order by created_index.
    Part& insert(Part part);
};

} // namespace payments
