// JSON-RPC on one pair of byte streams: frames what comes, delivers the messages of each read together, sends whole
// messages. Takes no side: client, server, plugin and node all use it.
#pragma once

#include "io/stream.hpp"
#include "rpc/framer.hpp"
#include "rpc/message.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rpc {

class Connection final {
  public:
    /// Handlers may destroy the connection, but only in closed().
    class Handler {
      public:
        virtual ~Handler() = default;
        /// All messages of one read, in their order; there is at least one. The views are valid until this returns.
        virtual void read(std::span<const Message> messages) = 0;
        /// Bytes that are no message, called before read(). `head`: the members that could be read of them, empty if
        /// there are none. `reason` quotes none of the bytes.
        virtual void skipped(const Message& head, const std::string& reason) = 0;
        /// The stream ended or cannot be understood any more; `reason` is empty on a plain end. Called once.
        virtual void closed(const std::string& reason) = 0;
    };

    /// One stream for both directions.
    Connection(std::unique_ptr<io::Stream> both, Handler& handler);
    Connection(std::unique_ptr<io::Stream> in, std::unique_ptr<io::Stream> out, Handler& handler);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() = default;

    /// Begins to read. Until then nothing is delivered, but sending works.
    void start();
    void send(std::string message, io::Priority priority = io::Priority::ordinary);
    [[nodiscard]] io::Stream& out() { return out_ ? *out_ : *in_; }
    [[nodiscard]] io::Stream& in() { return *in_; }

  private:
    void received(std::string_view bytes);

    std::unique_ptr<io::Stream> in_;
    std::unique_ptr<io::Stream> out_; // null when in_ does both
    Handler& handler_;
    Framer framer_;
    std::vector<Message> batch_;
};

} // namespace rpc
