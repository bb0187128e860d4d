#include "io/wakeup.hpp"

#include "until.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <thread>

#include <doctest/doctest.h>

namespace wakeup_test {

using unit::until;

TEST_CASE("a signal of another thread wakes the loop on its own thread") {
    io::Loop loop;
    std::thread::id ran;
    io::Wakeup wakeup(loop, [&] { ran = std::this_thread::get_id(); });
    std::thread other([&] { wakeup.signal(); });
    while (ran == std::thread::id())
        loop.turn(true); // nothing else would wake it
    other.join();
    CHECK(ran == std::this_thread::get_id());
}

TEST_CASE("every change made before a signal is seen, however many signals become one") {
    io::Loop loop;
    std::atomic<int> made = 0;
    int seen = 0;
    int runs = 0;
    io::Wakeup wakeup(loop, [&] {
        seen = made;
        ++runs;
    });
    std::thread other([&] {
        for (int i = 0; i < 1000; ++i) {
            ++made;
            wakeup.signal();
        }
    });
    CHECK(until(loop, [&] { return seen == 1000; }));
    other.join();
    CHECK(runs <= 1000);
}

TEST_CASE("the callback never runs inside signal()") {
    io::Loop loop;
    int runs = 0;
    io::Wakeup wakeup(loop, [&] { ++runs; });
    wakeup.signal();
    wakeup.signal();
    CHECK(runs == 0);
    CHECK(until(loop, [&] { return runs > 0; }));
    unit::settle(loop);
    CHECK(runs == 1);
}

TEST_CASE("a destroyed wakeup does not call") {
    io::Loop loop;
    int runs = 0;
    std::optional<io::Wakeup> wakeup;
    wakeup.emplace(loop, [&] { ++runs; });
    wakeup->signal();
    wakeup.reset();
    unit::settle(loop);
    CHECK(runs == 0);
}

TEST_CASE("the callback may destroy its wakeup") {
    io::Loop loop;
    std::unique_ptr<io::Wakeup> wakeup;
    int runs = 0;
    wakeup = std::make_unique<io::Wakeup>(loop, [&] {
        wakeup.reset();
        ++runs;
    });
    wakeup->signal();
    CHECK(until(loop, [&] { return runs > 0; }));
}

} // namespace wakeup_test
