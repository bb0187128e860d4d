// The one truth about all payments the plugin follows. Facts enter only through apply(); what a subscriber can see
// changed comes out as a Change. Applying a fact twice, or facts in another order, gives the same table. Pure: no JSON,
// no clock, no input or output.
#pragma once

#include "payments/announcements.hpp"
#include "payments/event.hpp"

#include <deque>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace payments {

/// What one apply() changed, in the order in which it must be told.
struct Change {
    struct Deletion {
        PaymentKey key;
        base::CreatedIndex index; ///< Payment::index
        std::vector<base::CreatedIndex> attempts;
        std::size_t remaining = 0; ///< parts the payment still has
    };
    std::vector<Deletion> deleted;
    std::vector<PaymentKey> updated;  ///< a snapshot of each is due
    std::vector<PaymentKey> reopened; ///< failed payments that got another part
};

class Table final {
  public:
    /// `retain`: how many parts of finished payments stay, newest first.
    explicit Table(std::size_t retain) : retain_(retain) {}

    Change apply(const Event& event) { return apply(std::span(&event, 1)); }
    /// All of them as one change: siblings of one answer become visible together.
    Change apply(std::span<const Event> events);

    [[nodiscard]] const Payment* find(const PaymentKey& key) const;
    /// The groups known for a hash, by payment index.
    [[nodiscard]] std::vector<const Payment*> groups(const base::PaymentHash& hash) const;
    /// A part of this hash was announced and has no row yet.
    [[nodiscard]] bool announced(const base::PaymentHash& hash) const { return announcements_.waiting(hash); }
    [[nodiscard]] std::size_t size() const { return payments_.size(); }
    /// Parts of finished payments still held: what trim() weighs against the limit.
    [[nodiscard]] std::size_t finished_parts() const { return finished_parts_; }
    /// Every payment, in no order. The table must not be changed meanwhile.
    template <class Visit>
    void for_each(Visit visit) const {
        for (const auto& [key, payment] : payments_)
            visit(payment);
    }

    void set_retain(std::size_t parts) { retain_ = parts; }
    /// Lets go of the oldest finished payments beyond the limit whose last change lies at or before `told`: lightningd
    /// will not speak of those again by itself.
    void trim(base::UpdatedIndex told);
    /// For trim() where lightningd counts no updates.
    static constexpr base::UpdatedIndex every_update{UINT64_MAX};

  private:
    struct Batch; // collects the Change of one apply()

    void on(const PartSeen& event, Batch& batch);
    void on(const PartFailed& event, Batch& batch);
    void on(const PartDeleted& event, Batch& batch);
    void on(const PartAnnounced& event, Batch& batch);
    void on(const PartEnded& event, Batch& batch);
    void on(const PartExplained& event, Batch& batch);
    void on(const InvoiceDecoded& event, Batch& batch);
    void on(const GivenUp& event, Batch& batch);
    void on(const LingerExpired& event, Batch& batch);
    void on(const AnnouncementsExpired& event, Batch& batch);

    /// The part the row speaks of, made when it is new; null when the row is an old one whose place is taken or gone.
    Part* part_of(const Row& row, Batch& batch);
    Part& add_part(Payment& payment, const Row& row, Batch& batch);
    void attach(Payment& payment, Part& part, const PartAnnounced& announced, Batch& batch);
    void report(Payment& payment, Part& part, const PartReport& report, Batch& batch);
    void learn_total(Payment& payment, const Total& total, Batch& batch);
    void remove_part(Payment& payment, base::CreatedIndex created, Batch& batch);
    void bury(base::CreatedIndex created);
    void forget(const PaymentKey& key);
    void reopen(Payment& payment, Batch& batch);
    void give_up(Payment& payment, Batch& batch);
    void settle_verdict(Payment& payment, Batch& batch);
    [[nodiscard]] Payment* lookup(const PaymentKey& key);
    [[nodiscard]] bool superseded(const Payment& payment) const;
    /// `later`: what the same change tells after this payment; verdicts up to `verdicts_before` are older than it.
    [[nodiscard]] bool settled_elsewhere(const Payment& payment, std::span<const PaymentKey> later,
                                         std::uint64_t verdicts_before) const;

    std::unordered_map<PaymentKey, Payment> payments_;
    std::unordered_map<base::PaymentHash, std::vector<base::GroupId>> groups_;
    Announcements announcements_;
    std::size_t retain_;
    std::size_t finished_parts_ = 0;
    std::uint64_t verdicts_ = 0;
    std::deque<std::pair<PaymentKey, std::uint64_t>> finished_; // by verdict number; may name what is gone or reopened

    static constexpr std::size_t graves_kept = 50'000;
    std::unordered_set<base::CreatedIndex> graves_; // deleted rows: late words about them raise nobody
    std::deque<base::CreatedIndex> grave_order_;
};

} // namespace payments
