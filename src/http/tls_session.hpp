// The server's side of one TLS connection, in memory: bytes of the network in, plain bytes out, and back. Knows no
// socket.
#pragma once

#include "http/openssl_ptr.hpp"
#include "http/tls.hpp"

#include <memory>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace http {

class TlsSession final {
  public:
    explicit TlsSession(std::shared_ptr<const Tls> tls);
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    /// Takes bytes of the network, appends what they contain to `plain`. An error ends the session; its sentence is
    /// OpenSSL's. output() may have an alert then.
    tl::expected<void, std::string> receive(std::string_view bytes, std::string& plain);
    /// Encrypts into output(). Only after the handshake, and not after an error.
    void send(std::string_view plain);
    /// Says that no more will be sent (close_notify).
    void close();

    /// True once the handshake is complete.
    [[nodiscard]] bool established() const;
    /// The client has ended its direction in order.
    [[nodiscard]] bool ended() const { return ended_; }
    /// `h2`, `http/1.1`, or empty if the client offered none.
    [[nodiscard]] std::string_view protocol() const;
    /// Bytes for the network. The owner takes them away.
    [[nodiscard]] std::string& output() { return output_; }

  private:
    static BIO_METHOD* bio_method();

    std::shared_ptr<const Tls> tls_;
    SslPtr ssl_;
    std::string_view input_; // of the running receive()
    std::string output_;
    bool ended_ = false;
    bool failed_ = false;
};

} // namespace http
