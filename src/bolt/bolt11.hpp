// Reads BOLT 11 invoices; see invoice.hpp for what is refused.
#pragma once

#include "bolt/invoice.hpp"

namespace bolt {

/// Without `lightning:` in front.
[[nodiscard]] tl::expected<Invoice, Error> read_bolt11(std::string_view text);

} // namespace bolt
