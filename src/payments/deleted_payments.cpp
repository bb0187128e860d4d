#include "payments/deleted_payments.hpp"

#include <algorithm>

namespace payments {

void DeletedPayments::remember(Payment payment) {
    base::PartId highest;
    for (const auto& part : payment.parts)
        highest = std::max(highest, part.partid);
    payment.parts = {};
    payment.outcome.reset();
    payment.reason.reset();
    payment.payer_gave_up = false;
    const auto hash = payment.key.hash;
    if (const auto* older = index_.find(hash, [&](DeletedRef at) { return at->payment.key == payment.key; }))
        erase(*older);
    payments_.push_back({std::move(payment), highest});
    index_.insert(hash, std::prev(payments_.end()));
    if (payments_.size() > limit)
        erase(payments_.begin());
}

std::optional<Payment> DeletedPayments::take(const Row& row, PayerCall call) {
    const auto* found = index_.find(row.key.hash, [&](DeletedRef at) {
        const auto& [payment, highest] = *at;
        if (call.known() && payment.call.known())
            return call == payment.call && payment.key.hash == row.key.hash;
        return payment.holds(row.key) && row.partid > highest;
    });
    if (!found)
        return std::nullopt;
    auto payment = erase(*found);
    if (!payment.holds(row.key))
        payment.more_groups.push_back(row.key.group);
    return payment;
}

bool DeletedPayments::has(const base::PaymentHash& hash) const {
    return index_.find(hash, [](DeletedRef) { return true; }) != nullptr;
}

Payment DeletedPayments::erase(DeletedRef at) {
    Payment payment = std::move(at->payment);
    index_.erase(payment.key.hash, at);
    payments_.erase(at);
    return payment;
}

} // namespace payments
