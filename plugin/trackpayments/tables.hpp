// The declaration of trackpayments: its options, commands, topics, subscriptions and hooks.
#pragma once

#include "host/declaration.hpp"

#include <string>

namespace trackpayments {

class Tracker;

/// `tracker` serves the commands. `hook`: register the rpc_command hook.
[[nodiscard]] host::Declaration declaration(Tracker* tracker, bool hook);

/// False if TRACKPAYMENTS_NO_HOOK=1 is set.
[[nodiscard]] bool wants_hook();

/// The text for --help.
[[nodiscard]] std::string about();

} // namespace trackpayments
