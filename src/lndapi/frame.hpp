// One snapshot in the forms that clients get. Each form is made once, when a client first needs it, and shared by all
// subscribers.
#pragma once

#include "lndapi/payment_progress.hpp"

#include <memory>
#include <optional>
#include <string>

namespace lndapi {

class Frame final {
  public:
    explicit Frame(consumer::SnapshotPtr payment) : payment_(std::move(payment)) {}

    [[nodiscard]] const consumer::Snapshot& payment() const { return *payment_; }
    /// lnrpc.Payment on the wire. Empty if the tracker's JSON is not a Payment.
    [[nodiscard]] const std::string& wire() const;
    /// Read from the JSON once.
    [[nodiscard]] const PaymentProgress& progress() const;

  private:
    friend class Debt;

    [[nodiscard]] std::size_t wire_size() const { return wire_ ? wire_->size() : 0; }

    consumer::SnapshotPtr payment_;
    mutable std::optional<std::string> wire_;
    mutable std::optional<PaymentProgress> progress_;
    mutable std::size_t holders_ = 0;        // entries of all debts
    mutable std::size_t* counted_ = nullptr; // the ledger's bytes, while there are any
};

using FramePtr = std::shared_ptr<const Frame>;

/// A snapshot with its position in the stream.
struct Item {
    FramePtr frame;
    consumer::CursorPtr cursor; ///< may be null: this item has no position of its own
};

} // namespace lndapi
