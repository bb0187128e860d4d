// Descriptors for a stream under test, and the other end of each.
#pragma once

#include "io/stream.hpp"
#include "until.hpp"

#include <array>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <pty.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

namespace ends {

/// The stream owns and closes `ours`; the test keeps `theirs`.
struct Pair {
    int ours = -1;
    int theirs = -1;

    Pair(int mine, int other) : ours(mine), theirs(other) {}
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;
    ~Pair() { hang_up(); }
    void hang_up() {
        if (theirs >= 0)
            ::close(std::exchange(theirs, -1));
    }
};

inline void must(bool so) {
    if (!so)
        throw std::runtime_error("no descriptors for the test");
}

inline Pair readable_pipe() {
    std::array<int, 2> fds{};
    must(::pipe2(fds.data(), O_CLOEXEC) == 0);
    return {fds[0], fds[1]};
}

inline Pair writable_pipe() {
    std::array<int, 2> fds{};
    must(::pipe2(fds.data(), O_CLOEXEC) == 0);
    return {fds[1], fds[0]};
}

inline Pair socket() {
    std::array<int, 2> fds{};
    must(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) == 0);
    return {fds[0], fds[1]};
}

/// A terminal that passes every byte on unchanged.
inline Pair terminal() {
    int master = -1;
    int slave = -1;
    termios raw{};
    cfmakeraw(&raw);
    must(::openpty(&master, &slave, nullptr, &raw, nullptr) == 0);
    return {slave, master};
}

inline std::unique_ptr<io::Stream> open(io::Loop& loop, int fd) {
    auto stream = io::Stream::open(loop, fd);
    must(stream.has_value());
    return std::move(*stream);
}

/// The bytes that were read, and how the stream ended.
struct Reader {
    std::string bytes;
    int ends = 0;
    std::string reason;

    void attach(io::Stream& stream) {
        stream.read([this](std::string_view more) { bytes += more; },
                    [this](const std::string& why) {
                        ++ends;
                        reason = why;
                    });
    }
};

/// All that can be read from `fd` without waiting.
inline std::string drain(int fd) {
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    std::string all;
    std::array<char, 4096> buffer{};
    for (ssize_t n = 0; (n = ::read(fd, buffer.data(), buffer.size())) > 0;)
        all.append(buffer.data(), static_cast<std::size_t>(n));
    return all;
}

inline void send(int fd, std::string_view text) {
    must(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

} // namespace ends
