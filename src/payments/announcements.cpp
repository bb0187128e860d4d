#include "payments/announcements.hpp"

#include <algorithm>

namespace payments {

namespace {

bool is_for(const PartAnnounced& announced, base::GroupId group, base::PartId partid) {
    return announced.partid == partid && announced.group.value_or(group) == group;
}

/// Both are about one part that is to be made.
bool are_for_one(const PartAnnounced& a, const PartAnnounced& b) {
    return a.partid == b.partid && (!a.group || !b.group || a.group == b.group);
}

/// xpay says it twice: by its own topic and by the call it makes.
bool complete_each_other(const PartAnnounced& a, const PartAnnounced& b) {
    return !a.by.overlap(b.by) && a.group && a.group == b.group && a.partid == b.partid;
}

/// One account of one call, come twice; of two calls in one read at least the route differs.
bool are_the_same(const PartAnnounced& known, const PartAnnounced& a) {
    if (!known.by.overlap(a.by) || known.seen != a.seen || known.group != a.group || known.partid != a.partid)
        return false;
    const bool joined = known.by != a.by; // with the other account
    return joined || (known.total == a.total && known.sent == a.sent && known.route == a.route);
}

void learn(PartAnnounced& known, const PartAnnounced& other) {
    known.by.add(other.by);
    known.total = std::max(known.total, other.total);
    known.route.learn(other.route);
    if (known.payer == Payer::unknown)
        known.payer = other.payer;
    if (!known.call.known())
        known.call = other.call;
    if (!known.sent)
        known.sent = other.sent;
}

} // namespace

void Announcements::add(const PartAnnounced& announced) {
    auto& waiting = by_hash_[announced.hash];
    if (std::any_of(waiting.begin(), waiting.end(), [&](const auto& a) { return are_the_same(a, announced); }))
        return;
    const auto twin = std::find_if(waiting.rbegin(), waiting.rend(),
                                   [&](const PartAnnounced& a) { return complete_each_other(a, announced); });
    if (twin != waiting.rend())
        return learn(*twin, announced);
    const auto like_it = [&](const PartAnnounced& a) { return are_for_one(a, announced); };
    if (std::count_if(waiting.begin(), waiting.end(), like_it) >= static_cast<std::ptrdiff_t>(most_for_a_part)) {
        waiting.erase(std::find_if(waiting.begin(), waiting.end(), like_it));
        --size_;
    }
    if (size_ < limit) {
        const auto later = [&](const PartAnnounced& a) { return a.seen > announced.seen; };
        waiting.insert(std::find_if(waiting.begin(), waiting.end(), later), announced);
        ++size_;
    } else if (waiting.empty()) {
        by_hash_.erase(announced.hash);
    }
}

const PartAnnounced* Announcements::find(const Row& row) const {
    const auto found = by_hash_.find(row.key.hash);
    if (found == by_hash_.end())
        return nullptr;
    const PartAnnounced* made_later = nullptr;
    for (auto at = found->second.rbegin(); at != found->second.rend(); ++at) {
        if (!is_for(*at, row.key.group, row.partid) || (at->sent && *at->sent != row.sent))
            continue;
        if (at->seen.seconds() <= row.created_at.seconds())
            return &*at;
        if (!made_later)
            made_later = &*at;
    }
    return made_later;
}

std::optional<PartAnnounced> Announcements::take(const Row& row) {
    const auto* fitting = find(row);
    if (!fitting)
        return std::nullopt;
    const auto found = by_hash_.find(row.key.hash);
    auto& waiting = found->second;
    auto at = waiting.begin() + (fitting - waiting.data());
    PartAnnounced taken = std::move(*at);
    // Those before were refused, or their row has come.
    at = waiting.erase(at);
    const auto kept = std::remove_if(waiting.begin(), at,
                                     [&](const PartAnnounced& a) { return is_for(a, row.key.group, row.partid); });
    size_ -= 1 + static_cast<std::size_t>(at - kept);
    waiting.erase(kept, at);
    if (waiting.empty())
        by_hash_.erase(found);
    return taken;
}

PartAnnounced* Announcements::find(const PaymentKey& key, base::PartId partid) {
    const auto found = by_hash_.find(key.hash);
    if (found == by_hash_.end())
        return nullptr;
    auto& waiting = found->second;
    const auto at = std::find_if(waiting.rbegin(), waiting.rend(),
                                 [&](const PartAnnounced& a) { return is_for(a, key.group, partid); });
    return at == waiting.rend() ? nullptr : &*at;
}

void Announcements::expire(base::UnixNs before) {
    for (auto at = by_hash_.begin(); at != by_hash_.end();) {
        size_ -= std::erase_if(at->second, [&](const PartAnnounced& a) { return a.seen < before; });
        at = at->second.empty() ? by_hash_.erase(at) : std::next(at);
    }
}

} // namespace payments
