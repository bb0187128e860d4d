// "Do this in the next turn" and "do this in n milliseconds" for the whole program, over one timer each. Nothing can be
// cancelled: each action checks when it runs whether it still applies.
#pragma once

#include "io/timer.hpp"

#include <chrono>
#include <deque>
#include <functional>
#include <map>

namespace standin {

class Schedule final {
  public:
    explicit Schedule(io::Loop& loop) : next_turn_(loop), timer_(loop) {}

    /// In the next turn of the loop, in the order of the calls.
    void later(std::function<void()> job);
    /// Not sooner than `delay` from now; zero is later().
    void after(std::chrono::milliseconds delay, std::function<void()> job);

  private:
    using Clock = std::chrono::steady_clock;
    void run_due();
    void arm();

    io::Timer next_turn_;
    io::Timer timer_;
    std::deque<std::function<void()>> jobs_;
    std::multimap<Clock::time_point, std::function<void()>> due_;
};

} // namespace standin
