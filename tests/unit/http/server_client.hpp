// A client on a TCP socket of the test's own loop: bytes, or TLS with them inside.
#pragma once

#include "tls_client.hpp"

#include "io/stream.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace unit {

class ServerClient final {
  public:
    /// `alpn`: null for plain TCP.
    ServerClient(io::Loop& loop, std::uint16_t port, const char* alpn, const char* from = "127.0.0.1") {
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        auto address = socket_address(from, 0);
        if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("no such address");
        address = socket_address("127.0.0.1", port);
        if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) // the backlog takes it
            throw std::runtime_error("no connection");
        stream_ = std::move(*io::Stream::open(loop, fd));
        if (alpn != nullptr)
            tls_ = std::make_unique<TlsClient>(alpn);
        read();
        flush();
    }

    void read() {
        stream_->read(
            [this](std::string_view bytes) {
                if (!tls_)
                    received += bytes;
                else
                    tls_->receive(bytes, received);
                flush();
            },
            [this](const std::string&) { closed = true; });
    }
    void stop_reading() { stream_->stop_reading(); }
    void send(std::string_view bytes) {
        if (!tls_)
            return stream_->write(std::string(bytes));
        tls_->send(bytes);
        flush();
    }
    void shut_down_writing() {
        stream_->when_drained([this] { stream_->shut_down_writing(); });
    }
    [[nodiscard]] bool ready() const { return !tls_ || tls_->established(); }
    TlsClient& tls() { return *tls_; }

    std::string received; // plain
    bool closed = false;

  private:
    static sockaddr_in socket_address(const char* host, std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        inet_pton(AF_INET, host, &address.sin_addr);
        return address;
    }
    void flush() {
        if (!tls_)
            return;
        if (auto out = tls_->output(); !out.empty())
            stream_->write(std::move(out));
    }

    std::unique_ptr<TlsClient> tls_;
    std::unique_ptr<io::Stream> stream_;
};

} // namespace unit
