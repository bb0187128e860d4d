// Preloaded: the monotonic clocks run ahead by the nanoseconds in the file that CLOCK_AHEAD names, so that a replay
// need not wait for the plugin's timers. Or they run CLOCK_SLOWER times slower, so that the plugin waits for a node on
// a slow machine. The system time is unchanged.
#include <cstdint>
#include <cstdlib>

#include <ctime>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

std::int64_t ahead() {
    static const volatile std::int64_t* at = nullptr;
    if (at)
        return *at;
    const char* path = std::getenv("CLOCK_AHEAD");
    const int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return 0;
    void* mapped = mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (mapped == MAP_FAILED)
        return 0;
    at = static_cast<const volatile std::int64_t*>(mapped);
    return *at;
}

/// Always years ahead: the kernel's clock is not slowed, and a deadline of this one must not be over for it.
std::int64_t slowed(std::int64_t ns) {
    static const char* times = std::getenv("CLOCK_SLOWER");
    static const std::int64_t slower = times ? std::atoll(times) : 0;
    static const std::int64_t start = ns;
    constexpr std::int64_t years = 1'000'000'000'000'000'000;
    return slower > 0 ? start + years + (ns - start) / slower : ns;
}

} // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* out) noexcept {
    const long rc = syscall(SYS_clock_gettime, clock, out);
    if (rc == 0 && (clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE)) {
        constexpr std::int64_t second = 1'000'000'000;
        const std::int64_t ns = slowed(out->tv_sec * second + out->tv_nsec) + ahead();
        out->tv_sec = ns / second;
        out->tv_nsec = ns % second;
    }
    return static_cast<int>(rc);
}
