// A TCP socket that accepts connections at one IP address and port. Knows no names: the caller resolves them.
#pragma once

#include "io/stream.hpp"

#include <functional>
#include <memory>
#include <string>

#include <tl/expected.hpp>

struct sockaddr_storage;

namespace io {

/// The IP address without the port. An IPv4 address that IPv6 carries (::ffff:127.0.0.1) is shown as IPv4.
[[nodiscard]] std::string address_text(const sockaddr_storage& address);

class TcpListener final {
  public:
    using OnConnection = std::function<void(std::unique_ptr<Stream>)>;

    /// `host`: an IPv4 or IPv6 address; `::` takes IPv4 connections too. `port` 0: the system chooses one. The error is
    /// the system's message.
    static tl::expected<std::unique_ptr<TcpListener>, std::string> open(Loop& loop, const std::string& host,
                                                                        std::uint16_t port, OnConnection on_connection);

    /// Accepts nothing more. The callback may destroy the listener.
    ~TcpListener();
    TcpListener(const TcpListener&) = delete;
    TcpListener& operator=(const TcpListener&) = delete;

    [[nodiscard]] std::uint16_t port() const;

  private:
    struct State;
    explicit TcpListener(State* state) : state_(state) {}
    State* state_; // freed in libuv's close callback, which comes after the destructor
};

} // namespace io
