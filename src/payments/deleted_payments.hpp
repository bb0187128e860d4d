// Remembers payments that did not succeed and whose last row was deleted. If the payer continues and makes another part
// of the same group, that part belongs to the same payment, under the same index. A new payment may use the group's
// number again; its parts are then numbered from the beginning.
#pragma once

#include "payments/hash_index.hpp"
#include "payments/payment.hpp"

#include <list>

namespace payments {

class DeletedPayments final {
  public:
    static constexpr std::size_t limit = 1000; ///< only the newest are kept

    /// `payment`: as it was before its last row was deleted.
    void remember(Payment payment);
    /// Takes out the payment to which this new row belongs, if any. `call`: the payer's call for the row, if known.
    std::optional<Payment> take(const Row& row, PayerCall call);
    [[nodiscard]] bool has(const base::PaymentHash& hash) const;

  private:
    struct Deleted {
        Payment payment; ///< without parts
        base::PartId highest;
    };
    using DeletedRef = std::list<Deleted>::iterator;

    Payment erase(DeletedRef at);

    std::list<Deleted> payments_; // oldest first
    HashIndex<DeletedRef> index_;
};

} // namespace payments
