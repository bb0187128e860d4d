// The one truth about all payments the plugin follows. Facts enter only through apply(); what a subscriber can see
// changed comes out as a Change. Applying a fact twice, or facts in another order, gives the same table. Pure: no JSON,
// no clock, no input or output.
#pragma once

#include "payments/change.hpp"
#include "payments/deleted_payments.hpp"
#include "payments/event.hpp"
#include "payments/expected_parts.hpp"
#include "payments/hash_index.hpp"
#include "payments/part_totals.hpp"

#include <deque>
#include <list>
#include <span>
#include <unordered_set>
#include <vector>

namespace payments {

class Table final {
  public:
    /// `retain`: how many parts of finished payments stay, newest first.
    explicit Table(std::size_t retain) : retain_(retain) {}
    Table(const Table&) = delete;
    Table& operator=(const Table&) = delete;
    ~Table() = default;

    Change apply(const Event& event) { return apply(std::span(&event, 1)); }
    /// All of them as one change: siblings of one answer become visible together.
    Change apply(std::span<const Event> events);

    [[nodiscard]] const Payment* find(const PaymentKey& key) const;
    /// The groups known for a hash, by payment index.
    [[nodiscard]] std::vector<const Payment*> groups(const base::PaymentHash& hash) const;
    /// A part of this hash was expected and has no row yet.
    [[nodiscard]] bool expected(const base::PaymentHash& hash) const { return expected_parts_.waiting(hash); }
    /// A payer's call for this row was seen: it is no history.
    [[nodiscard]] bool expected(const Row& row) const { return expected_parts_.find(row) != nullptr; }
    [[nodiscard]] std::size_t size() const { return in_flight_.size() + finished_.size(); }
    /// Parts of finished payments still held: what evict() weighs against the limit.
    [[nodiscard]] std::size_t finished_parts() const { return finished_parts_; }
    /// Another group of the hash has succeeded, and of this one nothing is told any more.
    [[nodiscard]] bool settled_elsewhere(const Payment& payment) const {
        return settled_elsewhere(payment, {}, outcomes_);
    }
    /// Of the newest change to any payment; never goes back.
    [[nodiscard]] std::uint64_t last_change() const { return changes_; }
    /// Every payment, in no order. The table must not be changed meanwhile.
    template <class Visit>
    void for_each(Visit visit) const {
        for (const auto* payments : {&in_flight_, &finished_})
            for (const auto& payment : *payments)
                visit(payment);
    }

    /// Fetches the payments of these hashes, which will be asked for soon (base/prefetch.hpp): all at once, where one
    /// after the other each would be waited for.
    void prefetch(std::span<const base::PaymentHash> hashes) const;

    void set_retain(std::size_t parts) { retain_ = parts; }
    /// Lets go of the oldest finished payments beyond the limit whose last change lies at or before `told`: lightningd
    /// will not speak of those again by itself.
    void evict(base::UpdatedIndex told);
    /// For evict() where lightningd counts no updates.
    static constexpr base::UpdatedIndex every_update{UINT64_MAX};

  private:
    struct Batch; // collects the Change of one apply()
    struct Entry final : Payment {
        PartTotals totals;
    };
    using EntryRef = std::list<Entry>::iterator;

    void on(const PartSeen& event, Batch& batch);
    void on(const PartFailed& event, Batch& batch);
    void on(const PartDeleted& event, Batch& batch);
    void on(const ExpectedPart& event, Batch& batch);
    void on(const PartEnded& event, Batch& batch);
    void on(const PartExplained& event, Batch& batch);
    void on(const InvoiceDecoded& event, Batch& batch);
    void on(const GivenUp& event, Batch& batch);
    void on(const SilenceExpired& event, Batch& batch);
    void on(const ExpectedPartsExpired& event, Batch& batch);

    struct Location {
        EntryRef payment;
        Part& part;
    };
    /// The part the row speaks of, made when it is new; nothing when the row is an old one whose place is taken or
    /// gone.
    std::optional<Location> location_of(const Row& row, Batch& batch);
    EntryRef add_payment(const Row& row, PayerCall call, Batch& batch);
    /// The payment of which the row is a part: the call that made it began it in another group.
    [[nodiscard]] std::optional<EntryRef> begun_by(const base::PaymentHash& hash, PayerCall call) const;
    Part& add_part(EntryRef payment, const Row& row, Batch& batch);
    void show(Location at, const Row& row, std::optional<base::UnixNs> seen, Batch& batch);
    /// The one way to change a part that is in the table. `learn` tells whether that can be seen.
    template <class Learn>
    bool change(Location at, Learn learn) {
        at.payment->totals.remove(at.part);
        const bool visible = learn(at.part);
        at.payment->totals.add(at.part);
        at.part.revision = ++revisions_;
        return visible;
    }
    void explain(Location at, const Failure& failure, Batch& batch);
    void attach(Location at, ExpectedPart expected, Batch& batch);
    void report(Location at, const PartReport& report, Batch& batch);
    void learn_total(EntryRef payment, const Total& total, Batch& batch);
    void remove_part(EntryRef payment, Part& part, Batch& batch);
    void end_without_rows(EntryRef payment, Batch& batch);
    void add_tombstone(base::CreatedIndex created);
    void erase(EntryRef payment);
    void prefetch_oldest() const;
    void reopen(EntryRef payment, Batch& batch);
    void give_up(EntryRef payment, Batch& batch);
    void update_outcome(EntryRef payment, Batch& batch);
    [[nodiscard]] std::optional<EntryRef> lookup(const PaymentKey& key) const;
    /// As groups().
    [[nodiscard]] std::vector<EntryRef> siblings(const base::PaymentHash& hash) const;
    [[nodiscard]] std::optional<EntryRef> newest_of(const GivenUp& event);
    [[nodiscard]] bool superseded(const Payment& payment) const;
    /// `later`: what the same change tells after this payment; verdicts up to `outcomes_before` are older than it.
    [[nodiscard]] bool settled_elsewhere(const Payment& payment, std::span<const Payment* const> later,
                                         std::uint64_t outcomes_before) const;

    std::list<Entry> in_flight_;
    std::list<Entry> finished_; // those with a outcome, the oldest first
    // Empty ones, to be used again with the memory they have: to a busy node one comes for each that goes.
    std::list<Entry> pool_;
    static constexpr std::size_t pool_limit = 1024;
    static constexpr std::size_t pool_parts = 4;
    static constexpr std::size_t pool_invoice = 1024; // bytes
    HashIndex<EntryRef> index_;
    ExpectedParts expected_parts_;
    DeletedPayments deleted_;
    std::size_t retain_;
    std::size_t finished_parts_ = 0;
    std::uint64_t outcomes_ = 0;
    std::uint64_t revisions_ = 0;
    std::uint64_t changes_ = 0;
    std::vector<EntryRef> touched_; // of the batch at hand; here to keep their memory
    std::vector<EntryRef> fresh_;

    static constexpr std::size_t tombstones_kept = 50'000;
    std::unordered_set<base::CreatedIndex> tombstones_; // deleted rows: late words about them raise nobody
    std::deque<base::CreatedIndex> tombstone_order_;
};

} // namespace payments
