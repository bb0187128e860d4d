// An HTTP server on the event loop: listeners, and the connections they accept. HTTP/2 and HTTP/1.1 over TLS on one
// port, or plain HTTP/1.1; WebSockets on both. Knows neither paths nor users; the handler does.
#pragma once

#include "http/address.hpp"
#include "http/exchange.hpp"
#include "http/limits.hpp"
#include "http/tls.hpp"

#include "base/log.hpp"
#include "io/loop.hpp"

#include <functional>
#include <memory>
#include <string>

#include <tl/expected.hpp>

namespace http {

class Server final {
  public:
    /// The handler must outlive the server. Logs addresses of clients and reasons, one line a minute for each kind,
    /// and nothing that clients send.
    Server(io::Loop& loop, Handler& handler, base::Log log, const Limits& limits = {});
    /// Closes everything at once. Not to be called inside a Handler or an Answer.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// `tls` null: plain HTTP/1.1. Returns the address with the port that was bound, such as 127.0.0.1:10009; the error
    /// is a sentence, such as "127.0.0.1:10009: address already in use".
    tl::expected<std::string, std::string> listen(const Address& address, std::shared_ptr<const Tls> tls);
    [[nodiscard]] std::size_t connections() const;
    /// Closes the listeners, says GOAWAY, and asks each Answer to end. Calls `done` once, in a later turn, when
    /// everything has left, or after Limits::stop. `done` may destroy the server. May be called inside a Handler or an
    /// Answer.
    void stop(std::function<void()> done);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace http
