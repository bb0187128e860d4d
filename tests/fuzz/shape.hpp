// The strict walk over an emitted lnrpc.Payment: every declared key in declaration order, in the REST spelling of its
// type. Written from lightning.proto, as tests/pylib/payment_shape.py is, and from nothing of ours.
#pragma once

#include "fuzz.hpp"
#include "json/text.hpp"

namespace fuzz {

using json::Tree;

/// Dies unless it is as it should be.
Tree checked_payment(std::string_view text);

} // namespace fuzz
