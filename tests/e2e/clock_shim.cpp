// Loaded in front of libc by test_clock.py: CLOCK_REALTIME is moved by the nanoseconds in the file CLOCK_FILE, and
// every call is counted there. The other clocks are unchanged, as when the system's clock is set.
#include <cstdint>
#include <cstdlib>

#include <ctime>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

struct Shared {
    std::int64_t offset;
    std::uint64_t asked;
};

volatile Shared* moved() {
    static volatile Shared* at = nullptr;
    if (at)
        return at;
    const char* path = std::getenv("CLOCK_FILE");
    const int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return nullptr;
    void* mapped = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (mapped != MAP_FAILED)
        at = static_cast<volatile Shared*>(mapped);
    return at;
}

} // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* out) noexcept {
    const long rc = syscall(SYS_clock_gettime, clock, out);
    volatile Shared* by = rc == 0 && clock == CLOCK_REALTIME ? moved() : nullptr;
    if (by) {
        by->asked = by->asked + 1;
        constexpr std::int64_t second = 1'000'000'000;
        const std::int64_t ns = out->tv_sec * second + out->tv_nsec + by->offset;
        const bool before_1970 = ns % second < 0;
        out->tv_sec = ns / second - (before_1970 ? 1 : 0);
        out->tv_nsec = ns % second + (before_1970 ? second : 0);
    }
    return static_cast<int>(rc);
}

int gettimeofday(timeval* out, void* zone) noexcept {
    (void)zone;
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    out->tv_sec = now.tv_sec;
    out->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t* out) noexcept {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    if (out)
        *out = now.tv_sec;
    return now.tv_sec;
}
}
