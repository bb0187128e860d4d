// One client: its socket, TLS if the listener has it, and the session that ALPN chose. Moves bytes between them, and
// closes connections that are silent, broken or too slow to begin.
#pragma once

#include "http/limits.hpp"
#include "http/session.hpp"
#include "http/tls_session.hpp"

#include "io/stream.hpp"
#include "io/timer.hpp"

#include <functional>
#include <memory>
#include <string>

namespace http {

class Connection final {
  public:
    struct Owner {
        Handler& handler;
        /// The connection has ended; `reason` is empty if in order. The owner destroys it in a later turn.
        std::function<void(const Connection&, const std::string& reason)> ended;
    };

    /// `tls` null: plain HTTP/1.1.
    Connection(io::Loop& loop, std::unique_ptr<io::Stream> stream, std::shared_ptr<const Tls> tls, const Limits& limits,
               Owner owner);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void stop();
    [[nodiscard]] const std::string& peer() const { return peer_; }

  private:
    /// What limit_ waits for.
    enum class Phase { first_request, answering, idle, closing, ended };

    void begin_session(bool http2);
    void received(std::string_view bytes);
    bool produce(std::string& out);
    void wake();
    void next_turn();
    [[nodiscard]] Phase phase() const;
    [[nodiscard]] bool has_changed() const;
    void check();
    void close_idle();
    void close_in_order(const std::string& reason);
    void end(const std::string& reason);
    void set_reading(bool on);
    void expect_bytes();
    void ask();

    std::unique_ptr<io::Stream> stream_;
    const Limits& limits_;
    Owner owner_;
    const std::string peer_;
    std::unique_ptr<TlsSession> tls_;
    std::unique_ptr<Session> session_; // from the end of the handshake until the connection is closed
    io::Timer next_turn_;
    io::Timer limit_;   // ends the phase
    io::Timer silence_; // asks an HTTP/2 client; ends a connection that is not read for too long
    Phase phase_ = Phase::first_request;
    std::string reason_; // why it is being closed
    bool producing_ = false;
    bool woken_ = false; // while producing
    bool reading_ = false;
};

} // namespace http
