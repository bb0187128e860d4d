// The declaration of trackpayments: its options, commands, topics, subscriptions and hooks.
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
