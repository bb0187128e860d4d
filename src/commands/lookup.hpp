// All payments of one hash, oldest first: what the table follows as it is there, what it let go made anew from
// lightningd's rows (LND's TrackPaymentV2).
#pragma once

#include "cln/lightningd.hpp"
#include "mirror/invoice_lookup.hpp"
#include "payments/table.hpp"

namespace commands {

/// Empty when nobody knows the hash. `error` only when nothing could be asked and the table knows none.
using LookupDone = std::function<void(tl::expected<std::vector<payments::Payment>, rpc::Error>)>;

void lookup(cln::Lightningd& lightningd, mirror::InvoiceLookup& invoices, const payments::Table& table,
            const base::PaymentHash& hash, LookupDone answer);

} // namespace commands
