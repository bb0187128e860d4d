#include "payments/expected_parts.hpp"

#include <algorithm>

namespace payments {

namespace {

bool is_for(const ExpectedPart& expected, base::GroupId group, base::PartId partid) {
    return expected.partid == partid && expected.group.value_or(group) == group;
}

/// Both announce one and the same part.
bool are_for_one(const ExpectedPart& a, const ExpectedPart& b) {
    return a.partid == b.partid && (!a.group || !b.group || a.group == b.group);
}

/// xpay announces a part twice: by its topic and by the call it makes.
bool complete_each_other(const ExpectedPart& a, const ExpectedPart& b) {
    return !a.by.overlap(b.by) && a.group && a.group == b.group && a.partid == b.partid;
}

/// The same announcement of one call, received twice. Two calls in one read differ at least in the route.
bool are_the_same(const ExpectedPart& known, const ExpectedPart& a) {
    if (!known.by.overlap(a.by) || known.seen != a.seen || known.group != a.group || known.partid != a.partid)
        return false;
    const bool joined = known.by != a.by; // with the other source
    return joined || (known.total == a.total && known.sent == a.sent && known.route == a.route);
}

void learn(ExpectedPart& known, const ExpectedPart& other) {
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

void ExpectedParts::add(const ExpectedPart& expected) {
    auto& waiting = by_hash_[expected.hash];
    if (std::any_of(waiting.begin(), waiting.end(), [&](const auto& a) { return are_the_same(a, expected); }))
        return;
    const auto twin = std::find_if(waiting.rbegin(), waiting.rend(),
                                   [&](const ExpectedPart& a) { return complete_each_other(a, expected); });
    if (twin != waiting.rend())
        return learn(*twin, expected);
    const auto like_it = [&](const ExpectedPart& a) { return are_for_one(a, expected); };
    if (std::count_if(waiting.begin(), waiting.end(), like_it) >= static_cast<std::ptrdiff_t>(most_for_a_part)) {
        waiting.erase(std::find_if(waiting.begin(), waiting.end(), like_it));
        --size_;
    }
    if (size_ < limit) {
        const auto later = [&](const ExpectedPart& a) { return a.seen > expected.seen; };
        waiting.insert(std::find_if(waiting.begin(), waiting.end(), later), expected);
        ++size_;
    } else if (waiting.empty()) {
        by_hash_.erase(expected.hash);
    }
}

const ExpectedPart* ExpectedParts::find(const Row& row) const {
    const auto found = by_hash_.find(row.key.hash);
    if (found == by_hash_.end())
        return nullptr;
    const ExpectedPart* made_later = nullptr;
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

std::optional<ExpectedPart> ExpectedParts::take(const Row& row) {
    const auto* fitting = find(row);
    if (!fitting)
        return std::nullopt;
    const auto found = by_hash_.find(row.key.hash);
    auto& waiting = found->second;
    auto at = waiting.begin() + (fitting - waiting.data());
    ExpectedPart taken = std::move(*at);
    // Older calls were refused, or their rows have come.
    at = waiting.erase(at);
    const auto kept = std::remove_if(waiting.begin(), at,
                                     [&](const ExpectedPart& a) { return is_for(a, row.key.group, row.partid); });
    size_ -= 1 + static_cast<std::size_t>(at - kept);
    waiting.erase(kept, at);
    if (waiting.empty())
        by_hash_.erase(found);
    return taken;
}

ExpectedPart* ExpectedParts::find(const PaymentKey& key, base::PartId partid) {
    const auto found = by_hash_.find(key.hash);
    if (found == by_hash_.end())
        return nullptr;
    auto& waiting = found->second;
    const auto at = std::find_if(waiting.rbegin(), waiting.rend(),
                                 [&](const ExpectedPart& a) { return is_for(a, key.group, partid); });
    return at == waiting.rend() ? nullptr : &*at;
}

bool ExpectedParts::waiting_besides(const Row& row) const {
    if (size_ >= limit)
        return true; // calls were not kept
    const auto found = by_hash_.find(row.key.hash);
    return found != by_hash_.end() &&
           std::any_of(found->second.begin(), found->second.end(),
                       [&](const ExpectedPart& a) { return !is_for(a, row.key.group, row.partid); });
}

void ExpectedParts::expire(base::UnixNs before) {
    for (auto at = by_hash_.begin(); at != by_hash_.end();) {
        size_ -= std::erase_if(at->second, [&](const ExpectedPart& a) { return a.seen < before; });
        at = at->second.empty() ? by_hash_.erase(at) : std::next(at);
    }
}

} // namespace payments
