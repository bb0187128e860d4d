// Runs a program from main() to its end: arguments, descriptors, event loop and watchdog.
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
    std::string about; ///< printed by --help, and when started in a terminal
    /// Creates the plugin and runs it; returns the exit code.
    std::function<int(io::Loop& loop, Pipes pipes, const Parent& parent)> run;
};

/// Longest allowed turn of the loop while lightningd waits.
inline constexpr std::chrono::seconds longest_turn{20};

/// The body of main(); returns the exit code.
int start(int argc, char** argv, const Program& program);

/// Serves lightningd on stdin and stdout until the end; returns the exit code.
int serve(io::Loop& loop, const Program& program, const Parent& parent, std::chrono::seconds patience = longest_turn);

/// Reports on stderr and in lightningd's log why the program cannot run; returns the exit code.
int give_up(const Program& program, const Parent& parent, const std::string& reason);

} // namespace host
