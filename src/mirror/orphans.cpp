#include "mirror/orphans.hpp"

#include "mirror/row_of.hpp"

#include <algorithm>
#include <set>

namespace mirror {

using payments::Event;

void Orphans::called(const base::PaymentHash& hash) {
    if (newest_ || too_many_)
        return;
    called_.insert(hash);
    if (called_.size() > most_called) {
        called_.clear();
        too_many_ = true;
    }
}

void Orphans::begin(base::CreatedIndex newest) {
    if (!newest_)
        newest_ = newest;
}

std::vector<Event> Orphans::among(std::span<const Event> events, const payments::Table& table) const {
    if (!restarted_ || !newest_)
        return {};
    std::set<payments::PaymentKey> old; // usually empty
    for (const auto& event : events)
        if (const auto* row = row_of(event); row && is_old(row->created) && !is_called(row->key.hash))
            if (!table.find(row->key))
                old.insert(row->key);
    if (old.empty())
        return {};
    for (const auto& event : events)
        if (const auto* row = row_of(event); row && !is_old(row->created))
            old.erase(row->key);
    std::vector<Event> orphans;
    orphans.reserve(old.size());
    for (const auto& key : old)
        orphans.emplace_back(payments::GivenUp{key.hash, key.group, false});
    return orphans;
}

std::vector<Event> Orphans::in(const payments::Table& table) const {
    std::vector<Event> orphans;
    if (!restarted_)
        return orphans;
    table.for_each([&](const payments::Payment& payment) {
        const bool old = std::all_of(payment.parts.begin(), payment.parts.end(),
                                     [&](const payments::Part& part) { return is_old(part.created); });
        if (old && !payment.terminal() && !is_called(payment.key.hash))
            orphans.emplace_back(payments::GivenUp{payment.key.hash, payment.key.group, false});
    });
    return orphans;
}

} // namespace mirror
