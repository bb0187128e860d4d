// A connection whose other end the test holds, and a handler that records its calls.
#pragma once

#include "rpc/connection.hpp"
#include "until.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <stdexcept>

#include <sys/socket.h>
#include <unistd.h>

using Texts = std::vector<std::string>;

struct Recorder final : rpc::Connection::Handler {
    Texts order;
    Texts messages; ///< `method#id`
    Texts bad;
    Texts ends;
    std::size_t largest = 0;
    std::function<void()> on_closed;

    void read(std::span<const rpc::Message> all) override {
        std::string names = "read";
        for (const auto& message : all) {
            names += " " + std::string(message.method);
            messages.push_back(std::string(message.method) + "#" + std::string(message.id));
            largest = std::max(largest, message.whole.size());
        }
        order.push_back(names);
    }
    void skipped(const rpc::Message& head, const std::string& reason) override {
        order.push_back("skipped " + std::string(head.method) + "#" + std::string(head.id));
        bad.push_back(reason);
    }
    void closed(const std::string& reason) override {
        ends.push_back(reason);
        if (on_closed)
            on_closed();
    }
};

inline std::array<int, 2> pipe_ends() {
    std::array<int, 2> fds{};
    if (::pipe(fds.data()) != 0)
        throw std::runtime_error("no pipe for the test");
    return fds;
}

struct Pair {
    io::Loop loop;
    Recorder recorder;
    std::unique_ptr<rpc::Connection> connection;

    explicit Pair(bool start = true) {
        std::array<int, 2> fds{};
        if (::socketpair(AF_UNIX, SOCK_STREAM, 0, fds.data()) != 0)
            throw std::runtime_error("no sockets for the test");
        connection = std::make_unique<rpc::Connection>(std::move(*io::Stream::open(loop, fds[0])), recorder);
        other_ = std::move(*io::Stream::open(loop, fds[1]));
        other_->read([this](std::string_view bytes) { received_ += bytes; }, [](const std::string&) {});
        if (start)
            connection->start();
    }
    void send(std::string text) { other_->write(std::move(text)); }
    void hang_up() {
        other_->when_drained([this] { other_.reset(); });
    }
    /// All that the connection has sent so far.
    [[nodiscard]] const std::string& receive() const { return received_; }

  private:
    std::unique_ptr<io::Stream> other_;
    std::string received_;
};
