// Who started us, as far as the environment tells before the first message.
#pragma once

#include "cln/version.hpp"

namespace plugin {

struct Host {
    bool lightningd = false; ///< it has a `delpay` of its own, and dies if we register a second one
    cln::Version version;
    bool hook = true; ///< TRACKPAYMENTS_NO_HOOK=1 turns it off
};

[[nodiscard]] Host read_host();

} // namespace plugin
