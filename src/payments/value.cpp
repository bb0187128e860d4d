#include "payments/value.hpp"

#include "payments/payment.hpp"

#include <algorithm>

namespace payments {

namespace {

bool is_bolt12(const std::string& invoice) {
    return invoice.starts_with("lni");
}

/// sendamount: the payer fixes the amount that leaves, so each attempt delivers another amount. For an offer it
/// requests an invoice over half of the amount or more (plugins/xpay/xpay.c, json_sendamount). No other payer of BOLT
/// 12 delivers more than the invoice asks for.
bool fixes_what_leaves(const Payment& payment) {
    const auto& asked = payment.invoice_amount;
    if (payment.total.source == TotalSource::spent)
        return asked != payment.total.amount;
    return payment.total.source == TotalSource::none && asked && is_bolt12(payment.invoice) &&
           std::any_of(payment.parts.begin(), payment.parts.end(),
                       [&](const Part& part) { return part.delivered().value_or(base::Msat{}) > *asked; });
}

/// Amount of the settled part, else of the newest.
base::Msat of_decisive_part(const Payment& payment) {
    const auto settled = std::find_if(payment.parts.begin(), payment.parts.end(),
                                      [](const Part& part) { return part.status == PartStatus::complete; });
    if (settled != payment.parts.end())
        return settled->worth();
    return payment.parts.empty() ? payment.worth_peak : payment.parts.back().worth();
}

/// For an unknown total: the greatest amount in flight or settled at one time, else the largest part.
base::Msat of_live_parts(const Payment& payment) {
    const bool known = std::all_of(payment.parts.begin(), payment.parts.end(),
                                   [](const Part& part) { return part.delivered().has_value(); });
    const auto peak = known ? payment.live_peak : payment.worth_peak;
    if (peak.value > 0)
        return peak;
    base::Msat largest;
    for (const auto& part : payment.parts)
        largest = std::max(largest, part.worth());
    return largest;
}

} // namespace

base::Msat value_of(const Payment& payment) {
    if (fixes_what_leaves(payment))
        return of_decisive_part(payment);
    if (payment.invoice_amount)
        return *payment.invoice_amount;
    if (payment.total.source != TotalSource::none && payment.total.source != TotalSource::spent)
        return payment.total.amount;
    return of_live_parts(payment);
}

base::Msat mpp_total(const Payment& payment, const Part& part) {
    return fixes_what_leaves(payment) ? part.worth() : value_of(payment);
}

} // namespace payments
