// The process that started this one, lightningd or another host, as far as the environment says before the first
// message.
#pragma once

#include "cln/version.hpp"

namespace host {

struct Parent {
    bool lightningd = false; ///< it has built-in commands, and crashes when a plugin registers one of their names
    cln::Version version;
    bool takes_deprecated = true; ///< it starts with deprecated options in its configuration; getmanifest says so
};

[[nodiscard]] Parent read_parent();

} // namespace host
