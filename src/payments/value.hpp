// The amount of a payment: lnrpc's `value_msat`, the amount to deliver to the payee without fees. The value is the same
// live and when read back. The rule for each payer, best evidence first:
//
// | payer                           | amount to deliver         | source while live       | source when stored   |
// |---------------------------------|---------------------------|-------------------------|----------------------|
// | sendamount                      | by the settled attempt,   | pay_part_start: last    | amount_msat of rows  |
// |                                 | else by the newest        | hop; its total leaves   |                      |
// | any, invoice with an amount     | that amount               | the invoice, decoded    | the invoice          |
// | - xpay partial_msat             | the same (mpp.TotalMsat)  | the invoice             | the invoice          |
// | - a part delivers more          | the same                  | the invoice             | the invoice          |
// | xpay, amountless invoice        | amount_msat of the call   | pay_part_start (v25.09) | settled parts        |
// | - with partial_msat             | (unknown) the share       | pay_part_start          | not stored: the sum  |
// | xkeysend                        | amount_msat of the call   | pay_part_start          | settled parts        |
// | pay, amountless; keysend        | amount_msat of the call   | createonion             | settled parts        |
// | renepay, amountless             | amount_msat of the call   | sendpay, sendonion      | settled parts        |
// | sendpay without invoice         | amount_msat of the call   | sendpay                 | not stored: the sum  |
// | sendonion without invoice       | total_amount_msat         | sendonion, createonion  | not stored: the sum  |
// | any, if it is not known         | greatest sum at one time  | rows                    | the sum              |
//
// "The sum" is that of the settled parts, else the largest failed part: without an invoice, the total of a payment in
// several parts is not stored. A part with an unknown delivered amount counts with the amount sent, so the value is
// never 0 if something was sent. An invoice of another payment hash is ignored (a raw sendpay stores any string it is
// given).
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
