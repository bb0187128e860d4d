// The stream of a real NATS server. Connects for ever: a session is one connection, and any failure that is not the
// fault of a single message ends it. libnats blocks and has threads of its own; all its calls run on one thread of
// ours, so that the loop never waits. It follows no server that the operator did not name: credentials go to no other.
#pragma once

#include "base/log.hpp"
#include "io/loop.hpp"
#include "jetstream/options.hpp"
#include "jetstream/stream.hpp"

#include <chrono>
#include <memory>

namespace jetstream {

class Link final : public Stream {
  public:
    /// `first_pause`: the wait before the second attempt to connect; it doubles up to 30 s.
    Link(io::Loop& loop, base::Log log, Listener& listener,
         std::chrono::milliseconds first_pause = std::chrono::seconds(1));
    /// Waits for the thread: after stop() no longer than an attempt to connect lasts (5 s, and the look-up of the
    /// name).
    ~Link() override;
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    /// Checks the options, then connects and keeps connecting. The error is a sentence for the operator. Call it once.
    [[nodiscard]] tl::expected<void, std::string> start(Options options);
    /// Takes no new calls and waits up to a second for the acknowledgements of what was sent. Then every call has its
    /// answer, and `done` is called in a later turn. The listener is not called any more.
    void stop(std::function<void()> done);

    struct Status {
        bool connected = false;               ///< between ready() and lost()
        std::string server;                   ///< the URL of the last attempt; has no secrets
        std::string problem;                  ///< why nothing is published; empty if nothing is known to be wrong
        std::vector<std::string> differences; ///< in what the stream differs from the wish
    };
    [[nodiscard]] Status status() const;

    /// A call while there is no session is answered by `lost` in a later turn.
    void publish(Message message, std::optional<std::uint64_t> after, Published done) override;
    void last(std::string subject, Found found) override;
    [[nodiscard]] std::size_t most_bytes() const override;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace jetstream
