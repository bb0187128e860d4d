#include "host/start.hpp"

#include "cln/log.hpp"
#include "io/watchdog.hpp"

#include <array>
#include <iostream>

#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

namespace host {

namespace {

/// libuv aborts the process if it cannot open its own descriptors. Check first, to give a readable error.
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

int start(int argc, char** argv, const Program& program) {
    for (int i = 1; i < argc; ++i) { // lightningd passes --developer and may pass others: ignore unknown ones
        const std::string_view argument = argv[i];
        if (argument == "--help" || argument == "-h") {
            std::cout << program.about;
            return 0;
        }
        if (argument == "--version") {
            std::cout << program.name << ' ' << program.version << '\n';
            return 0;
        }
    }
    const auto parent = read_parent();
    if (!parent.lightningd && isatty(STDIN_FILENO) == 1) {
        std::cout << program.about;
        return 0;
    }
    // libuv takes the lowest free descriptors. Open missing standard streams so that libuv does not get their numbers.
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (fcntl(fd, F_GETFD) < 0)
            (void)open("/dev/null", O_RDWR | O_CLOEXEC);
    // Return the memory of a large message to the system when it is freed; by default glibc keeps it after the first
    // time. Keep that of ordinary answers: by default each page of rows would be fetched from the kernel again.
    constexpr int large = 1024 * 1024;
    (void)mallopt(M_MMAP_THRESHOLD, large);     // NOLINT(concurrency-mt-unsafe): there is no other thread yet
    (void)mallopt(M_TRIM_THRESHOLD, 2 * large); // NOLINT(concurrency-mt-unsafe)
    if (!enough_descriptors())
        return give_up(program, parent, "too few file descriptors: raise the limit (ulimit -n)");
    io::Loop loop;
    return serve(loop, program, parent);
}

int serve(io::Loop& loop, const Program& program, const Parent& parent, std::chrono::seconds patience) {
    auto in = io::Stream::open(loop, STDIN_FILENO);
    auto out = io::Stream::open(loop, STDOUT_FILENO);
    if (!in || !out)
        return give_up(program, parent, in ? "stdout: " + out.error() : "stdin: " + in.error());
    const io::Watchdog watchdog(loop, STDIN_FILENO, patience, program.name);
    return program.run(loop, {std::move(*in), std::move(*out)}, parent);
}

int give_up(const Program& program, const Parent& parent, const std::string& reason) {
    std::cerr << program.name << ": " << reason << '\n';
    if (parent.lightningd)
        std::cout << cln::log_notification(base::LogLevel::unusual,
                                           std::string(program.name) + " does not run: " + reason)
                  << std::flush;
    return 1;
}

} // namespace host
