// The process around the plugin: descriptors, the loop, the watchdog.
#pragma once

#include "io/loop.hpp"
#include "plugin/host.hpp"

#include <chrono>
#include <string>

namespace plugin {

/// Longer no turn of the loop may take while lightningd waits.
inline constexpr std::chrono::seconds longest_turn{20};

/// Serves lightningd on stdin and stdout until it is over; the exit code.
int serve(io::Loop& loop, const Host& host, std::chrono::seconds patience = longest_turn);

/// Says why the process ends before it served anybody, on stderr and in lightningd's log; the exit code.
int give_up(const Host& host, const std::string& reason);

} // namespace plugin
