// A client of NATS in plain text, from the protocol's documentation: what the server has, without libnats.
#pragma once

#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <doctest/doctest.h>

namespace unit {

class RawClient final {
  public:
    explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        line();
        send("CONNECT {\"verbose\":false,\"headers\":true,\"no_responders\":true}\r\nSUB answers 1\r\n");
    }
    ~RawClient() { ::close(socket_); }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    /// The JSON of an answer of JetStream's API.
    std::string request(const std::string& to, const std::string& body = "") {
        send("PUB " + to + " answers " + std::to_string(body.size()) + "\r\n" + body + "\r\n");
        for (;;) {
            const auto header = line();
            if (header == "PING")
                send("PONG\r\n");
            else if (header.starts_with("MSG ")) {
                const auto size = std::stoul(header.substr(header.rfind(' ')));
                while (buffer_.size() < size + 2)
                    receive();
                const auto answer = buffer_.substr(0, size);
                buffer_.erase(0, size + 2);
                return answer;
            }
        }
    }

  private:
    void send(const std::string& text) {
        REQUIRE(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
    }
    void receive() {
        char piece[4096];
        const auto length = ::recv(socket_, piece, sizeof piece, 0);
        REQUIRE(length > 0);
        buffer_.append(piece, static_cast<std::size_t>(length));
    }
    std::string line() {
        std::size_t end = 0;
        while ((end = buffer_.find("\r\n")) == std::string::npos)
            receive();
        auto text = buffer_.substr(0, end);
        buffer_.erase(0, end + 2);
        return text;
    }

    int socket_;
    std::string buffer_;
};

} // namespace unit
