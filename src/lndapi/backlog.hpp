// The snapshots that one client is still owed, in their order, and the cursor of those it was given. Up to 1 MB every
// snapshot waits. Above, a newer snapshot of a payment takes the place of the one that waits, so the debt is bounded by
// the payments that changed.
//
// A cursor never promises what is still owed. An item that is replaced keeps its older cursor: when it leaves, later
// items still wait. The newest cursor of all belongs to the last item, because when that leaves nothing is owed.
#pragma once

#include "lndapi/debt.hpp"

#include <unordered_map>
#include <vector>

namespace lndapi {

class Backlog final {
  public:
    /// Bytes of the whole debt; above, snapshots are replaced.
    static constexpr std::size_t plain = 1024UL * 1024;

    /// `debt` must outlive this.
    explicit Backlog(Debt& debt) : debt_(debt) {}
    ~Backlog() { clear(); }
    Backlog(const Backlog&) = delete;
    Backlog& operator=(const Backlog&) = delete;

    /// `start`: the position before the first item; null if positions are not used.
    void start_at(consumer::CursorPtr start) { delivered_ = std::move(start); }
    /// The subscriber may be cut off inside.
    void push(Item item);
    /// The client does not want this item, or has a newer one: only its position counts, once everything before it was
    /// delivered. Null: does nothing.
    void pass_over(const consumer::CursorPtr& cursor);
    /// The next item, which then counts as delivered. Call only if not empty().
    [[nodiscard]] Item pop();
    void clear();

    [[nodiscard]] bool empty() const { return first_ == items_.size(); }
    /// Everything up to this position was delivered; null if unknown.
    [[nodiscard]] const consumer::CursorPtr& delivered() const { return delivered_; }

  private:
    void note(std::size_t at);
    [[nodiscard]] bool replace(const Item& item);
    void forget_left();

    Debt& debt_;
    std::vector<Item> items_; // those before first_ have left
    std::size_t first_ = 0;
    std::size_t removed_ = 0; // places before items_[0]
    bool indexed_ = false;    // once the debt was above `plain`, until the backlog is empty
    std::unordered_map<std::uint64_t, std::size_t> newest_; // place of each payment's newest item, by payment_index
    consumer::CursorPtr delivered_;
};

} // namespace lndapi
