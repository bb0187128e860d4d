#include "payments/announcements.hpp"

#include <algorithm>

namespace payments {

void Announcements::add(PartAnnounced announced)
{
    if (size_ == limit)
        return;
    ++size_;
    auto& waiting = by_hash_[announced.hash];
    waiting.push_back(std::move(announced));
}

std::optional<PartAnnounced> Announcements::take(const PaymentKey& key, base::PartId partid)
{
    const auto found = by_hash_.find(key.hash);
    if (found == by_hash_.end())
        return std::nullopt;
    auto& waiting = found->second;
    const auto at = std::find_if(waiting.begin(), waiting.end(), [&](const PartAnnounced& a) {
        return a.partid == partid && a.group.value_or(key.group) == key.group;
    });
    if (at == waiting.end())
        return std::nullopt;
    PartAnnounced taken = std::move(*at);
    waiting.erase(at);
    --size_;
    if (waiting.empty())
        by_hash_.erase(found);
    return taken;
}

void Announcements::expire(base::UnixNs before)
{
    for (auto at = by_hash_.begin(); at != by_hash_.end();) {
        size_ -= std::erase_if(at->second, [&](const PartAnnounced& a) { return a.seen < before; });
        at = at->second.empty() ? by_hash_.erase(at) : std::next(at);
    }
}

} // namespace payments
