// A process with pipes at stdin and stdout, started as lightningd starts plugins (src/cln/README.md, "Process"). Owns
// neither pipe after start. Destroying it does not kill the process, which is reaped whenever it ends.
#pragma once

#include "io/loop.hpp"

#include <functional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace standin {

struct Child {
    int pid = 0;
    int to_stdin = -1;
    int from_stdout = -1;
};

/// `on_exit`, unless empty, is called in a later turn of the loop. The error is the system's message.
[[nodiscard]] tl::expected<Child, std::string> start_child(io::Loop& loop, const std::vector<std::string>& argv,
                                                           const std::string& cwd,
                                                           const std::vector<std::pair<std::string, std::string>>& env,
                                                           std::function<void()> on_exit);

} // namespace standin
