// What a payer's own call says about the part it is about to make: sendpay, sendonion and injectpaymentonion as the
// hook shows them
// (`core-lightning.md` 3.10). Lenient, because lightningd judges the call: what cannot be read is simply not known.
#pragma once

#include "cln/hook.hpp"
#include "payments/event.hpp"

namespace cln {

/// Nothing for other methods, and when hash or part number cannot be read. `seen`: when the request was read.
[[nodiscard]] std::optional<payments::PartAnnounced> decode_announcement(const HookedCall& call, base::UnixNs seen);

} // namespace cln
