// Decodes a payer's call into the part it is about to make: sendpay, sendonion and injectpaymentonion, as the hook
// shows them (`src/cln/README.md`, "Calls that make parts"). Lenient, because lightningd validates the call: an
// argument that cannot be read is just unknown.
#pragma once

#include "cln/hook.hpp"
#include "cln/route.hpp"
#include "payments/event.hpp"

namespace cln {

/// Nothing for other methods, or if hash, part or group cannot be read. `params`: the decoded params of the call.
/// `seen`: when the request was read. Without the hops of a sendonion: only createonion has them.
[[nodiscard]] std::optional<payments::ExpectedPart> decode_payer_call(const HookedCall& call, Value params,
                                                                      ChainHeight height, base::UnixNs seen);

} // namespace cln
