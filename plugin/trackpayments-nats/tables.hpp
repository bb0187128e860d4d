// The declarations of the program: its command, options and topics, and its help.
#pragma once

#include "host/declaration.hpp"

namespace trackpayments_nats {

class Publisher;

/// `publisher`: serves the command.
[[nodiscard]] host::Declaration declaration(Publisher* publisher);

/// Printed by --help.
[[nodiscard]] std::string about();

} // namespace trackpayments_nats
