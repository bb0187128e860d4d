// Holds all payments of the table, in flight or finished, and finds them by hash in one step. Updates values derived
// from the parts (totals, revisions, the count of finished parts), evicts the oldest finished payments and remembers
// deleted rows. The table decides what happens to a payment.
#pragma once

#include "base/pool.hpp"
#include "payments/hash_index.hpp"
#include "payments/part_totals.hpp"
#include "payments/payment.hpp"

#include <deque>
#include <list>
#include <span>
#include <unordered_set>

namespace payments {

struct Entry final : Payment {
    PartTotals totals;
};
/// Valid until the payment is erased.
using EntryRef = std::list<Entry>::iterator;

/// A part and the payment it belongs to.
struct Location {
    EntryRef payment;
    Part& part;
};

class Store final {
  public:
    /// `retain`: how many parts of finished payments to keep, newest first.
    explicit Store(std::size_t retain) : retain_(retain) {}
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    ~Store() = default;

    [[nodiscard]] std::optional<EntryRef> find(const PaymentKey& key) const;
    /// The payments of a hash, in the order of their indexes.
    [[nodiscard]] std::vector<EntryRef> groups(const base::PaymentHash& hash) const;
    /// A payment of the hash for which `wanted(EntryRef)` is true.
    template <class Wanted>
    [[nodiscard]] std::optional<EntryRef> find_if(const base::PaymentHash& hash, Wanted wanted) const {
        const auto* found = index_.find(hash, [&](EntryRef entry) { return entry->key.hash == hash && wanted(entry); });
        return found ? std::optional(*found) : std::nullopt;
    }
    /// Visits every payment, in no order. The store must not change meanwhile.
    template <class Visit>
    void for_each(Visit visit) const {
        for (const auto* entries : {&in_flight_, &finished_})
            for (const auto& entry : *entries)
                visit(entry);
    }
    [[nodiscard]] std::size_t size() const { return in_flight_.size() + finished_.size(); }
    [[nodiscard]] std::size_t finished_parts() const { return finished_parts_; }
    [[nodiscard]] std::size_t in_flight() const { return in_flight_.size(); }
    /// Of all payments. Visits those in flight.
    [[nodiscard]] std::size_t parts() const;

    /// Adds an empty payment in flight that has only its hash.
    EntryRef add(const base::PaymentHash& hash);
    void finish(EntryRef payment, Status outcome);
    /// Moves a finished payment back to those in flight.
    void reopen(EntryRef payment);
    void erase(EntryRef payment);

    Part& add_part(EntryRef payment, Part part);
    void erase_part(Location at);
    /// The only way to change a stored part. `learn` returns whether subscribers see the change.
    template <class Learn>
    bool change(Location at, Learn learn) {
        at.payment->totals.remove(at.part);
        const bool visible = learn(at.part);
        at.payment->totals.add(at.part);
        at.part.revision = ++revisions_;
        return visible;
    }

    /// Marks the row as deleted: later events about it are ignored.
    void add_tombstone(base::CreatedIndex created);
    [[nodiscard]] bool has_tombstone(base::CreatedIndex created) const { return tombstones_.contains(created); }

    /// See Table::prefetch().
    void prefetch(std::span<const base::PaymentHash> hashes) const;
    void set_retain(std::size_t parts) { retain_ = parts; }
    /// See Table::evict().
    void evict(base::UpdatedIndex updated, base::CreatedIndex created = {UINT64_MAX});
    /// Argument of evict() for versions of lightningd that count no updates.
    static constexpr base::UpdatedIndex every_update{UINT64_MAX};

  private:
    void prefetch_oldest() const;

    std::list<Entry> in_flight_;
    std::list<Entry> finished_; // payments with an outcome, oldest first
    HashIndex<EntryRef> index_;
    base::Pool<std::list<Entry>> pool_{1024}; // lists of one entry each, for splice()
    std::size_t retain_;
    std::size_t finished_parts_ = 0;
    std::uint64_t revisions_ = 0;

    static constexpr std::size_t tombstones_kept = 50'000;
    std::unordered_set<base::CreatedIndex> tombstones_;
    std::deque<base::CreatedIndex> tombstone_order_;
};

} // namespace payments
