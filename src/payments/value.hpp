// What a payment is worth: lnrpc's `value_msat`, what is to be delivered to the payee, without fees. One value, live
// and read back. The rule for each payer, best evidence first:
//
// | payer                          | what is delivered          | said live                        | stored           |
// |--------------------------------|----------------------------|----------------------------------|------------------|
// | any, invoice with an amount    | that amount                | the invoice, decoded             | the invoice      |
// |   also xpay partial_msat (LND: mpp.TotalMsat()), renepay, sendpay and sendonion with such an invoice              |
// | sendamount                     | what the settled part      | pay_part_start, last hop         | row amount_msat  |
// |                                | delivers, else the newest  | (its total is what leaves)       |                  |
// | xpay, amountless invoice       | amount_msat of the call    | pay_part_start total (v25.09)    | if it settled [1]|
// |   with partial_msat            | not said: the share        | pay_part_start total             | not stored [2]   |
// | xkeysend                       | amount_msat of the call    | pay_part_start total             | if it settled [1]|
// | pay, amountless; keysend       | amount_msat of the call    | createonion, total told the payee| if it settled [1]|
// | renepay, amountless            | amount_msat of the call    | sendpay, sendonion total         | if it settled [1]|
// | sendpay without invoice        | amount_msat, else its parts| sendpay amount_msat              | not stored [2]   |
// | sendonion without invoice      | total_amount_msat, or what | sendonion, createonion           | not stored [2]   |
// |                                | the onion tells the payee  |                                  |                  |
// | nothing said                   | the parts that were alive at one time            | rows             | [1] |
//
// [1] Read back, it is the sum of the settled parts, or the largest failed one: of a payment that failed in several
//     parts the sum is not stored. [2] Read back, the same; that is not what was said where parts are missing.
// A part of which nobody says what it delivers counts with what left: never 0 when something was sent.
// An invoice of another payment hash is no evidence (a raw sendpay stores whatever string it was given).
#pragma once

#include "base/msat.hpp"

#include <compare>
#include <cstdint>

namespace payments {

struct Payment;
struct Part;

/// The payer's own word about the whole payment, weakest first. It is fixed by the first part that has one.
enum class TotalSource : std::uint8_t {
    none,
    spent,          ///< pay_part_start says exactly what leaves: sendamount, or a way without fees
    sendpay_amount, ///< `amount_msat` of sendpay
    total_amount,   ///< `total_amount_msat` of sendonion, or what the onion tells the payee
    part_start      ///< `total_payment_msat` of pay_part_start
};

struct Total {
    TotalSource source = TotalSource::none;
    base::Msat amount;
    auto operator<=>(const Total&) const = default;
};

/// By the table above.
[[nodiscard]] base::Msat value_of(const Payment& payment);
/// What the payee of this attempt is told as the whole: LND's mpp_record.total_amt_msat.
[[nodiscard]] base::Msat mpp_total(const Payment& payment, const Part& part);

} // namespace payments
