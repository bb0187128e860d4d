// The rules: how each fact changes the payments the plugin follows, and when a payment's outcome is decided. Facts
// enter only through apply(); what a subscriber can see comes out as a Change. Applying a fact twice, or facts in
// another order, gives the same table. No JSON, no clock, no input or output; the payments themselves are kept in a
// Store.
#pragma once

#include "payments/change.hpp"
#include "payments/deleted_payments.hpp"
#include "payments/event.hpp"
#include "payments/expected_parts.hpp"
#include "payments/store.hpp"

namespace payments {

class Table final {
  public:
    /// `retain`: how many parts of finished payments stay, newest first.
    explicit Table(std::size_t retain) : store_(retain) {}
    Table(const Table&) = delete;
    Table& operator=(const Table&) = delete;
    ~Table() = default;

    Change apply(const Event& event) { return apply(std::span(&event, 1)); }
    /// All of them as one change: siblings of one answer become visible together.
    Change apply(std::span<const Event> events);

    [[nodiscard]] const Payment* find(const PaymentKey& key) const;
    /// The groups known for a hash, by payment index.
    [[nodiscard]] std::vector<const Payment*> groups(const base::PaymentHash& hash) const;
    /// A part of this hash is expected and has no row yet.
    [[nodiscard]] bool expected(const base::PaymentHash& hash) const { return expected_parts_.waiting(hash); }
    /// A payer's call for this row was seen, so the row is new.
    [[nodiscard]] bool expected(const Row& row) const { return expected_parts_.find(row) != nullptr; }
    [[nodiscard]] std::size_t size() const { return store_.size(); }
    /// Parts of finished payments still held: what evict() weighs against the limit.
    [[nodiscard]] std::size_t finished_parts() const { return store_.finished_parts(); }
    /// Another group of the hash has succeeded, and nothing of this one is published any more.
    [[nodiscard]] bool settled_elsewhere(const Payment& payment) const {
        return settled_elsewhere(payment, {}, outcomes_);
    }
    /// Of the newest change to any payment; never goes back.
    [[nodiscard]] std::uint64_t last_change() const { return changes_; }
    /// Every payment, in no order. The table must not be changed meanwhile.
    template <class Visit>
    void for_each(Visit visit) const {
        store_.for_each([&](const Payment& payment) { visit(payment); });
    }

    /// Fetches the payments of these hashes, which will be asked for soon (base/prefetch.hpp): all at once, where one
    /// after the other each would be waited for.
    void prefetch(std::span<const base::PaymentHash> hashes) const { store_.prefetch(hashes); }

    void set_retain(std::size_t parts) { store_.set_retain(parts); }
    /// Lets go of the oldest finished payments beyond the limit whose last change lies at or before `published`:
    /// lightningd will not report those again by itself.
    void evict(base::UpdatedIndex published) { store_.evict(published); }
    static constexpr base::UpdatedIndex every_update = Store::every_update;

  private:
    struct Batch; // collects the Change of one apply()

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

    /// The part of the row, made when it is new; nothing when the row is an old one whose number is taken or which was
    /// deleted.
    std::optional<Location> location_of(const Row& row, Batch& batch);
    /// The part that this event names.
    [[nodiscard]] std::optional<Location> locate(const PaymentKey& key, base::CreatedIndex created) const;
    EntryRef add_payment(const Row& row, PayerCall call, Batch& batch);
    /// The payment of which the row is a part: the call that made it began it in another group.
    [[nodiscard]] std::optional<EntryRef> begun_by(const base::PaymentHash& hash, PayerCall call) const;
    Part& add_part(EntryRef payment, const Row& row, Batch& batch);
    void show(Location at, const Row& row, std::optional<base::UnixNs> seen, Batch& batch);
    void explain(Location at, const Failure& failure, Batch& batch);
    void attach(Location at, ExpectedPart expected, Batch& batch);
    void report(Location at, const PartReport& report, Batch& batch);
    void learn_total(EntryRef payment, const Total& total, Batch& batch);
    void remove_part(Location at, Batch& batch);
    void end_without_rows(EntryRef payment, Batch& batch);
    void reopen(EntryRef payment, Batch& batch);
    void give_up(EntryRef payment, Batch& batch);
    void update_outcome(EntryRef payment, Batch& batch);
    [[nodiscard]] std::optional<EntryRef> newest_of(const GivenUp& event) const;
    [[nodiscard]] bool superseded(const Payment& payment) const;
    /// `later`: what the same change publishes after this payment; outcomes up to `outcomes_before` are older than it.
    [[nodiscard]] bool settled_elsewhere(const Payment& payment, std::span<const Payment* const> later,
                                         std::uint64_t outcomes_before) const;

    Store store_;
    ExpectedParts expected_parts_;
    DeletedPayments deleted_;
    std::uint64_t outcomes_ = 0; // decided until now
    std::uint64_t changes_ = 0;
    std::vector<EntryRef> touched_; // of the batch at hand; here to keep their memory
    std::vector<EntryRef> fresh_;
};

} // namespace payments
