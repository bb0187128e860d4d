#include "payments/store.hpp"

#include "base/prefetch.hpp"

#include <algorithm>
#include <numeric>

namespace payments {

std::optional<EntryRef> Store::find(const PaymentKey& key) const {
    const auto* found = index_.find(key.hash, [&](EntryRef entry) { return entry->holds(key); });
    return found ? std::optional(*found) : std::nullopt;
}

std::vector<EntryRef> Store::groups(const base::PaymentHash& hash) const {
    std::vector<EntryRef> found;
    (void)find_if(hash, [&](EntryRef entry) {
        found.push_back(entry);
        return false; // continue with the next
    });
    std::sort(found.begin(), found.end(), [](EntryRef a, EntryRef b) { return a->index < b->index; });
    return found;
}

EntryRef Store::add(const base::PaymentHash& hash) {
    auto one = pool_.take();
    if (one.empty())
        one.emplace_back();
    in_flight_.splice(in_flight_.end(), one);
    const auto payment = std::prev(in_flight_.end());
    payment->key.hash = hash;
    index_.insert(hash, payment);
    return payment;
}

std::size_t Store::parts() const {
    return std::accumulate(in_flight_.begin(), in_flight_.end(), finished_parts_,
                           [](std::size_t sum, const Entry& entry) { return sum + entry.parts.size(); });
}

void Store::finish(EntryRef payment, Status outcome) {
    payment->outcome = outcome;
    finished_parts_ += payment->parts.size();
    finished_.splice(finished_.end(), in_flight_, payment);
}

void Store::reopen(EntryRef payment) {
    payment->outcome.reset();
    finished_parts_ -= payment->parts.size();
    in_flight_.splice(in_flight_.end(), finished_, payment);
}

void Store::erase(EntryRef payment) {
    constexpr std::size_t most_parts = 4;
    constexpr std::size_t most_invoice = 1024; // bytes
    index_.erase(payment->key.hash, payment);
    if (payment->outcome)
        finished_parts_ -= payment->parts.size();
    std::list<Entry> one;
    one.splice(one.end(), payment->outcome ? finished_ : in_flight_, payment);
    if (payment->parts.capacity() > most_parts || payment->invoice.capacity() > most_invoice)
        return;
    Entry empty;
    std::swap(empty.parts, payment->parts);
    std::swap(empty.invoice, payment->invoice);
    empty.parts.clear();
    empty.invoice.clear();
    *payment = std::move(empty);
    pool_.give_back(std::move(one));
}

Part& Store::add_part(EntryRef payment, Part part) {
    part.revision = ++revisions_;
    Entry& entry = *payment;
    Part& added = entry.insert(std::move(part));
    entry.totals.add(added);
    if (entry.outcome)
        ++finished_parts_;
    return added;
}

void Store::erase_part(Location at) {
    auto& parts = at.payment->parts;
    at.payment->totals.remove(at.part);
    parts.erase(parts.begin() + (&at.part - parts.data()));
    if (at.payment->outcome)
        --finished_parts_;
}

void Store::add_tombstone(base::CreatedIndex created) {
    if (!tombstones_.insert(created).second)
        return;
    tombstone_order_.push_back(created);
    if (tombstone_order_.size() > tombstones_kept) {
        tombstones_.erase(tombstone_order_.front());
        tombstone_order_.pop_front();
    }
}

void Store::prefetch(std::span<const base::PaymentHash> hashes) const {
    const auto each = [&](auto fetch) {
        for (const auto& hash : hashes)
            (void)index_.find(hash, [fetch](EntryRef entry) {
                fetch(*entry);
                return false; // continue with the next
            });
    };
    for (const auto& hash : hashes)
        index_.prefetch(hash);
    each([](const Entry& entry) { base::prefetch(&entry, sizeof entry); });
    each([](const Entry& entry) { entry.prefetch(); });
}

void Store::evict(base::UpdatedIndex updated, base::CreatedIndex created) {
    const auto is_covered = [&](const Part& part) {
        return part.created <= created && part.updated.value > 0 && part.updated <= updated;
    };
    while (finished_parts_ > retain_ && !finished_.empty()) {
        const auto& parts = finished_.front().parts;
        if (updated != every_update && !std::all_of(parts.begin(), parts.end(), is_covered))
            return;
        erase(finished_.begin());
        prefetch_oldest();
    }
}

/// The payments evicted next were last used long ago. Prefetches what the oldest one points to, and the second oldest
/// itself, so that both are cached when the next eviction comes.
void Store::prefetch_oldest() const {
    auto oldest = finished_.begin();
    if (oldest == finished_.end())
        return;
    index_.prefetch(oldest->key.hash);
    oldest->prefetch();
    if (++oldest != finished_.end())
        base::prefetch(&*oldest, sizeof(Entry));
}

} // namespace payments
