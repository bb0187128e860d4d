// `trackpayments`: started by lightningd it speaks JSON-RPC over stdio; started by a person it says what it is.
#include "plugin/serve.hpp"
#include "version.hpp"

#include <array>
#include <iostream>
#include <string_view>

#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

namespace {

constexpr std::string_view about =
    R"(trackpayments is a Core Lightning plugin: it tells every outgoing payment of the node as a stream of
complete lnrpc.Payment snapshots (LND's TrackPayments) on the notification topic `trackpayments` and to callers
of the command `trackpayments`, and serves `delpay`.

It is loaded by lightningd, not run by hand:
  lightning-cli plugin start /path/to/trackpayments
  lightningd --plugin=/path/to/trackpayments     (or `plugin=/path/to/trackpayments` in its config)

Options of lightningd once it is loaded:
  trackpayments-linger=SECONDS  deadline after which failed parts make a failed payment (default 10)
  trackpayments-retain=PARTS    parts of finished payments kept in memory (default 20000)
Environment:
  TRACKPAYMENTS_NO_HOOK=1       do without the rpc_command hook
)";

/// libuv ends the process where it cannot open descriptors of its own; a sentence is better.
bool enough_descriptors() {
    std::array<int, 10> probes{};
    bool enough = true;
    for (auto& probe : probes) {
        probe = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
        enough &= probe >= 0;
    }
    for (const int probe : probes)
        if (probe >= 0)
            close(probe);
    return enough;
}

} // namespace

int main(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) { // lightningd passes --developer and may pass more: what is unknown is ignored
        const std::string_view argument = argv[i];
        if (argument == "--help" || argument == "-h") {
            std::cout << about;
            return 0;
        }
        if (argument == "--version") {
            std::cout << "trackpayments " << plugin::version << '\n';
            return 0;
        }
    }
    const auto host = plugin::read_host();
    if (!host.lightningd && isatty(STDIN_FILENO) == 1) {
        std::cout << about;
        return 0;
    }
    // libuv takes the lowest free descriptors: a stream that is closed must not become one of its own.
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (fcntl(fd, F_GETFD) < 0)
            (void)open("/dev/null", O_RDWR | O_CLOEXEC);
    // The memory of a giant goes back when it is gone. By itself glibc learns from the first one to keep the next.
    constexpr int giant = 1024 * 1024;
    (void)mallopt(M_MMAP_THRESHOLD, giant); // NOLINT(concurrency-mt-unsafe): there is no other thread yet
    if (!enough_descriptors())
        return plugin::give_up(host, "too few file descriptors to begin with: raise the limit (ulimit -n)");
    io::Loop loop;
    return plugin::serve(loop, host);
}
