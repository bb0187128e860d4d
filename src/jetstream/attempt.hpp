// An attempt to connect that another thread can break off. libnats waits for ever for a server that greets and then
// says nothing (3.4.1, _readProto in conn.c, ignores its own timeout), and gives nobody the socket before it has
// connected. So the socket is looked for, by the port of the server.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

namespace jetstream {

class Attempt final {
  public:
    /// On the thread that connects, which must open no other connection to this port meanwhile.
    void begin(std::uint16_t port);
    /// Whether it was broken off: then the connection is of no use, even if there is one.
    [[nodiscard]] bool end();

    /// On any thread. Shuts down every TCP socket of the process whose peer has the port; does nothing between
    /// attempts, nor before there is a connection. Nobody else in the process may use such a server then.
    void break_off();

  private:
    std::mutex mutex_; // of what follows
    std::optional<std::uint16_t> port_;
    bool broken_off_ = false;
};

} // namespace jetstream
