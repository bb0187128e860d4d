// Builds payments that the table does not have from lightningd's rows and their invoices: they were evicted, or ended
// before this run. Values that lightningd does not store (routes, failures, exact times, totals without an invoice) are
// missing.
#pragma once

#include "mirror/invoice_lookup.hpp"
#include "payments/table.hpp"

namespace commands {

/// All groups among the rows, in the order of their indexes. `rows` must be all of lightningd's rows of these groups.
/// A group without pending rows has ended: undecided payments are in the table.
[[nodiscard]] std::vector<payments::Payment> payments_from_rows(const std::vector<payments::Row>& rows,
                                                                const std::vector<payments::InvoiceDecoded>& invoices);

/// The same, after the rows' invoices are read. `lost`: the socket was lost. Calls `done` once, at once
/// or later.
using HistoryDone = std::function<void(std::vector<payments::Payment> past, bool lost)>;
void load_history(mirror::InvoiceLookup& invoices, std::vector<payments::Row> rows, HistoryDone done);

} // namespace commands
