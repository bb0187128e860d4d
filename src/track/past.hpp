// Payments that left the table, or ended before the plugin came, made anew from lightningd's rows and their invoices.
// What lightningd does not store (routes, failures, moments, a total that no invoice says) is not in them.
#pragma once

#include "payments/table.hpp"
#include "track/invoices.hpp"

namespace track {

/// Every group among the rows, by payment index. `rows` must be all that lightningd has of their hashes. A group of
/// which nothing is pending is over: whatever is undecided is in the table.
[[nodiscard]] std::vector<payments::Payment> past_payments(const std::vector<payments::Row>& rows,
                                                           const std::vector<payments::InvoiceDecoded>& invoices);

/// The same, once lightningd has decoded the rows' invoices. `lost`: it could not be asked. `done` is called once,
/// later or at once.
using PastDone = std::function<void(std::vector<payments::Payment> past, bool lost)>;
void make_past(Invoices& invoices, std::vector<payments::Row> rows, PastDone done);

} // namespace track
