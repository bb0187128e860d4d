// A callback may destroy the stream that calls it. The memory checkers verify it.
#include "ends.hpp"

#include <memory>

#include <doctest/doctest.h>

namespace lifetime_test {

using unit::until;

TEST_CASE("a stream may be destroyed while it delivers bytes") {
    io::Loop loop;
    auto pair = ends::readable_pipe();
    auto stream = ends::open(loop, pair.ours);
    std::string got;
    int ended = 0;
    stream->read(
        [&](std::string_view bytes) {
            stream.reset();
            got = bytes;
        },
        [&](const std::string&) { ++ended; });
    ends::send(pair.theirs, "bytes");
    CHECK(until(loop, [&] { return !got.empty(); }));
    CHECK(got == "bytes");
    pair.hang_up();
    unit::settle(loop);
    CHECK(ended == 0);
}

TEST_CASE("a stream destroyed in the middle of a turn writes nothing at its end") {
    io::Loop loop;
    auto pair = ends::socket();
    auto stream = ends::open(loop, pair.ours);
    stream->write_at_end_of_turn("never");
    stream.reset();
    unit::settle(loop);
    CHECK(ends::drain(pair.theirs).empty());
}

TEST_CASE("at the end of a turn, a stream may be destroyed by another") {
    io::Loop loop;
    auto first = ends::writable_pipe();
    auto second = ends::writable_pipe();
    const auto killer = ends::open(loop, first.ours);
    auto stream = ends::open(loop, second.ours);
    killer->set_source([&](std::string&) {
        stream.reset();
        return false;
    });
    killer->schedule_flush();
    stream->write_at_end_of_turn("never");
    unit::settle(loop);
    CHECK(ends::drain(second.theirs).empty());
}

TEST_CASE("two streams that read in one turn do not mix their bytes") {
    io::Loop loop;
    auto one = ends::socket();
    auto two = ends::socket();
    const auto first = ends::open(loop, one.ours);
    const auto second = ends::open(loop, two.ours);
    ends::Reader readers[2];
    readers[0].attach(*first);
    readers[1].attach(*second);
    const std::string ones(3 * io::Stream::read_limit, '1');
    const std::string twos(3 * io::Stream::read_limit, '2');
    std::size_t sent[2] = {0, 0};
    CHECK(until(loop, [&] {
        for (int i = 0; i < 2; ++i) { // as much as the sockets take
            const auto& text = i == 0 ? ones : twos;
            const auto n =
                ::send(i == 0 ? one.theirs : two.theirs, text.data() + sent[i], text.size() - sent[i], MSG_DONTWAIT);
            sent[i] += n > 0 ? static_cast<std::size_t>(n) : 0;
        }
        return readers[0].bytes.size() == ones.size() && readers[1].bytes.size() == twos.size();
    }));
    CHECK(readers[0].bytes == ones); // they share one buffer
    CHECK(readers[1].bytes == twos);
}

TEST_CASE("a stream may be destroyed when it ends") {
    io::Loop loop;
    auto pair = ends::readable_pipe();
    auto stream = ends::open(loop, pair.ours);
    bool ended = false;
    stream->read([](std::string_view) {},
                 [&](const std::string&) {
                     stream.reset();
                     ended = true;
                 });
    pair.hang_up();
    CHECK(until(loop, [&] { return ended; }));
}

TEST_CASE("a file's stream may be destroyed while it delivers bytes") {
    io::Loop loop;
    auto stream = ends::open(loop, ::open("/proc/self/maps", O_RDONLY | O_CLOEXEC));
    bool got = false;
    stream->read(
        [&](std::string_view) {
            stream.reset();
            got = true;
        },
        [](const std::string&) { FAIL("ended after its end"); });
    CHECK(until(loop, [&] { return got; }));
    unit::settle(loop);
}

TEST_CASE("a stream may be destroyed when its connection fails") {
    io::Loop loop;
    std::unique_ptr<io::Stream> stream;
    bool failed = false;
    stream = io::Stream::connect(loop, "/nowhere/at/all", [&](const std::string&) {
        stream.reset();
        failed = true;
    });
    stream->write("never");
    CHECK(until(loop, [&] { return failed; }));
}

TEST_CASE("a stream may be destroyed when it is drained") {
    for (const auto make : {ends::writable_pipe, ends::socket, ends::terminal}) {
        io::Loop loop;
        ends::Pair pair = make();
        auto stream = ends::open(loop, pair.ours);
        bool drained = false;
        stream->write("x");
        stream->when_drained([&] {
            stream.reset();
            drained = true;
        });
        CHECK(until(loop, [&] { return drained; }));
    }
}

TEST_CASE("a stream may be destroyed in the middle of a write") {
    io::Loop loop;
    auto pair = ends::socket();
    auto stream = ends::open(loop, pair.ours);
    stream->write(std::string(4 * 1024 * 1024, 'x'));
    unit::settle(loop);
    stream.reset();
    unit::settle(loop);
    const auto got = ends::drain(pair.theirs);
    CHECK(got.size() < 4 * 1024 * 1024);
}

TEST_CASE("a destroyed stream frees its callbacks and their captures") {
    io::Loop loop;
    auto pair = ends::socket();
    const auto held = std::make_shared<int>(1);
    {
        const auto stream = ends::open(loop, pair.ours);
        stream->read([held](std::string_view) {}, [held](const std::string&) {});
        stream->set_source([held](std::string&) { return false; });
        CHECK(held.use_count() == 4);
    }
    CHECK(held.use_count() == 1);
}

TEST_CASE("a reader may replace itself in its own callback") {
    io::Loop loop;
    auto pair = ends::readable_pipe();
    const auto stream = ends::open(loop, pair.ours);
    ends::Reader second;
    std::string first;
    stream->read(
        [&](std::string_view bytes) {
            first = bytes;
            second.attach(*stream);
        },
        [](const std::string&) { FAIL("the first reader's end"); });
    ends::send(pair.theirs, "one");
    REQUIRE(until(loop, [&] { return !first.empty(); }));
    ends::send(pair.theirs, "two");
    CHECK(until(loop, [&] { return second.bytes == "two"; }));
    CHECK(first == "one");
}

TEST_CASE("a stop requested between two runs does not keep the loop from closing its handles") {
    const auto held = std::make_shared<int>(1);
    auto pair = ends::socket();
    {
        io::Loop loop;
        const auto stream = ends::open(loop, pair.ours);
        loop.stop();
    }
    CHECK(::fcntl(pair.ours, F_GETFD) < 0);
}

} // namespace lifetime_test
