#include "commands/recent_snapshots.hpp"

#include <algorithm>

namespace commands {

void RecentSnapshots::add(const Snapshot& snapshot, std::uint64_t number) {
    if (const auto old = places_.find(snapshot.key); old != places_.end())
        remove(old->second);
    entries_.push_back({snapshot, number});
    places_[snapshot.key] = std::prev(entries_.end());
    bytes_ += snapshot.json->size();
    while (entries_.size() > most_payments || bytes_ > most_bytes) {
        newest_dropped_ = entries_.front().number;
        remove(entries_.begin());
    }
}

std::optional<std::vector<Snapshot>> RecentSnapshots::after(std::uint64_t number) const {
    if (newest_dropped_ > number)
        return std::nullopt;
    std::vector<Snapshot> out;
    for (auto at = entries_.rbegin(); at != entries_.rend() && at->number > number; ++at)
        out.push_back(at->snapshot);
    std::reverse(out.begin(), out.end());
    return out;
}

void RecentSnapshots::clear() {
    entries_.clear();
    places_.clear();
    bytes_ = 0;
}

void RecentSnapshots::remove(EntryRef entry) {
    bytes_ -= entry->snapshot.json->size();
    places_.erase(entry->snapshot.key);
    entries_.erase(entry);
}

} // namespace commands
