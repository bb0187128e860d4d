// JSON-RPC on one pair of byte streams: frames what comes, hands it over message by message, sends whole messages.
// Takes no side: client, server, plugin and node all stand on it. Every message of a read is shown to first_look()
// before the first of them is handled, so that what must not wait (a hook behind which a payment stands) need not wait
// for the work of its neighbours.
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
        /// Something was read; before all that is said of it.
        virtual void arrived() {}
        virtual void first_look(const Message&) {}
        /// What is handled next, up to `together` messages, behind the first looks of all that was read: for who can
        /// prepare for several better than for each.
        virtual void coming(std::span<const Message>) {}
        virtual void message(const Message&) = 0;
        /// Bytes that are no message were skipped; `reason` quotes none of them.
        virtual void bad_input(const std::string& reason) = 0;
        /// Bytes that were meant to be a message; `head` is what could be read of it. Before every first_look().
        virtual void skipped(const Message& head, const std::string& reason) {
            (void)head;
            bad_input(reason);
        }
        /// The stream ended or cannot be understood any more; `reason` is empty on a plain end. Called once.
        virtual void closed(const std::string& reason) = 0;
    };

    /// Fewer are slower; many leave the reader of what we write without work, and then with too much of it.
    static constexpr std::size_t together = 20;

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
