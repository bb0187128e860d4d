#include "payments/announcements.hpp"

#include <algorithm>

namespace payments {

void Announcements::add(const PartAnnounced& announced) {
    auto& waiting = by_hash_[announced.hash];
    const auto same = std::find_if(waiting.begin(), waiting.end(), [&](const PartAnnounced& a) {
        return a.partid == announced.partid && (!a.group || !announced.group || a.group == announced.group);
    });
    if (same != waiting.end()) { // xpay's parts are told twice: by its own topic and by the call it makes
        same->total = std::max(same->total, announced.total);
        same->route.learn(announced.route);
        if (!same->group)
            same->group = announced.group;
        if (same->payer == Payer::unknown)
            same->payer = announced.payer;
        return;
    }
    if (size_ < limit) {
        waiting.push_back(announced);
        ++size_;
    } else if (waiting.empty()) {
        by_hash_.erase(announced.hash);
    }
}

PartAnnounced* Announcements::find(const PaymentKey& key, base::PartId partid) {
    const auto found = by_hash_.find(key.hash);
    if (found == by_hash_.end())
        return nullptr;
    const auto at = std::find_if(found->second.begin(), found->second.end(), [&](const PartAnnounced& a) {
        return a.partid == partid && a.group.value_or(key.group) == key.group;
    });
    return at == found->second.end() ? nullptr : &*at;
}

std::optional<PartAnnounced> Announcements::take(const PaymentKey& key, base::PartId partid) {
    auto* announced = find(key, partid);
    if (!announced)
        return std::nullopt;
    PartAnnounced taken = std::move(*announced);
    auto& waiting = by_hash_[key.hash];
    waiting.erase(waiting.begin() + (announced - waiting.data()));
    --size_;
    if (waiting.empty())
        by_hash_.erase(key.hash);
    return taken;
}

void Announcements::expire(base::UnixNs before) {
    for (auto at = by_hash_.begin(); at != by_hash_.end();) {
        size_ -= std::erase_if(at->second, [&](const PartAnnounced& a) { return a.seen < before; });
        at = at->second.empty() ? by_hash_.erase(at) : std::next(at);
    }
}

} // namespace payments
