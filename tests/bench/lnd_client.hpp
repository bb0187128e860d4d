// A gRPC client that costs little: one TLS connection with any number of TrackPayments streams. It counts messages and
// gives all the window there is; it reads no headers but their flags.
#pragma once

#include "poller.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/types.h>

namespace bench {

/// TLS from the client's side. The socket does not block once the handshake is over.
class TlsSocket final {
  public:
    /// To loopback; `http2`: offered by ALPN.
    TlsSocket(std::uint16_t port, bool http2);
    ~TlsSocket();
    TlsSocket(const TlsSocket&) = delete;
    TlsSocket& operator=(const TlsSocket&) = delete;

    [[nodiscard]] int descriptor() const { return descriptor_; }
    /// Everything at once: only for short texts.
    void write(std::string_view plain);
    /// Appends what can be read now. Throws at the end.
    void read(std::string& plain);

  private:
    int descriptor_ = -1;
    SSL_CTX* context_;
    SSL* ssl_;
};

class LndClient final {
  public:
    LndClient(Poller& poller, std::uint16_t port);
    ~LndClient();
    LndClient(const LndClient&) = delete;
    LndClient& operator=(const LndClient&) = delete;

    /// Opens one more stream; returns when it is subscribed.
    void subscribe();
    /// The socket is not read until go_on().
    void stop() { poller_.change(socket_.descriptor(), 0); }
    void go_on() { poller_.change(socket_.descriptor(), EPOLLIN); }

    /// Of all streams.
    [[nodiscard]] std::size_t messages() const { return messages_; }
    /// Of the stream with the fewest.
    [[nodiscard]] std::size_t fewest() const;
    [[nodiscard]] std::size_t streams() const { return streams_.size(); }
    /// Streams that the server has ended.
    [[nodiscard]] std::size_t ended() const { return ended_; }
    /// Bytes of all messages.
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    /// Called with each message, a Payment on the wire.
    std::function<void(std::string_view)> on_message;

  private:
    struct Stream {
        bool begun = false;
        std::size_t messages = 0;
        std::string bytes; // of a message, incomplete
        std::size_t owed = 0;
    };
    void received();
    void frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream, std::string_view payload);
    void data(std::uint32_t number, std::string_view bytes);
    void give_window(std::uint32_t stream, std::size_t bytes);

    Poller& poller_;
    TlsSocket socket_;
    std::string in_; // plain, incomplete
    std::map<std::uint32_t, Stream> streams_;
    std::uint32_t next_ = 1;
    std::size_t taken_ = 0; // bytes since the connection's window was given
    std::size_t messages_ = 0;
    std::size_t bytes_ = 0;
    std::size_t ended_ = 0;
};

} // namespace bench
