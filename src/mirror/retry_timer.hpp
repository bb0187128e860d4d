// Repeats a request that lightningd refused, one second later.
#pragma once

#include "io/timer.hpp"

#include <functional>

namespace mirror {

class RetryTimer final {
  public:
    static constexpr std::chrono::milliseconds pause{1000};

    explicit RetryTimer(io::Loop& loop) : timer_(loop) {}

    /// A second call replaces the first.
    void start(std::function<void()> ask) { timer_.start(pause, std::move(ask)); }
    /// Call at a new connection, where everything is requested anyway.
    void cancel() { timer_.cancel(); }
    [[nodiscard]] bool armed() const { return timer_.armed(); }

  private:
    io::Timer timer_;
};

} // namespace mirror
