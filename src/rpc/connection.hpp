// JSON-RPC on a pair of byte streams: frames the input, delivers all messages of one read together and sends whole
// messages. Used by clients, servers, plugins and the test node.
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
    /// A handler may destroy the connection only in closed().
    class Handler {
      public:
        virtual ~Handler() = default;
        /// All messages of one read in their order; at least one. The views are valid until this returns.
        virtual void read(std::span<const Message> messages) = 0;
        /// Reports bytes that are no message; called before read(). `head`: those of its members that could be read.
        /// `reason` does not quote the bytes.
        virtual void skipped(const Message& head, const std::string& reason) = 0;
        /// The stream ended, or no further message can be found in it. `reason` is empty on a plain end. Called once.
        virtual void closed(const std::string& reason) = 0;
    };

    /// One stream for both directions.
    Connection(std::unique_ptr<io::Stream> both, Handler& handler);
    Connection(std::unique_ptr<io::Stream> in, std::unique_ptr<io::Stream> out, Handler& handler);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() = default;

    /// Begins to read. Sending works before that.
    void start();
    void send(std::string message, io::Priority priority = io::Priority::ordinary);
    /// In one write with all others of this turn of the loop, at its end.
    void send_at_end_of_turn(std::string_view message) { out().write_at_end_of_turn(message); }
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
