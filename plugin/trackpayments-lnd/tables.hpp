// The declarations of the program: its command, options and topics, and its help.
#pragma once

#include "host/declaration.hpp"

namespace trackpayments_lnd {

class Server;

/// `server`: serves the commands.
[[nodiscard]] host::Declaration declaration(Server* server);

/// Printed by --help.
[[nodiscard]] std::string about();

} // namespace trackpayments_lnd
