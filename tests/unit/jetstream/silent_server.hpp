// A server that greets, and says nothing any more from some point of the sign-in on.
#pragma once

#include <atomic>
#include <csignal>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <doctest/doctest.h>

namespace unit {

class SilentServer final {
  public:
    enum class Demands { nothing, tls };

    /// With files in PEM the server makes the handshake of TLS that it demands, else it only demands it.
    explicit SilentServer(Demands demands, const std::string& certificate = "", const std::string& key = "")
        : demands_(demands), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        std::signal(SIGPIPE, SIG_IGN);
        if (!certificate.empty()) {
            context_ = SSL_CTX_new(TLS_server_method());
            REQUIRE(SSL_CTX_use_certificate_file(context_, certificate.c_str(), SSL_FILETYPE_PEM) == 1);
            REQUIRE(SSL_CTX_use_PrivateKey_file(context_, key.c_str(), SSL_FILETYPE_PEM) == 1);
        }
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), length) == 0);
        REQUIRE(::listen(socket_, 10) == 0);
        REQUIRE(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length) == 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    /// The clients must be gone.
    ~SilentServer() {
        ::shutdown(socket_, SHUT_RDWR);
        thread_.join();
        for (auto* session : sessions_)
            SSL_free(session);
        SSL_CTX_free(context_);
        for (const int client : clients_)
            ::close(client);
        ::close(socket_);
    }
    SilentServer(const SilentServer&) = delete;
    SilentServer& operator=(const SilentServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string url() const {
        return (demands_ == Demands::tls ? "tls" : "nats") + ("://127.0.0.1:" + std::to_string(port_));
    }
    /// Clients that hear nothing any more.
    [[nodiscard]] int waiting() const { return waiting_; }

  private:
    void serve() {
        const std::string info = R"(INFO {"server_id":"x","version":"2.9.10","max_payload":1048576,"headers":true)" +
                                 std::string(demands_ == Demands::tls ? R"(,"tls_required":true)" : "") + "}\r\n";
        for (int client = 0; (client = ::accept(socket_, nullptr, nullptr)) >= 0; ++waiting_) {
            clients_.push_back(client);
            (void)!::send(client, info.data(), info.size(), MSG_NOSIGNAL);
            if (context_ != nullptr) {
                auto* session = sessions_.emplace_back(SSL_new(context_));
                SSL_set_fd(session, client);
                SSL_accept(session);
            }
        }
    }

    Demands demands_;
    int socket_;
    SSL_CTX* context_ = nullptr;
    std::uint16_t port_ = 0;
    std::vector<int> clients_;
    std::vector<SSL*> sessions_;
    std::atomic<int> waiting_ = 0;
    std::thread thread_;
};

} // namespace unit
