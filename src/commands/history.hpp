// Builds payments that the table does not hold from lightningd's rows and their invoices: they left the table, or ended
// before the plugin came. What lightningd does not store (routes, failures, moments, a total that no invoice says) is
// not in them.
#pragma once

#include "mirror/invoice_lookup.hpp"
#include "payments/table.hpp"

namespace commands {

/// Every group among the rows, by payment index. `rows` must be all that lightningd has of their hashes. A group of
/// which nothing is pending is over: whatever is undecided is in the table.
[[nodiscard]] std::vector<payments::Payment> payments_from_rows(const std::vector<payments::Row>& rows,
                                                                const std::vector<payments::InvoiceDecoded>& invoices);

/// The same, once lightningd has decoded the rows' invoices. `lost`: it could not be asked. `done` is called once,
/// later or at once.
using HistoryDone = std::function<void(std::vector<payments::Payment> past, bool lost)>;
void load_history(mirror::InvoiceLookup& invoices, std::vector<payments::Row> rows, HistoryDone done);

} // namespace commands
