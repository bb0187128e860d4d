// Payments that left the table, or ended before the plugin came, made anew from lightningd's rows. What only a witness
// could tell (routes, failures, moments) is not in them.
#pragma once

#include "payments/table.hpp"

namespace track {

/// Every group among the rows, by payment index. `rows` must be all that lightningd has of their hashes. A group of
/// which nothing is pending is over: whatever is undecided is in the table.
[[nodiscard]] std::vector<payments::Payment> past_payments(const std::vector<payments::Row>& rows);

} // namespace track
