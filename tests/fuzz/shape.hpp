// Checks a written lnrpc.Payment: its keys and values by the schema (unit/payment_shape.hpp), and its values against
// each other.
#pragma once

#include "fuzz.hpp"
#include "json/text.hpp"

namespace fuzz {

using json::Tree;

/// Ends the process unless it is valid.
Tree checked_payment(std::string_view text);

} // namespace fuzz
