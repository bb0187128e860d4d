// What one Table::apply() changed, in the order in which it must be published, and the interface of those who follow
// from it.
#pragma once

#include "payments/payment.hpp"

namespace payments {

struct Change {
    struct Deletion {
        PaymentKey key;
        base::CreatedIndex index; ///< Payment::index
        std::vector<base::CreatedIndex> attempts;
        std::size_t remaining = 0; ///< parts the payment still has
    };
    /// Payments whose last row was deleted before they were over, as they were then, each with its outcome.
    std::vector<Payment> ended;
    std::vector<Deletion> deleted;
    /// A snapshot of each is due: payments of the table, each once, none that is gone. The pointers are valid until the
    /// next apply() or evict(): whoever may cause one while it goes through them collects first.
    std::vector<const Payment*> updated;
    std::vector<PaymentKey> reopened; ///< failed payments that got another part
};

/// Does what follows from a change. Does not apply facts before changed() has returned.
class ChangeListener {
  public:
    ChangeListener(const ChangeListener&) = delete;
    ChangeListener& operator=(const ChangeListener&) = delete;
    virtual void changed(const Change& change) = 0;

  protected:
    ChangeListener() = default;
    ~ChangeListener() = default;
};

} // namespace payments
