// One client: its socket, TLS if the listener has it, and the session that ALPN chose. Moves bytes between them, and
// closes connections that are silent, broken, too slow, or guess at credentials.
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
    /// Why a connection was closed; empty if in order.
    struct Reason {
        std::string kind = {};    ///< one of a few, such as `HTTP/2 rapid reset`
        std::string details = {}; ///< for a debug log of one connection; may be empty
        bool abuse = true;        ///< not a fault of the network
    };
    struct Owner {
        Handler& handler;
        /// The connection has ended. The owner destroys it in a later turn.
        std::function<void(const Connection&, const Reason&)> ended;
        std::function<void(const std::string& network)> refused;
        std::function<bool(const std::string& network)> slowed;
    };
    /// How well a connection has shown that it is wanted.
    enum class Rank : std::uint8_t {
        no_request, ///< has sent none so far
        idle,       ///< all its requests are answered
        unknown,    ///< its open requests had no credentials so far, or need none
        permitted   ///< a request with good credentials is open
    };

    /// `tls` null: plain HTTP/1.1.
    Connection(io::Loop& loop, std::unique_ptr<io::Stream> stream, std::shared_ptr<const Tls> tls, const Limits& limits,
               Owner owner, std::uint64_t number);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void stop();
    /// Closes the connection at once: another one needs its place.
    void make_room() { end({"another connection needed its place"}); }
    [[nodiscard]] const std::string& peer() const { return peer_; }
    [[nodiscard]] const std::string& network() const { return network_; }
    [[nodiscard]] Rank rank() const;
    /// Grows with each connection.
    [[nodiscard]] std::uint64_t number() const { return number_; }

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
    void count_refusal();
    void stop_guessing();
    void limit_request();
    void client_ended(const std::string& error);
    void close_idle();
    void close_in_order(const Reason& reason);
    void end(const Reason& reason);
    void set_reading(bool on);
    void expect_bytes();
    void ask();
    void change_session();
    void await_ping();

    std::unique_ptr<io::Stream> stream_;
    const Limits& limits_;
    Owner owner_;
    const std::string peer_;
    const std::string network_;
    const std::uint64_t number_;
    std::unique_ptr<TlsSession> tls_;
    std::unique_ptr<Session> session_; // from the end of the handshake until the connection is closed
    io::Timer next_turn_;
    io::Timer limit_;   // ends the phase
    io::Timer request_; // ends requests that do not become complete
    io::Timer silence_; // asks a client of HTTP/2 or WebSocket; ends a connection that is not read for too long
    Phase phase_ = Phase::first_request;
    Reason reason_;            // why it is being closed
    std::size_t refusals_ = 0; // since the last good credentials
    bool guessing_ = false;    // takes no more requests
    bool half_closed_ = false; // the client sends no more
    bool faulty_ = false;      // limit_ runs until its last bytes have left
    bool http2_ = false;
    bool pinged_ = false; // a WebSocket, and owes the pong
    bool producing_ = false;
    bool woken_ = false; // while producing
    bool reading_ = false;
};

} // namespace http
