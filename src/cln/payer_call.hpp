// What a payer's own call says about the part it is about to make: sendpay, sendonion and injectpaymentonion as the
// hook shows them (`src/cln/README.md`, "Calls that make parts"). Lenient, because lightningd judges the call: what
// cannot be read is simply not known.
#pragma once

#include "cln/hook.hpp"
#include "cln/route.hpp"
#include "payments/event.hpp"

namespace cln {

/// Nothing for other methods, and when hash, part or group cannot be read. `params`: those of the call, decoded.
/// `seen`: when the request was read. Hops of a sendonion are not in it: they were told to createonion.
[[nodiscard]] std::optional<payments::ExpectedPart> decode_payer_call(const HookedCall& call, Value params,
                                                                      ChainHeight height, base::UnixNs seen);

} // namespace cln
