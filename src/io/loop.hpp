// The one event loop of the process (libuv). Owns the uv_loop_t and nothing else. Streams and timers close themselves
// in their destructors; the loop's destructor runs until all of them are closed.
#pragma once

#include <uv.h>

namespace io {

class Loop final {
  public:
    /// Ignores SIGPIPE for the whole process: a closed reader becomes an error value and does not kill the process.
    Loop();
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// Runs until stop() is called or nothing is left to wait for.
    void run();
    /// One turn; does not block when `wait` is false. For tests and benchmarks.
    void turn(bool wait);
    void stop();

    [[nodiscard]] uv_loop_t* raw() { return &loop_; }

  private:
    uv_loop_t loop_{};
};

} // namespace io
