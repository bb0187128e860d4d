#include "plugin/serve.hpp"

#include "io/watchdog.hpp"
#include "plugin/plugin.hpp"

#include <iostream>

#include <unistd.h>

namespace plugin {

int serve(io::Loop& loop, const Host& host, std::chrono::seconds patience) {
    auto in = io::Stream::open(loop, STDIN_FILENO);
    auto out = io::Stream::open(loop, STDOUT_FILENO);
    if (!in || !out) {
        std::cerr << "trackpayments: " << (in ? "stdout: " + out.error() : "stdin: " + in.error()) << '\n';
        return 1;
    }
    const io::Watchdog watchdog(loop, STDIN_FILENO, patience);
    Plugin plugin(loop, std::move(*in), std::move(*out), host);
    return plugin.run();
}

} // namespace plugin
