#include "io/timer.hpp"

#include "io/stream.hpp"
#include "until.hpp"

#include <array>
#include <memory>

#include <unistd.h>

#include <doctest/doctest.h>

namespace timer_test {

using namespace std::chrono_literals;
using unit::until;

TEST_CASE("a timer fires once, and never inside start()") {
    io::Loop loop;
    io::Timer timer(loop);
    int fired = 0;
    CHECK_FALSE(timer.armed());
    timer.start(0ms, [&] { ++fired; });
    CHECK(fired == 0);
    CHECK(timer.armed());
    CHECK(until(loop, [&] { return fired > 0; }));
    CHECK_FALSE(timer.armed());
    unit::settle(loop);
    CHECK(fired == 1);
}

TEST_CASE("a timer does not fire before its time") {
    io::Loop loop;
    io::Timer timer(loop);
    bool fired = false;
    const auto begin = std::chrono::steady_clock::now();
    timer.start(30ms, [&] { fired = true; });
    REQUIRE(until(loop, [&] { return fired; }));
    CHECK(std::chrono::steady_clock::now() - begin >= 29ms); // libuv counts whole milliseconds
}

TEST_CASE("a negative time counts as zero") {
    io::Loop loop;
    io::Timer timer(loop);
    bool fired = false;
    timer.start(-5ms, [&] { fired = true; });
    CHECK(until(loop, [&] { return fired; }));
}

TEST_CASE("starting an armed timer again replaces its time and callback") {
    io::Loop loop;
    io::Timer timer(loop);
    std::string fired;
    timer.start(0ms, [&] { fired += 'a'; });
    timer.start(1ms, [&] { fired += 'b'; });
    CHECK(until(loop, [&] { return !fired.empty(); }));
    unit::settle(loop);
    CHECK(fired == "b");
}

TEST_CASE("a cancelled timer does not fire") {
    io::Loop loop;
    io::Timer timer(loop);
    io::Timer other(loop);
    bool fired = false;
    bool later = false;
    timer.start(0ms, [&] { fired = true; });
    timer.cancel();
    CHECK_FALSE(timer.armed());
    other.start(5ms, [&] { later = true; });
    CHECK(until(loop, [&] { return later; }));
    CHECK_FALSE(fired);
}

TEST_CASE("the destructor of a timer cancels it and frees its callback's captures") {
    io::Loop loop;
    bool fired = false;
    const auto held = std::make_shared<int>(1);
    {
        io::Timer timer(loop);
        timer.start(0ms, [&fired, held] { fired = true; });
        CHECK(held.use_count() == 2);
    }
    CHECK(held.use_count() == 1);
    unit::settle(loop);
    CHECK_FALSE(fired);
}

TEST_CASE("a timer may be started again from its own callback") {
    io::Loop loop;
    io::Timer timer(loop);
    int fired = 0;
    std::function<void()> again = [&] {
        if (++fired < 5)
            timer.start(1ms, again);
    };
    timer.start(1ms, again);
    CHECK(until(loop, [&] { return fired == 5; }));
    CHECK_FALSE(timer.armed());
}

TEST_CASE("a timer may be destroyed in its own callback") {
    io::Loop loop;
    auto timer = std::make_unique<io::Timer>(loop);
    bool fired = false;
    timer->start(0ms, [&] {
        timer.reset();
        fired = true;
    });
    CHECK(until(loop, [&] { return fired; }));
    CHECK(timer == nullptr);
}

TEST_CASE("a timer may cancel or destroy another one that is due in the same turn") {
    io::Loop loop;
    io::Timer first(loop);
    io::Timer second(loop);
    auto third = std::make_unique<io::Timer>(loop);
    std::string fired;
    first.start(1ms, [&] {
        fired += '1';
        second.cancel();
        third.reset();
    });
    second.start(1ms, [&] { fired += '2'; });
    third->start(1ms, [&] { fired += '3'; });
    CHECK(until(loop, [&] { return !fired.empty(); }));
    unit::settle(loop);
    CHECK(fired == "1");
}

TEST_CASE("a timer that restarts itself at once leaves the loop time to read") {
    io::Loop loop;
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    auto stream = io::Stream::open(loop, ends[0]);
    REQUIRE(stream.has_value());
    bool got = false;
    (*stream)->read([&](std::string_view) { got = true; }, [](const std::string&) {});
    REQUIRE(::write(ends[1], "x", 1) == 1);
    io::Timer timer(loop);
    int turns = 0;
    std::function<void()> again = [&] {
        if (++turns < 100'000 && !got)
            timer.start(0ms, again);
    };
    timer.start(0ms, again);
    CHECK(until(loop, [&] { return got; }));
    CHECK(turns < 100'000);
    ::close(ends[1]);
}

} // namespace timer_test
