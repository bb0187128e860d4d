// Waits in tests by turning the loop until a condition holds, with a generous limit instead of a sleep.
#pragma once

#include "io/timer.hpp"

namespace unit {

/// False if `done` was still false after three minutes.
template <class Done>
[[nodiscard]] bool until(io::Loop& loop, Done done) {
    bool over = false;
    io::Timer limit(loop);
    io::Timer tick(loop); // a turn of libuv waits for the next event even when it has just run a timer
    limit.start(std::chrono::minutes(3), [&] { over = true; });
    while (!done() && !over) {
        tick.start(std::chrono::milliseconds(1), [] {});
        loop.turn(true);
    }
    return done();
}

/// Runs all that is due now.
inline void settle(io::Loop& loop) {
    for (int i = 0; i < 20; ++i)
        loop.turn(false);
}

} // namespace unit
