// Remembers payments that did not succeed and whose last row was deleted. A payer that goes on after all makes another
// part of the same group: it is the same payment then, under the same index. A new payment may use the group's number
// again; it begins to count its parts anew.
#pragma once

#include "payments/hash_index.hpp"
#include "payments/payment.hpp"

#include <list>

namespace payments {

class DeletedPayments final {
  public:
    static constexpr std::size_t limit = 1000; ///< the newest stay

    /// `payment`: as it was with its last part.
    void remember(Payment payment);
    /// The one that goes on with this row; forgotten here then. `call`: the payer's, if it is known.
    std::optional<Payment> take(const Row& row, PayerCall call);

  private:
    struct Deleted {
        Payment payment; ///< without parts
        base::PartId highest;
    };
    using DeletedRef = std::list<Deleted>::iterator;

    Payment erase(DeletedRef at);

    std::list<Deleted> payments_; // by age
    HashIndex<DeletedRef> index_;
};

} // namespace payments
