// The stream of a real NATS server. Connects for ever: a session is one connection, and any failure that is not the
// fault of a single message ends it. libnats blocks and has threads of its own; all its calls run on one thread of
// ours, so that the loop never waits. It follows no server that the operator did not name: credentials go to no other.
#pragma once

#include "base/log.hpp"
#include "io/timer.hpp"
#include "io/wakeup.hpp"
#include "jetstream/options.hpp"
#include "jetstream/pace.hpp"
#include "jetstream/report.hpp"

#include <map>
#include <memory>
#include <set>

namespace jetstream {

class Worker;

class Link final : public Stream {
  public:
    Link(io::Loop& loop, base::Log log, Listener& listener, Pace pace = Pace());
    /// Waits for the thread: an attempt to connect is broken off, but the look-up of a name is not.
    ~Link() override;
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    /// Checks the options, then connects and keeps connecting. The error is a sentence for the operator. It may be
    /// called again after an error only.
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
    void refresh_limits() override;
    [[nodiscard]] std::int64_t created_ns() const override;

  private:
    void reported();
    void deliver(const PublishReport& report);
    void deliver(const LastReport& report);
    void deliver(const LimitsReport& report);
    void deliver(const TryingReport& report);
    void deliver(const OpenedReport& report);
    void deliver(const EndedReport& report);
    void deliver(const StoppedReport& report);
    void works();
    void interrupt_every(std::chrono::milliseconds time);
    void answer_lost(const std::string& why);
    void finish();

    base::Log log_;
    Listener& listener_;
    Pace pace_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); // a callback may destroy this object
    io::Wakeup wakeup_;
    io::Timer attempt_timer_; // a handshake may hang
    io::Timer later_;         // calls without a session
    io::Timer stop_timer_;
    Status status_;
    bool refused_ = false;                     // the problem is one of the stream, not of the connection
    bool logged_ = false;                      // that nothing is published
    bool unlogged_loss_ = false;               // a connection was lost since something worked
    std::set<std::string> logged_differences_; // differences that the log has
    std::size_t most_bytes_ = 0;
    std::int64_t created_ns_ = 0;
    std::uint64_t session_ = 0; // how many there were
    std::uint64_t next_id_ = 1;
    std::map<std::uint64_t, Published> publishing_;
    std::map<std::uint64_t, Found> looking_;
    std::vector<std::function<void()>> without_session_;
    bool stopping_ = false;
    std::function<void()> stopped_;
    std::unique_ptr<Worker> worker_;
};

} // namespace jetstream
