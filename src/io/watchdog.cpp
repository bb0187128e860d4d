#include "io/watchdog.hpp"

#include <poll.h>
#include <unistd.h>

namespace io {

using namespace std::chrono_literals;

/// The loop's progress. `phase` is odd while the loop works and even while it polls; each change gives it a new value.
struct Watchdog::Handles {
    uv_prepare_t before_poll{};
    uv_check_t after_poll{};
    std::atomic<std::uint64_t> phase{1};
    int open = 2;

    static Handles* of(uv_handle_t* handle) { return static_cast<Handles*>(handle->data); }
    static void closed(uv_handle_t* handle) {
        auto* handles = of(handle);
        if (--handles->open == 0)
            delete handles;
    }
};

namespace {

bool waits(int input) {
    pollfd descriptor{input, POLLIN, 0};
    return poll(&descriptor, 1, 0) > 0;
}

} // namespace

Watchdog::Watchdog(Loop& loop, int input, std::chrono::seconds limit, std::string_view program)
    : input_(input),
      limit_(limit),
      final_line_(std::string(program) +
                  ": the event loop hangs while input waits; exiting so that payments continue\n"),
      handles_(new Handles) {
    uv_prepare_init(loop.raw(), &handles_->before_poll);
    uv_check_init(loop.raw(), &handles_->after_poll);
    handles_->before_poll.data = handles_->after_poll.data = handles_;
    uv_prepare_start(&handles_->before_poll, [](uv_prepare_t* handle) {
        auto& phase = static_cast<Handles*>(handle->data)->phase;
        phase.store((phase.load() | 1) + 1);
    });
    uv_check_start(&handles_->after_poll, [](uv_check_t* handle) {
        auto& phase = static_cast<Handles*>(handle->data)->phase;
        phase.store((phase.load() + 1) | 1);
    });
    // They must not keep the loop running by themselves.
    uv_unref(reinterpret_cast<uv_handle_t*>(&handles_->before_poll));
    uv_unref(reinterpret_cast<uv_handle_t*>(&handles_->after_poll));
    thread_ = std::thread([this] { watch(); });
}

Watchdog::~Watchdog() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    over_.notify_all();
    thread_.join();
    uv_close(reinterpret_cast<uv_handle_t*>(&handles_->before_poll), Handles::closed);
    uv_close(reinterpret_cast<uv_handle_t*>(&handles_->after_poll), Handles::closed);
}

/// Takes no lock and allocates nothing: the hanging thread may hold any lock, the allocator's too.
void Watchdog::exit_process() const {
    (void)!write(STDERR_FILENO, final_line_.data(), final_line_.size());
    _exit(1);
}

/// Counts its own seconds instead of reading the clock: a stopped process or a sleeping machine has not hung.
void Watchdog::watch() {
    std::uint64_t seen = 0;
    std::int64_t stuck = 0;
    std::unique_lock lock(mutex_);
    while (!over_.wait_for(lock, 1s, [this] { return stopping_; })) {
        const auto phase = handles_->phase.load();
        const bool same_turn = phase % 2 == 1 && phase == seen;
        stuck = same_turn ? stuck + 1 : 0;
        seen = phase;
        if (stuck >= limit_.count() && waits(input_))
            exit_process();
    }
}

} // namespace io
