// Messages waiting to be written to one stream. Knows no descriptor: the stream takes chunks from it. Urgent messages
// (replies to hooks, which hold up a payment) overtake ordinary ones, but never interrupt a message that has begun.
// When both queues are empty, the outbox asks the source for a message, so that a producer can decide at the last
// moment what to send. Messages that leave together are written into one buffer, without another copy.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

namespace io {

enum class Priority { ordinary, urgent };

class Outbox final {
  public:
    /// Appends the next message to `leaving`; false if there is none. Called only when no queued message is left.
    using Source = std::function<bool(std::string& leaving)>;

    void set_source(Source source) { source_ = std::move(source); }
    void push(std::string message, Priority priority);

    /// Up to `limit` bytes to be written next; empty if there is nothing to send. Valid until the next take() or
    /// append_buffer().
    [[nodiscard]] std::string_view take(std::size_t limit);
    /// The buffer to which the next message may be appended directly; null when messages are queued before it.
    [[nodiscard]] std::string* append_buffer();

    /// Bytes in both queues and of the message that has begun, without what the source still holds.
    [[nodiscard]] std::size_t queued_bytes() const { return queued_ + buffer_.size() - written_; }
    void clear();

    /// A buffer larger than `bytes` is freed once all of it is written. One stream is fast with much, a thousand are
    /// small with little.
    void keep(std::size_t bytes) { kept_ = bytes; }
    /// To be called when what take() gave has been written, and nothing more is to be sent.
    void drop_written();

  private:
    bool begin_next();
    bool begin_queued();

    std::deque<std::string> urgent_;
    std::deque<std::string> ordinary_;
    std::string buffer_;      // taken but not yet written: the rest of a message, and messages from append_buffer()
    std::size_t written_ = 0; // of buffer_
    std::size_t queued_ = 0;  // in the two queues
    std::size_t kept_ = 256UL * 1024;
    Source source_;
};

} // namespace io
