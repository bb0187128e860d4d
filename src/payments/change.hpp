// The result of one Table::apply(), in the order in which it must be published, and the interface of its listeners.
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
    /// Payments in flight whose last row was deleted: as they were before, each with its outcome.
    std::vector<Payment> ended;
    std::vector<Deletion> deleted;
    /// Payments of the table for which a snapshot must be published, each once; never a deleted one. The pointers are
    /// valid until the next apply() or evict(). A listener that may cause one of these must collect what it needs
    /// first.
    std::vector<const Payment*> updated;
    std::vector<PaymentKey> reopened; ///< failed payments that got a new part
};

/// Receives the changes of the table. Must not apply facts while it, or a listener after it, still needs the pointers.
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
