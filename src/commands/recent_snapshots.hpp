// The newest snapshot of each payment that changed while callers wait, in the order of the changes, shared by all
// callers. Bounded: the oldest is dropped first; callers that waited before it must then ask again.
#pragma once

#include "commands/answer.hpp"

#include <list>
#include <unordered_map>

namespace commands {

class RecentSnapshots final {
  public:
    /// Limits of one answer.
    static constexpr std::size_t most_payments = 1000;
    static constexpr std::size_t most_bytes = 8UL * 1024 * 1024;

    /// `number` must grow with each call.
    void add(const Snapshot& snapshot, std::uint64_t number);
    /// The snapshots added after `number`; nothing if some of them were dropped.
    [[nodiscard]] std::optional<std::vector<Snapshot>> after(std::uint64_t number) const;
    void clear();

  private:
    struct Entry {
        Snapshot snapshot;
        std::uint64_t number = 0;
    };
    using EntryRef = std::list<Entry>::iterator;

    void remove(EntryRef entry);

    std::list<Entry> entries_; // by number
    std::unordered_map<payments::PaymentKey, EntryRef> places_;
    std::size_t bytes_ = 0;
    std::uint64_t newest_dropped_ = 0; // number of the newest dropped one
};

} // namespace commands
