// Writing to a stream: when bytes are sent, priorities, slow and lost readers.
#include "ends.hpp"
#include "io/timer.hpp"

#include <optional>

#include <doctest/doctest.h>

namespace writing_test {

using io::Priority;
using unit::until;

namespace {

constexpr std::size_t megabyte = 1024 * 1024;

/// Reads `theirs` until `size` bytes have arrived.
std::string collect(io::Loop& loop, int theirs, std::size_t size) {
    std::string got;
    CHECK(until(loop, [&] {
        got += ends::drain(theirs);
        return got.size() >= size;
    }));
    return got;
}

} // namespace

TEST_CASE("while nobody reads, at most one chunk is in the kernel, and urgent messages overtake the rest") {
    io::Loop loop;
    auto pair = ends::socket();
    const auto stream = ends::open(loop, pair.ours);
    stream->write(std::string(megabyte, 'a'));
    stream->write(std::string(megabyte, 'b'));
    unit::settle(loop);
    stream->write("URGENT", Priority::urgent);
    CHECK(stream->queued_bytes() > megabyte);
    const auto got = collect(loop, pair.theirs, 2 * megabyte + 6);
    const auto urgent = got.find("URGENT");
    REQUIRE(urgent != std::string::npos);
    CHECK(urgent == megabyte); // behind the message that had begun, before the next
    CHECK((got == std::string(megabyte, 'a') + "URGENT" + std::string(megabyte, 'b')));
    CHECK(until(loop, [&] { return stream->queued_bytes() == 0; }));
}

TEST_CASE("the source is asked last, and only as fast as the reader reads") {
    io::Loop loop;
    auto pair = ends::socket();
    const auto stream = ends::open(loop, pair.ours);
    std::size_t asked = 0;
    stream->set_source([&](std::string& leaving) {
        if (++asked > 100)
            return false;
        leaving.append(100'000, 's');
        return true;
    });
    stream->write("first ");
    unit::settle(loop);
    CHECK(asked > 0);
    CHECK(asked < 50); // the rest is made when there is room for it
    stream->write("URGENT", Priority::urgent);
    const auto got = collect(loop, pair.theirs, 6 + 6 + 100 * 100'000);
    CHECK((got.starts_with("first sss")));
    CHECK((got.find("URGENT") - 6) % 100'000 == 0);
    CHECK(got.size() == 12 + 100 * 100'000);
}

TEST_CASE("schedule_flush() makes the stream ask its source") {
    io::Loop loop;
    auto pair = ends::writable_pipe();
    const auto stream = ends::open(loop, pair.ours);
    std::optional<std::string> next;
    stream->set_source([&](std::string& leaving) {
        leaving += next.value_or("");
        return std::exchange(next, std::nullopt).has_value();
    });
    stream->schedule_flush();
    unit::settle(loop);
    CHECK(ends::drain(pair.theirs).empty());
    next = "now";
    stream->schedule_flush();
    CHECK(collect(loop, pair.theirs, 3) == "now");
}

TEST_CASE("messages appended in one turn are sent together at its end, or once they fill a chunk") {
    io::Loop loop;
    auto pair = ends::socket();
    const auto stream = ends::open(loop, pair.ours);
    for (int i = 0; i < 10; ++i) {
        REQUIRE(stream->append_buffer());
        stream->append_buffer()->append("abc");
        stream->schedule_flush();
    }
    CHECK(ends::drain(pair.theirs).empty());
    CHECK(stream->queued_bytes() == 30);
    loop.turn(false);
    CHECK(ends::drain(pair.theirs).size() == 30);
    stream->append_buffer()->append(io::Stream::write_limit + 1, 'x');
    stream->schedule_flush();
    CHECK(ends::drain(pair.theirs).size() == io::Stream::write_limit);
    CHECK(collect(loop, pair.theirs, 1) == "x");
}

TEST_CASE("an urgent message is sent at once, together with the messages appended before it") {
    io::Loop loop;
    auto pair = ends::writable_pipe();
    const auto stream = ends::open(loop, pair.ours);
    stream->append_buffer()->append("sent ");
    stream->schedule_flush();
    stream->write("URGENT", Priority::urgent);
    CHECK(ends::drain(pair.theirs) == "sent URGENT");
}

TEST_CASE("messages for the end of the turn are sent together, also those of timers of that turn") {
    io::Loop loop;
    auto pair = ends::socket();
    const auto stream = ends::open(loop, pair.ours);
    ends::Reader reader;
    reader.attach(*stream);
    io::Timer timer(loop);
    timer.start(std::chrono::milliseconds(0), [&] {
        stream->write_at_end_of_turn("timer ");
        CHECK(ends::drain(pair.theirs).empty());
    });
    stream->write_at_end_of_turn("first ");
    CHECK(ends::drain(pair.theirs).empty());
    loop.turn(false);
    const auto got = ends::drain(pair.theirs);
    CHECK(got.find("first ") != std::string::npos);
    CHECK(got.find("timer ") != std::string::npos);
    CHECK(got.size() == 12);
}

TEST_CASE("what one stream's source adds to another at the end of a turn does not wait for an event") {
    io::Loop loop;
    auto first = ends::writable_pipe();
    auto second = ends::writable_pipe();
    const auto source = ends::open(loop, first.ours);
    const auto target = ends::open(loop, second.ours);
    source->set_source([&](std::string&) {
        target->write_at_end_of_turn("added");
        return false;
    });
    source->schedule_flush();
    loop.turn(false);
    CHECK(ends::drain(second.theirs) == "added");
}

TEST_CASE("messages for the end of the turn keep their place behind earlier ones while the reader is behind") {
    io::Loop loop;
    auto pair = ends::socket();
    const auto stream = ends::open(loop, pair.ours);
    stream->write(std::string(4 * megabyte, 'x'));
    unit::settle(loop);
    stream->write_at_end_of_turn("then");
    stream->write("last");
    CHECK(collect(loop, pair.theirs, 4 * megabyte + 8).ends_with("xthenlast"));
}

TEST_CASE("append_buffer() is not available while the reader is behind") {
    io::Loop loop;
    auto pair = ends::socket();
    const auto stream = ends::open(loop, pair.ours);
    stream->write(std::string(4 * megabyte, 'x'));
    unit::settle(loop);
    CHECK_FALSE(stream->append_buffer());
    CHECK(collect(loop, pair.theirs, 4 * megabyte).size() == 4 * megabyte);
    CHECK(until(loop, [&] { return stream->append_buffer() != nullptr; }));
}

TEST_CASE("a source may write to its own stream while it is asked") {
    io::Loop loop;
    auto pair = ends::writable_pipe();
    const auto stream = ends::open(loop, pair.ours);
    bool written = false;
    stream->set_source([&](std::string&) {
        if (!std::exchange(written, true))
            stream->write("a log line");
        return false;
    });
    stream->schedule_flush();
    CHECK(collect(loop, pair.theirs, 10) == "a log line");
}

TEST_CASE("the drained callback comes once, when the kernel has the last byte") {
    io::Loop loop;
    auto pair = ends::socket();
    const auto stream = ends::open(loop, pair.ours);
    int drained = 0;
    stream->write(std::string(4 * megabyte, 'x'));
    stream->when_drained([&] { ++drained; });
    unit::settle(loop);
    CHECK(drained == 0);
    CHECK(collect(loop, pair.theirs, 4 * megabyte).size() == 4 * megabyte);
    CHECK(until(loop, [&] { return drained == 1; }));
    stream->write("more");
    CHECK(collect(loop, pair.theirs, 4) == "more");
    CHECK(drained == 1);
}

TEST_CASE("a stream without anything to write counts as drained") {
    io::Loop loop;
    auto pair = ends::writable_pipe();
    const auto stream = ends::open(loop, pair.ours);
    bool drained = false;
    stream->when_drained([&] { drained = true; });
    CHECK(until(loop, [&] { return drained; }));
}

TEST_CASE("the source's remaining messages are written before the drained callback") {
    io::Loop loop;
    auto pair = ends::writable_pipe();
    const auto stream = ends::open(loop, pair.ours);
    int left = 3;
    stream->set_source([&](std::string& leaving) {
        if (left == 0)
            return false;
        --left;
        leaving += "abc";
        return true;
    });
    bool drained = false;
    stream->when_drained([&] { drained = true; });
    CHECK(until(loop, [&] { return drained; }));
    CHECK(ends::drain(pair.theirs) == "abcabcabc");
}

TEST_CASE("after the reader is gone nothing stays queued and the source is not asked") {
    for (const auto make : {ends::writable_pipe, ends::socket, ends::terminal}) {
        io::Loop loop;
        ends::Pair pair = make();
        const auto stream = ends::open(loop, pair.ours);
        int asked = 0;
        stream->write(std::string(megabyte, 'x'));
        unit::settle(loop);
        bool drained = false;
        stream->when_drained([&] { drained = true; });
        pair.hang_up();
        CHECK(until(loop, [&] { return drained; }));
        CHECK(stream->queued_bytes() == 0);
        stream->write("to nobody");
        stream->set_source([&](std::string&) {
            ++asked;
            return false;
        });
        stream->schedule_flush();
        unit::settle(loop);
        CHECK(stream->queued_bytes() == 0);
        CHECK(asked == 0);
        bool again = false;
        stream->when_drained([&] { again = true; });
        CHECK(until(loop, [&] { return again; }));
    }
}

TEST_CASE("a peer that shut down its reading side can still be read from") {
    io::Loop loop;
    auto pair = ends::socket();
    const auto stream = ends::open(loop, pair.ours);
    ends::Reader reader;
    reader.attach(*stream);
    ::shutdown(pair.theirs, SHUT_RD);
    stream->write("lost");
    ends::send(pair.theirs, "still here");
    CHECK(until(loop, [&] { return reader.bytes == "still here"; }));
    CHECK(reader.ends == 0);
}

TEST_CASE("after stop_reading() the bytes stay in the socket until reading goes on") {
    io::Loop loop;
    auto pair = ends::socket();
    const auto stream = ends::open(loop, pair.ours);
    ends::Reader reader;
    reader.attach(*stream);
    ends::send(pair.theirs, "one");
    REQUIRE(until(loop, [&] { return reader.bytes == "one"; }));
    stream->stop_reading();
    ends::send(pair.theirs, "two");
    unit::settle(loop);
    CHECK(reader.bytes == "one");
    reader.attach(*stream);
    CHECK(until(loop, [&] { return reader.bytes == "onetwo"; }));
}

} // namespace writing_test
