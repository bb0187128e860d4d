// The strict walk over an emitted lnrpc.Payment: every declared key in declaration order, in the REST spelling of its
// type (unit/payment_shape.hpp), and what a payment says about itself.
#pragma once

#include "fuzz.hpp"
#include "json/text.hpp"

namespace fuzz {

using json::Tree;

/// Dies unless it is as it should be.
Tree checked_payment(std::string_view text);

} // namespace fuzz
