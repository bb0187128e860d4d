// Messages waiting to be written to one stream; urgent ones go first. Knows no descriptor: the stream takes chunks from
// it. Whole messages wait in two queues. Urgent ones (replies to hooks, behind which a payment waits) overtake ordinary
// ones, but never cut into one that was begun. When both queues are empty the source is asked, so that a producer can
// decide as late as possible what to send. Messages that leave together stand behind each other in one buffer, written
// there once.
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
    /// Appends the next message to what leaves; false when there is none. Called only when no queued message is left.
    using Source = std::function<bool(std::string& leaving)>;

    void set_source(Source source) { source_ = std::move(source); }
    void push(std::string message, Priority priority);

    /// Up to `limit` bytes to be written next; empty when there is nothing to say. They stay as they are until more is
    /// taken, or append_buffer() asked for.
    [[nodiscard]] std::string_view take(std::size_t limit);
    /// Where the next message may be appended at once, because none is queued; null otherwise.
    [[nodiscard]] std::string* append_buffer();

    /// Bytes in both queues and of what was begun; what the source still holds is not counted.
    [[nodiscard]] std::size_t queued_bytes() const { return queued_ + buffer_.size() - written_; }
    void clear();

  private:
    /// After a large message its memory is let go of.
    static constexpr std::size_t kept = 256UL * 1024;

    bool begin_next();
    bool begin_queued();
    void drop_written();

    std::deque<std::string> urgent_;
    std::deque<std::string> ordinary_;
    std::string buffer_; // behind what is being written: the rest of one message, and what append_buffer() was used for
    std::size_t written_ = 0; // of buffer_
    std::size_t queued_ = 0;  // in the two queues
    Source source_;
};

} // namespace io
