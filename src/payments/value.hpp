// The amount of a payment: lnrpc's `value_msat`, the amount to deliver to the payee without fees. The value is the same
// live and when read back, as far as lightningd stores it. The sources, best first, and the result for each payer are
// in `src/lnrpc/README.md`, "Value". A part with an unknown delivered amount counts with the amount sent, so the value
// is never 0 if something was sent.
#pragma once

#include "base/msat.hpp"

#include <compare>
#include <cstdint>

namespace payments {

struct Payment;
struct Part;

/// The source of a payment's total, weakest first. The first part that has a total fixes it.
enum class TotalSource : std::uint8_t {
    none,
    spent,          ///< pay_part_start has exactly the amount that leaves: sendamount, or no fees
    sendpay_amount, ///< `amount_msat` of sendpay
    total_amount,   ///< `total_amount_msat` of sendonion, or the total inside the onion
    part_start      ///< `total_payment_msat` of pay_part_start
};

struct Total {
    TotalSource source = TotalSource::none;
    base::Msat amount;
    auto operator<=>(const Total&) const = default;
};

/// The amount by the table above.
[[nodiscard]] base::Msat value_of(const Payment& payment);
/// The total in this attempt's onion: LND's mpp_record.total_amt_msat.
[[nodiscard]] base::Msat mpp_total(const Payment& payment, const Part& part);

} // namespace payments
