// Waiting in tests: turns of the loop until something is so, with a generous end instead of a sleep.
#pragma once

#include "io/timer.hpp"

namespace unit {

/// False when `done` was not so after a minute.
template <class Done>
[[nodiscard]] bool until(io::Loop& loop, Done done) {
    bool over = false;
    io::Timer limit(loop);
    limit.start(std::chrono::minutes(1), [&] { over = true; });
    while (!done() && !over)
        loop.turn(true);
    return done();
}

/// Lets everything happen that is due by itself now.
inline void settle(io::Loop& loop) {
    for (int i = 0; i < 20; ++i)
        loop.turn(false);
}

} // namespace unit
