// Changes on their way into the stream, in the order in which the tracker published them. At most one change of a
// payment is being stored at a time, so that the stream keeps the order of each payment. The low-water mark is the
// cursor up to which all are stored.
#pragma once

#include "sink/message.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <set>

namespace sink {

/// A snapshot or a deletion.
struct Change {
    consumer::SnapshotPtr payment; ///< null: a deletion
    Deletion deletion{};
    consumer::CursorPtr cursor{}; ///< null: it has no position of its own
    bool live = false;            ///< it came as it happened, and does not repeat an older state
    std::chrono::steady_clock::time_point since{};
    /// A message of so many bytes was refused as too large; 0 if none was.
    std::size_t refused_bytes = 0;

    [[nodiscard]] std::uint64_t payment_index() const {
        return payment ? payment->payment_index : deletion.payment_index;
    }
};

class Window final {
  public:
    using Id = std::uint64_t;

    void add(Change change);
    /// The oldest change that may be stored now: it is neither taken nor behind another one of its payment. It counts
    /// as taken. Nothing if there is none.
    std::optional<Id> take();
    /// A taken change. Valid until it is stored.
    [[nodiscard]] Change& at(Id id) { return slots_[id - first_].change; }
    /// A taken change is stored: its payment's next one may be taken.
    void stored(Id id);
    /// A taken change was not stored: it may be taken again.
    void put_back(Id id);
    /// Removes all, except deletions: they cannot be asked for again. Only while nothing is taken.
    void clear();

    /// Changes that are not stored.
    [[nodiscard]] std::size_t size() const { return slots_.size() - stored_; }
    /// The same, and stored ones behind them, which the low-water mark has not passed.
    [[nodiscard]] std::size_t length() const { return slots_.size(); }
    [[nodiscard]] bool empty() const { return slots_.empty(); }
    /// JSON of the snapshots that are not stored.
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    [[nodiscard]] std::size_t taken() const { return taken_; }
    /// Of the oldest change; there must be one.
    [[nodiscard]] std::chrono::steady_clock::time_point oldest() const { return slots_.front().change.since; }
    /// The newest cursor up to which every change is stored; null before the first.
    [[nodiscard]] const consumer::CursorPtr& low() const { return low_; }
    void set_low(consumer::CursorPtr cursor) { low_ = std::move(cursor); }

  private:
    struct Slot {
        Change change;
        bool stored = false;
    };
    std::deque<Slot> slots_; // by id, from first_ on
    Id first_ = 0;
    std::map<std::uint64_t, std::deque<Id>> waiting_; // of each payment, by payment_index; the first one may be taken
    std::set<Id> free_;                               // may be taken
    std::size_t taken_ = 0;
    std::size_t stored_ = 0; // slots
    std::size_t bytes_ = 0;
    consumer::CursorPtr low_;
};

} // namespace sink
