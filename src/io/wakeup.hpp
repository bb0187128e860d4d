// Lets another thread wake the loop. Everything else of this room belongs to the loop's own thread.
#pragma once

#include "io/loop.hpp"

#include <functional>

namespace io {

class Wakeup final {
  public:
    /// `callback` runs on the loop's thread, in a turn after the signal. It may destroy the wakeup.
    Wakeup(Loop& loop, std::function<void()> callback);
    /// A signal that has not been seen yet is dropped. No other thread may be in signal() any more.
    ~Wakeup();
    Wakeup(const Wakeup&) = delete;
    Wakeup& operator=(const Wakeup&) = delete;

    /// From any thread. Several signals before the callback runs are one. While the wakeup exists, the loop runs on.
    void signal();

  private:
    struct State;
    State* state_; // freed in libuv's close callback, which comes after the destructor
};

} // namespace io
