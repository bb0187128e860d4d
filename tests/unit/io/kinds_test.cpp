// A plugin may be started on any kind of descriptor: nothing aborts, bytes are read and written.
#include "directory.hpp"
#include "ends.hpp"

#include <cstdio>
#include <fstream>

#include <doctest/doctest.h>

namespace kinds_test {

using unit::until;

namespace {

struct File {
    unit::Directory directory;
    std::string path = directory.path / "file";
    File() { std::ofstream create(path); }
    [[nodiscard]] int open(int flags) const { return ::open(path.c_str(), flags | O_CLOEXEC); }
    [[nodiscard]] std::string content() const {
        std::ifstream in(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
};

std::string many(std::size_t size) {
    std::string text(size, '.');
    for (std::size_t i = 0; i < size; ++i)
        text[i] = static_cast<char>('a' + i % 26);
    return text;
}

void reads_to_the_end(ends::Pair pair) {
    io::Loop loop;
    const auto stream = ends::open(loop, pair.ours);
    ends::Reader reader;
    reader.attach(*stream);
    ends::send(pair.theirs, "first\n\n");
    CHECK(until(loop, [&] { return reader.bytes == "first\n\n"; }));
    ends::send(pair.theirs, "second");
    CHECK(until(loop, [&] { return reader.bytes == "first\n\nsecond"; }));
    CHECK(reader.ends == 0);
    pair.hang_up();
    CHECK(until(loop, [&] { return reader.ends == 1; }));
    unit::settle(loop);
    CHECK(reader.ends == 1);
    CHECK(reader.bytes == "first\n\nsecond");
}

void writes_through(ends::Pair pair) {
    io::Loop loop;
    const auto stream = ends::open(loop, pair.ours);
    const auto text = many(300'000); // more than a pipe or a terminal holds
    stream->write(text);
    std::string got;
    CHECK(until(loop, [&] {
        got += ends::drain(pair.theirs);
        return got.size() >= text.size();
    }));
    CHECK((got == text));
}

} // namespace

TEST_CASE("a pipe is read to its end") {
    reads_to_the_end(ends::readable_pipe());
}

TEST_CASE("a socket is read to its end") {
    reads_to_the_end(ends::socket());
}

TEST_CASE("a terminal is read until it hangs up") {
    reads_to_the_end(ends::terminal());
}

TEST_CASE("the end of a pipe is reported without an error") {
    io::Loop loop;
    auto pair = ends::readable_pipe();
    const auto stream = ends::open(loop, pair.ours);
    ends::Reader reader;
    reader.attach(*stream);
    pair.hang_up();
    CHECK(until(loop, [&] { return reader.ends == 1; }));
    CHECK(reader.reason.empty());
}

TEST_CASE("more than a pipe holds is written completely") {
    writes_through(ends::writable_pipe());
}

TEST_CASE("more than a socket holds is written completely") {
    writes_through(ends::socket());
}

TEST_CASE("more than a terminal holds is written completely") {
    writes_through(ends::terminal());
}

TEST_CASE("a socket and a terminal are read and written at the same time") {
    for (const auto make : {ends::socket, ends::terminal}) {
        io::Loop loop;
        ends::Pair pair = make();
        const auto stream = ends::open(loop, pair.ours);
        ends::Reader reader;
        reader.attach(*stream);
        stream->write("to them");
        ends::send(pair.theirs, "to us");
        std::string got;
        CHECK(until(loop, [&] {
            got += ends::drain(pair.theirs);
            return got == "to them" && reader.bytes == "to us";
        }));
    }
}

TEST_CASE("a regular file is read completely and ends without an error") {
    const File file;
    const auto text = many(200'000);
    std::ofstream(file.path, std::ios::binary) << text;
    io::Loop loop;
    const auto stream = ends::open(loop, file.open(O_RDONLY));
    ends::Reader reader;
    reader.attach(*stream);
    CHECK(until(loop, [&] { return reader.ends == 1; }));
    CHECK((reader.bytes == text));
    CHECK(reader.reason.empty());
}

TEST_CASE("reading of a regular file can be stopped and continued") {
    const File file;
    const auto text = many(200'000);
    std::ofstream(file.path, std::ios::binary) << text;
    io::Loop loop;
    const auto stream = ends::open(loop, file.open(O_RDONLY));
    std::string first;
    stream->read(
        [&](std::string_view bytes) {
            first += bytes;
            stream->stop_reading();
        },
        [](const std::string&) { FAIL("ended while stopped"); });
    REQUIRE(until(loop, [&] { return !first.empty(); }));
    const auto size = first.size();
    unit::settle(loop);
    CHECK(first.size() == size);
    CHECK(size < text.size());
    ends::Reader reader;
    reader.attach(*stream);
    CHECK(until(loop, [&] { return reader.ends == 1; }));
    CHECK((first + reader.bytes == text));
}

TEST_CASE("a regular file is written") {
    const File file;
    io::Loop loop;
    const auto text = many(200'000);
    bool drained = false;
    const auto stream = ends::open(loop, file.open(O_WRONLY));
    stream->write(text);
    stream->write("and the end");
    stream->when_drained([&] { drained = true; });
    CHECK(until(loop, [&] { return drained; }));
    CHECK((file.content() == text + "and the end"));
}

TEST_CASE("reading /dev/null ends at once, and writing to it succeeds") {
    io::Loop loop;
    const auto stream = ends::open(loop, ::open("/dev/null", O_RDWR | O_CLOEXEC));
    ends::Reader reader;
    reader.attach(*stream);
    bool drained = false;
    stream->write(many(200'000));
    stream->when_drained([&] { drained = true; });
    CHECK(until(loop, [&] { return reader.ends == 1 && drained; }));
    CHECK(reader.bytes.empty());
    CHECK(reader.reason.empty());
    CHECK(stream->queued_bytes() == 0);
}

TEST_CASE("a descriptor that cannot be read ends with the system's error message") {
    io::Loop loop;
    const auto stream = ends::open(loop, ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ends::Reader reader;
    reader.attach(*stream);
    CHECK(until(loop, [&] { return reader.ends == 1; }));
    CHECK_FALSE(reader.reason.empty());
}

TEST_CASE("reading from the writing end of a pipe ends with an error message") {
    io::Loop loop;
    auto pair = ends::writable_pipe();
    const auto stream = ends::open(loop, pair.ours);
    ends::Reader reader;
    reader.attach(*stream);
    CHECK(until(loop, [&] { return reader.ends == 1; }));
    CHECK_FALSE(reader.reason.empty());
}

TEST_CASE("writing to a full device drains instead of hanging") {
    io::Loop loop;
    const auto stream = ends::open(loop, ::open("/dev/full", O_WRONLY | O_CLOEXEC));
    bool drained = false;
    stream->write("x");
    stream->when_drained([&] { drained = true; });
    CHECK(until(loop, [&] { return drained; }));
}

TEST_CASE("opening a closed descriptor is an error, not a crash") {
    io::Loop loop;
    auto pair = ends::readable_pipe();
    ::close(pair.ours);
    const auto stream = io::Stream::open(loop, pair.ours);
    REQUIRE_FALSE(stream.has_value());
    CHECK_FALSE(stream.error().empty());
}

TEST_CASE("a stream closes its descriptor, whatever its kind") {
    const File file;
    std::vector<int> fds{file.open(O_RDONLY), ends::socket().ours, ends::terminal().ours};
    for (const int fd : fds) {
        {
            io::Loop loop;
            const auto stream = ends::open(loop, fd);
            CHECK(::fcntl(fd, F_GETFD) >= 0);
        }
        CHECK(::fcntl(fd, F_GETFD) < 0);
    }
}

} // namespace kinds_test
