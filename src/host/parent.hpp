// The process that started this one, lightningd or another host, as far as the environment shows before the first
// message.
#pragma once

#include "cln/version.hpp"

namespace host {

struct Parent {
    bool lightningd = false; ///< has built-in commands, and crashes when a plugin registers one of them
    cln::Version version;
    bool takes_deprecated = true; ///< accepts deprecated options in its configuration; from getmanifest
};

[[nodiscard]] Parent read_parent();

} // namespace host
