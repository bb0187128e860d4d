// Finds all payments of one hash, oldest first (LND's TrackPaymentV2): those of the table, and evicted ones rebuilt
// from lightningd's rows.
#pragma once

#include "cln/lightningd.hpp"
#include "mirror/invoice_lookup.hpp"
#include "payments/table.hpp"

namespace commands {

/// Empty for an unknown hash. An error only if lightningd cannot be asked and the table has no payment of the hash.
using LookupDone = std::function<void(tl::expected<std::vector<payments::Payment>, rpc::Error>)>;

void lookup(cln::Lightningd& lightningd, mirror::InvoiceLookup& invoices, const payments::Table& table,
            const base::PaymentHash& hash, LookupDone answer);

} // namespace commands
