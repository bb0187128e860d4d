// Takes the invoice out of payments of BOLT 12. Programs written for LND, which has no such payments, take a
// `payment_request` for BOLT 11: Alby Hub drops a payment whose request it cannot read.
#pragma once

#include "consumer/snapshot.hpp"

namespace lndapi {

/// The same payment with an empty `payment_request` if that is a BOLT 12 invoice (`lni1…`), else the payment itself.
[[nodiscard]] consumer::SnapshotPtr without_bolt12_invoice(const consumer::SnapshotPtr& payment);

} // namespace lndapi
