// A program from its main() to its end: arguments, descriptors, the loop, the watchdog.
#pragma once

#include "host/plugin.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace host {

struct Program {
    std::string_view name;
    std::string_view version;
    std::string about; ///< what --help prints, and what a person sees who starts it in a terminal
    /// Makes the plugin and runs it; the exit code.
    std::function<int(io::Loop& loop, Pipes pipes, const Parent& parent)> run;
};

/// No turn of the loop may take longer than this while lightningd waits.
inline constexpr std::chrono::seconds longest_turn{20};

/// What main() does; the exit code.
int start(int argc, char** argv, const Program& program);

/// Serves lightningd on stdin and stdout until it is over; the exit code.
int serve(io::Loop& loop, const Program& program, const Parent& parent, std::chrono::seconds patience = longest_turn);

/// Says why the process ends before it served anybody, on stderr and in lightningd's log; the exit code.
int give_up(const Program& program, const Parent& parent, const std::string& reason);

} // namespace host
