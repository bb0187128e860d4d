// A TCP socket that accepts connections at one IP address and port. Knows no names: the caller resolves them. It
// accepts by itself: libuv 1.44, when no descriptor is left, takes all clients that wait and closes them.
#pragma once

#include "io/stream.hpp"

#include <chrono>
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
    /// The most connections that are accepted in one turn of the loop.
    static constexpr int most_at_once = 32;
    /// After it, a listener that had no descriptors left tries again. Clients wait in the system's queue meanwhile.
    static constexpr std::chrono::milliseconds pause{100};

    using OnConnection = std::function<void(std::unique_ptr<Stream>)>;
    /// Called when the system has no descriptor or memory left for a connection; `reason`: the system's message.
    using OnPause = std::function<void(const std::string& reason)>;

    /// `host`: an IPv4 or IPv6 address; `::` takes IPv4 connections too. `port` 0: the system chooses one. The error is
    /// the system's message.
    static tl::expected<std::unique_ptr<TcpListener>, std::string> open(Loop& loop, const std::string& host,
                                                                        std::uint16_t port, OnConnection on_connection,
                                                                        OnPause on_pause = nullptr);

    /// Accepts nothing more. The callbacks may destroy the listener.
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
