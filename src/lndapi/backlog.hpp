// The snapshots that one client is still owed, in their order, and the cursor of those it was given.
#pragma once

#include "lndapi/frame.hpp"

#include <deque>

namespace lndapi {

class Backlog final {
  public:
    /// Bytes of JSON. A client that is owed more does not read.
    static constexpr std::size_t most = 64UL * 1024 * 1024;

    /// `start`: the position before the first item; null if positions are not used.
    void start_at(consumer::CursorPtr start) { delivered_ = std::move(start); }
    void push(Item item);
    /// The client does not want this item: only its position counts, once everything before it was delivered.
    void pass_over(const consumer::CursorPtr& cursor);
    /// The next item, which then counts as delivered. Call only if not empty().
    [[nodiscard]] Item pop();
    void clear();

    [[nodiscard]] bool empty() const { return items_.empty(); }
    [[nodiscard]] bool too_much() const { return bytes_ > most; }
    /// Everything up to this position was delivered; null if unknown.
    [[nodiscard]] const consumer::CursorPtr& delivered() const { return delivered_; }

  private:
    std::deque<Item> items_;
    std::size_t bytes_ = 0;
    consumer::CursorPtr delivered_;
};

} // namespace lndapi
