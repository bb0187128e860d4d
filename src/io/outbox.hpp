// What waits to be written to one stream, as whole messages in two lanes. Knows no descriptor: the stream takes chunks
// from it. Urgent messages (replies to hooks, behind which a payment waits) overtake ordinary ones, but never cut into
// one that was begun. When both lanes are empty the source is asked, so that a producer can decide as late as possible
// what to say.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>

namespace io {

enum class Lane { ordinary, urgent };

class Outbox final {
  public:
    /// Gives the next message or nothing. Called only when no queued message is left.
    using Source = std::function<std::optional<std::string>()>;

    void set_source(Source source) { source_ = std::move(source); }
    void push(std::string message, Lane lane);

    /// Up to `limit` bytes to be written next; empty when there is nothing to say.
    [[nodiscard]] std::string take(std::size_t limit);

    /// Bytes in both lanes and in the message that was begun; what the source still holds is not counted.
    [[nodiscard]] std::size_t queued_bytes() const { return queued_; }
    void clear();

  private:
    bool begin_next();
    bool begin_queued();

    std::deque<std::string> urgent_;
    std::deque<std::string> ordinary_;
    std::string begun_;
    std::size_t written_ = 0; // of begun_
    std::size_t queued_ = 0;
    Source source_;
};

} // namespace io
