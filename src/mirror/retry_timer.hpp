// What lightningd refuses is asked for again a second later.
#pragma once

#include "io/timer.hpp"

#include <functional>

namespace mirror {

class RetryTimer final {
  public:
    static constexpr std::chrono::milliseconds pause{1000};

    explicit RetryTimer(io::Loop& loop) : timer_(loop) {}

    /// The last one given counts.
    void start(std::function<void()> ask) { timer_.start(pause, std::move(ask)); }
    /// The connection is new, and all is asked for anyway.
    void cancel() { timer_.cancel(); }
    [[nodiscard]] bool armed() const { return timer_.armed(); }

  private:
    io::Timer timer_;
};

} // namespace mirror
