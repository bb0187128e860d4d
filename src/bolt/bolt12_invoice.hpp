// Reads BOLT 12 invoices; see invoice.hpp for what is refused. Their currency is always Bitcoin: invoice_amount is in
// msat, also where the offer names another currency.
#pragma once

#include "bolt/invoice.hpp"

namespace bolt {

/// `text` begins with `lni1`, in either case.
[[nodiscard]] tl::expected<Invoice, Error> read_bolt12_invoice(std::string_view text);

} // namespace bolt
