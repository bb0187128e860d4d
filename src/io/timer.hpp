// A one-shot timer. Destroying or restarting it cancels a pending callback. The callback may destroy the timer.
#pragma once

#include "io/loop.hpp"

#include <chrono>
#include <functional>

namespace io {

class Timer final {
  public:
    explicit Timer(Loop& loop);
    ~Timer();
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    /// Replaces a pending callback. Zero means "in the next turn of the loop, after the events that are waiting now".
    void start(std::chrono::milliseconds after, std::function<void()> callback);
    void cancel();
    [[nodiscard]] bool armed() const;

  private:
    struct State;
    State* state_; // freed in libuv's close callback, which comes after the destructor
};

} // namespace io
