// A stream of JetStream as the rest of the program sees it: messages are published into it, and the last message of a
// subject is read back. An interface, so that unit tests can refuse, delay or lose each call.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace jetstream {

struct Header {
    std::string name;
    std::string value; ///< printable ASCII
};

struct Message {
    std::string subject;
    std::vector<Header> headers;
    std::string body;
};

/// A message as the server has it. Anybody with the right to publish may have written it.
struct StoredMessage {
    std::uint64_t sequence = 0; ///< in the stream, from 1
    std::int64_t time_ns = 0;   ///< since 1970, by the server's clock
    Message message;
};

struct Ack {
    std::uint64_t sequence = 0; ///< of the stored message
    bool duplicate = false;     ///< the server already had a message with this Nats-Msg-Id, and stored nothing
};

struct PublishError {
    enum class Kind : std::uint8_t {
        conflict,  ///< another message is the last one of the subject: nothing was stored
        too_large, ///< above a limit of the server or the stream: nothing was stored
        lost       ///< the connection ended: it is unknown whether the message was stored
    };
    Kind kind = Kind::lost;
    std::string message;
};

class Stream {
  public:
    virtual ~Stream() = default;

    using Published = std::function<void(const tl::expected<Ack, PublishError>&)>;
    /// `after`: the sequence of the subject's present last message, 0 if it has none. Nothing: it does not matter.
    /// Messages leave in the order of the calls.
    virtual void publish(Message message, std::optional<std::uint64_t> after, Published done) = 0;

    using Found = std::function<void(const tl::expected<std::optional<StoredMessage>, std::string>&)>;
    /// The last message whose subject matches; `subject` may have wildcards. Nothing if there is none. An error if the
    /// connection ended before the answer.
    virtual void last(std::string subject, Found found) = 0;

    /// The most bytes that a message may have, headers included. Only while ready.
    [[nodiscard]] virtual std::size_t most_bytes() const = 0;
    /// Asks for the stream again: most_bytes() and created_ns() change some time later, if they have changed.
    virtual void refresh_limits() = 0;

    /// When the stream was created, in ns since 1970 by the server's clock. Another time is another stream, whatever
    /// its name is. Only while ready.
    [[nodiscard]] virtual std::int64_t created_ns() const = 0;
};

/// Each function is called in a turn of the loop of its own. publish() and last() may be called between ready() and
/// lost() only, and each call is answered before lost().
class Listener {
  public:
    virtual ~Listener() = default;
    /// Connected, and the stream exists.
    virtual void ready() = 0;
    /// The connection ended, or the server refused to store a message for a reason that has nothing to do with it: the
    /// stream is full, was deleted, or has no leader. A new connection is being made.
    virtual void lost() = 0;
};

} // namespace jetstream
