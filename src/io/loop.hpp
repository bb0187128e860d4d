// The one event loop of the process (libuv). It owns the uv_loop_t and nothing else: streams and timers close
// themselves in their destructors, and the loop's destructor runs until the last of those closings is through.
#pragma once

#include <uv.h>

namespace io {

class Loop final {
  public:
    /// Ignores SIGPIPE for the whole process: a vanished reader is an error value here, never a death.
    Loop();
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// Runs until stop() or until nothing is left to wait for.
    void run();
    /// One turn; does not block when `wait` is false. For tests and benchmarks.
    void turn(bool wait);
    void stop();

    [[nodiscard]] uv_loop_t* raw() { return &loop_; }

  private:
    uv_loop_t loop_{};
};

} // namespace io
