// All payments of one hash, oldest first: what the table follows as it is there, what it let go made anew from
// lightningd's rows (LND's TrackPaymentV2).
#pragma once

#include "cln/lightningd.hpp"
#include "payments/table.hpp"
#include "track/invoices.hpp"

namespace track {

/// Empty when nobody knows the hash. `error` only when nothing could be asked and the table knows none.
using OfHash = std::function<void(tl::expected<std::vector<payments::Payment>, rpc::Error>)>;

void payments_of(cln::Lightningd& lightningd, Invoices& invoices, const payments::Table& table,
                 const base::PaymentHash& hash, OfHash answer);

} // namespace track
