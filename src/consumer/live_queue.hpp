// Live messages that arrive while the reader asks for those it missed. Bounded: above the limit all are dropped, and
// the reader asks once more.
#pragma once

#include "consumer/snapshot.hpp"

#include <deque>
#include <functional>

namespace consumer {

class LiveQueue final {
  public:
    using Test = std::function<bool(const Update&)>;
    /// Bytes of JSON.
    static constexpr std::size_t most_bytes = 64UL * 1024 * 1024;

    /// Does nothing after an overflow, until restart().
    void push(Update update);
    /// Drops the messages of this payment up to the last one that is equal to `now`: its state is delivered, and they
    /// are older.
    void drop_until(const Snapshot& now);
    void drop_if(const Test& drop);
    [[nodiscard]] bool empty() const { return updates_.empty(); }
    /// Removes and returns the oldest; there must be one.
    Update pop();

    /// True if messages were dropped for their number: a cursor of a later message would cover them.
    [[nodiscard]] bool overflowed() const { return overflowed_; }
    /// Messages are taken again. The caller asks for the dropped ones after this.
    void restart() { overflowed_ = false; }
    void clear();

  private:
    using Iterator = std::deque<Update>::iterator;
    void drop_between(const Iterator& begin, const Iterator& end, const Test& drop);

    std::deque<Update> updates_;
    std::size_t bytes_ = 0;
    bool overflowed_ = false;
};

} // namespace consumer
