// The rules: how each fact changes payments, and when a payment's outcome is decided. Facts enter only through apply(),
// which returns a Change with everything that subscribers can see. Repeated or reordered facts give the same table. No
// JSON, no clock, no input or output. The payments are kept in a Store.
#pragma once

#include "payments/change.hpp"
#include "payments/deleted_payments.hpp"
#include "payments/event.hpp"
#include "payments/expected_parts.hpp"
#include "payments/store.hpp"

namespace payments {

class Table final {
  public:
    /// `retain`: how many parts of finished payments to keep, newest first.
    explicit Table(std::size_t retain) : store_(retain) {}
    Table(const Table&) = delete;
    Table& operator=(const Table&) = delete;
    ~Table() = default;

    Change apply(const Event& event) { return apply(std::span(&event, 1)); }
    /// Applies all of them as one change: parts listed in one answer become visible together.
    Change apply(std::span<const Event> events);

    [[nodiscard]] const Payment* find(const PaymentKey& key) const;
    /// The payments of a hash, in the order of their indexes.
    [[nodiscard]] std::vector<const Payment*> groups(const base::PaymentHash& hash) const;
    /// A part of this hash is expected but has no row yet.
    [[nodiscard]] bool expected(const base::PaymentHash& hash) const { return expected_parts_.waiting(hash); }
    /// A payer's call for this row was seen, so the row is new.
    [[nodiscard]] bool expected(const Row& row) const { return expected_parts_.find(row) != nullptr; }
    /// The payer that announced this row and its part; `unknown` if none did.
    [[nodiscard]] Payer expected_payer(const Row& row) const;
    /// A part of this hash other than the row is expected but has no row yet.
    [[nodiscard]] bool expected_besides(const Row& row) const { return expected_parts_.waiting_besides(row); }
    /// A payment of this hash lost its last row.
    [[nodiscard]] bool deleted(const base::PaymentHash& hash) const { return deleted_.has(hash); }
    [[nodiscard]] std::size_t size() const { return store_.size(); }
    /// Parts of finished payments in memory: evict() compares this with the limit.
    [[nodiscard]] std::size_t finished_parts() const { return store_.finished_parts(); }
    /// Payments that have not ended, undecided ones included.
    [[nodiscard]] std::size_t in_flight() const { return store_.in_flight(); }
    /// In memory, of all payments. Visits those in flight.
    [[nodiscard]] std::size_t parts() const { return store_.parts(); }
    /// Another group of the hash has succeeded, so this payment is not published any more.
    [[nodiscard]] bool settled_elsewhere(const Payment& payment) const {
        return settled_elsewhere(payment, {}, outcomes_);
    }
    /// Number of the newest change to any payment; never decreases.
    [[nodiscard]] std::uint64_t last_change() const { return changes_; }
    /// Visits every payment, in no order. The table must not change meanwhile.
    template <class Visit>
    void for_each(Visit visit) const {
        store_.for_each([&](const Payment& payment) { visit(payment); });
    }

    /// Prefetches the payments of these hashes (base/prefetch.hpp). Together this takes less time than one after the
    /// other.
    void prefetch(std::span<const base::PaymentHash> hashes) const { store_.prefetch(hashes); }

    void set_retain(std::size_t parts) { store_.set_retain(parts); }
    /// Drops the oldest finished payments above the limit whose rows and their last changes are not after these:
    /// lightningd will not report those again by itself.
    void evict(base::UpdatedIndex updated, base::CreatedIndex created = {UINT64_MAX}) {
        store_.evict(updated, created);
    }
    static constexpr base::UpdatedIndex every_update = Store::every_update;

  private:
    struct Batch; // collects the Change of one apply()

    void on(const PartSeen& event, Batch& batch);
    void on(const PartFailed& event, Batch& batch);
    void on(const PartNumbered& event, Batch& batch);
    void on(const PartDeleted& event, Batch& batch);
    void on(const ExpectedPart& event, Batch& batch);
    void on(const PartEnded& event, Batch& batch);
    void on(const PartExplained& event, Batch& batch);
    void on(const InvoiceDecoded& event, Batch& batch);
    void on(const GivenUp& event, Batch& batch);
    void on(const SilenceExpired& event, Batch& batch);
    void on(const ExpectedPartsExpired& event, Batch& batch);

    /// The part of the row, created if it is new. Nothing if the row was deleted, or is older than another row with its
    /// number.
    std::optional<Location> location_of(const Row& row, Batch& batch);
    /// The part with this index.
    [[nodiscard]] std::optional<Location> locate(const PaymentKey& key, base::CreatedIndex created) const;
    EntryRef add_payment(const Row& row, PayerCall call, Batch& batch);
    [[nodiscard]] std::optional<Payment> continued(const Row& row, PayerCall call);
    /// The payment that this call began in another group: the row is one of its parts.
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
    /// `later`: payments that the same change publishes after this one. Outcomes up to `outcomes_before` are older than
    /// the change.
    [[nodiscard]] bool settled_elsewhere(const Payment& payment, std::span<const Payment* const> later,
                                         std::uint64_t outcomes_before) const;

    Store store_;
    ExpectedParts expected_parts_;
    DeletedPayments deleted_;
    std::uint64_t outcomes_ = 0; // decided so far
    std::uint64_t changes_ = 0;
    std::vector<EntryRef> touched_; // of the current batch; members, so that they keep their memory
    std::vector<EntryRef> fresh_;
};

} // namespace payments
