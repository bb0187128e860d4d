// A call as the one who asks for a check of its rune.
#pragma once

#include "lndapi/call.hpp"
#include "lndapi/rune_check.hpp"

namespace lndapi {

/// For as long as the call is there.
[[nodiscard]] Asker asker_of(const Call& call);

} // namespace lndapi
