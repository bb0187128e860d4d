// The newest snapshot of each payment that changed while callers wait, shared by all of them; the last to change last.
// Bounded: the one unchanged longest is dropped first; a caller that came before must then ask again.
#pragma once

#include "commands/answer.hpp"

#include <list>
#include <unordered_map>

namespace commands {

class RecentSnapshots final {
  public:
    /// What one answer may hold.
    static constexpr std::size_t most_payments = 1000;
    static constexpr std::size_t most_bytes = 8UL * 1024 * 1024;

    /// `number` grows with each.
    void add(const Snapshot& snapshot, std::uint64_t number);
    /// What was added after `number`; nothing when some of it is gone.
    [[nodiscard]] std::optional<std::vector<Snapshot>> after(std::uint64_t number) const;
    void clear();

  private:
    struct Entry {
        Snapshot snapshot;
        std::uint64_t number;
    };
    using EntryRef = std::list<Entry>::iterator;

    void remove(EntryRef entry);

    std::list<Entry> entries_; // by number
    std::unordered_map<payments::PaymentKey, EntryRef> places_;
    std::size_t bytes_ = 0;
    std::uint64_t gone_ = 0; // the newest that had to go
};

} // namespace commands
