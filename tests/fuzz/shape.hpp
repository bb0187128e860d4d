// The strict walk over an emitted lnrpc.Payment: every declared key in declaration order, in the REST spelling of its
// type. Written from lightning.proto, as tests/pylib/payment_shape.py is, and from nothing of ours.
#pragma once

#include "fuzz.hpp"
#include "rpc/json.hpp"

namespace fuzz {

using rpc::json;

/// Dies unless it is as it should be.
json checked_payment(std::string_view text);

} // namespace fuzz
