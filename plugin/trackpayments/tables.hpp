// What the program is to lightningd: its commands, options, topics, hooks and subscriptions, as rows.
#pragma once

#include "host/declaration.hpp"

#include <string>

namespace trackpayments {

class Tracker;

/// `tracker` serves the commands. `hook`: whether the rpc_command hook is registered.
[[nodiscard]] host::Declaration declaration(Tracker* tracker, bool hook);

/// TRACKPAYMENTS_NO_HOOK=1 turns it off.
[[nodiscard]] bool wants_hook();

/// For --help.
[[nodiscard]] std::string about();

} // namespace trackpayments
