// One connection to one server, from the handshake to its end. All functions block, and belong to one thread; libnats
// calls back on threads of its own.
#pragma once

#include "jetstream/attempt.hpp"
#include "jetstream/options.hpp"
#include "jetstream/stream.hpp"
#include "jetstream/stream_config.hpp"

#include <chrono>
#include <memory>

namespace jetstream {

class Session final {
  public:
    using Clock = std::chrono::steady_clock;

    /// Called on threads of libnats.
    class Observer {
      public:
        virtual ~Observer() = default;
        /// The server has stored a message, or refused it because of the message itself.
        virtual void answered(std::uint64_t id, tl::expected<Ack, PublishError> result) = 0;
        /// problem() has one now, or one message fewer is unacknowledged.
        virtual void changed() = 0;
    };

    /// Connects, which `attempt` may break off, and creates the stream if it is missing. The error is a sentence for
    /// the operator.
    [[nodiscard]] static tl::expected<std::unique_ptr<Session>, std::string>
    open(const Options& options, const ServerUrl& url, std::chrono::milliseconds answer_limit, Observer& observer,
         Attempt& attempt);
    /// No observer is called after it.
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    [[nodiscard]] std::size_t most_bytes() const { return most_bytes_; }
    [[nodiscard]] std::int64_t created_ns() const { return created_ns_; }
    [[nodiscard]] const std::vector<std::string>& differences() const { return differences_; }

    /// Sends a message; the observer gets the answer under this id.
    void publish(std::uint64_t id, const Message& message, std::optional<std::uint64_t> after);
    /// The error is also a problem().
    [[nodiscard]] tl::expected<std::optional<StoredMessage>, std::string> last(const std::string& subject);

    /// For most_bytes(). False if there is a problem() instead.
    [[nodiscard]] bool refresh_limits();

    struct Problem {
        std::string text;
        bool refused = false; ///< by the stream; else the connection is lost
    };
    /// Why the session has ended. An unacknowledged message ends it after the limit, when this is called.
    [[nodiscard]] std::optional<Problem> problem();
    [[nodiscard]] std::size_t unacknowledged() const;

  private:
    struct Shared;
    struct Handles;
    Session(std::string stream, std::chrono::milliseconds answer_limit, Observer& observer);
    tl::expected<void, std::string> connect(const Options& options, const ServerUrl& url, Attempt& attempt);
    tl::expected<void, std::string> ensure_stream(const StreamWish& wish);
    tl::expected<void, std::string> take_limits(const StreamConfig& stream);

    std::string stream_;
    std::chrono::milliseconds answer_limit_;
    std::shared_ptr<Shared> shared_;
    std::unique_ptr<Handles> handles_;
    std::size_t most_bytes_ = 0;
    std::int64_t created_ns_ = 0;
    std::vector<std::string> differences_;
};

} // namespace jetstream
