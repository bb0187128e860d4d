#include "plugin/serve.hpp"

#include "cln/log.hpp"
#include "io/watchdog.hpp"
#include "plugin/plugin.hpp"

#include <iostream>

#include <unistd.h>

namespace plugin {

int serve(io::Loop& loop, const Host& host, std::chrono::seconds patience) {
    auto in = io::Stream::open(loop, STDIN_FILENO);
    auto out = io::Stream::open(loop, STDOUT_FILENO);
    if (!in || !out)
        return give_up(host, in ? "stdout: " + out.error() : "stdin: " + in.error());
    const io::Watchdog watchdog(loop, STDIN_FILENO, patience);
    Plugin plugin(loop, std::move(*in), std::move(*out), host);
    return plugin.run();
}

int give_up(const Host& host, const std::string& reason) {
    std::cerr << "trackpayments: " << reason << '\n';
    if (host.lightningd)
        std::cout << cln::log_notification(base::LogLevel::unusual, "trackpayments does not run: " + reason)
                  << std::flush;
    return 1;
}

} // namespace plugin
