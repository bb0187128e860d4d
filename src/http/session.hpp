// One connection's protocol, HTTP/1.1 or HTTP/2, apart from its socket: plain bytes in, plain bytes out. The connection
// asks send() for bytes when the socket can take them; nothing is produced before.
#pragma once

#include "http/exchange.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace http {

/// What a session asks of the connection that owns it.
struct SessionOwner {
    Handler& handler;
    std::string peer; ///< for Request::peer
    /// There is something to send, or to go on with: call proceed(), then send(), in a later turn.
    std::function<void()> wake;
    std::function<void()> permitted = [] {};             ///< Exchange::permitted()
    std::function<void()> refused = [] {};               ///< Exchange::refused()
    std::function<bool()> slowed = [] { return false; }; ///< Exchange::slowed()
    std::function<void()> pong = [] {};                  ///< the client of a WebSocket has answered ping()
};

class Session {
  public:
    Session() = default;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    /// Destroys all answers.
    virtual ~Session() = default;

    /// Plain bytes of the client. Calls the handler.
    virtual void receive(std::string_view bytes) = 0;
    /// Appends bytes for the client, about `most`; none if there is nothing to send now. Calls pull().
    virtual void send(std::string& out, std::size_t most) = 0;
    /// Goes on with input that waited for an answer to end. Calls the handler.
    virtual void proceed() = 0;
    /// No new requests; each Answer is asked to end.
    virtual void stop() = 0;
    /// No new requests: the client has sent too many bad credentials. Answers to good and bad ones go on; all other
    /// requests are given up.
    virtual void stop_guessing() = 0;
    /// Gives up requests that were incomplete at the last call already.
    virtual void end_slow_requests() = 0;
    /// Asks the client whether it is still there; false if the protocol cannot.
    virtual bool ping() = 0;
    /// The session that goes on with this connection, once: the client has changed the protocol. Ask after receive()
    /// and proceed(); then call its proceed(), and use this one no more.
    virtual std::unique_ptr<Session> successor() { return nullptr; }

    /// Requests that were given to the handler and are not answered completely.
    [[nodiscard]] virtual std::size_t exchanges() const = 0;
    /// Requests given to the handler so far.
    [[nodiscard]] virtual std::size_t requests() const = 0;
    /// Requests of which something has come, but not all.
    [[nodiscard]] virtual std::size_t incomplete() const = 0;
    /// Open requests whose credentials were good.
    [[nodiscard]] virtual std::size_t permitted() const = 0;
    /// What the client did wrong so that the session ends, such as `HTTP/2 PING flood`; empty if nothing.
    [[nodiscard]] virtual std::string_view fault() const = 0;
    /// So much input waits that no more should be read.
    [[nodiscard]] virtual bool full() const = 0;
    /// Close the connection when all that was produced has left.
    [[nodiscard]] virtual bool finished() const = 0;
};

} // namespace http
