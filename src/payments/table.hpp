// The one truth about all payments the plugin follows. Facts enter only through apply(); what a subscriber can see
// changed comes out as a Change. Applying a fact twice, or facts in another order, gives the same table. Pure: no JSON,
// no clock, no input or output.
#pragma once

#include "payments/announcements.hpp"
#include "payments/deleted_payments.hpp"
#include "payments/event.hpp"
#include "payments/hash_index.hpp"
#include "payments/tally.hpp"

#include <deque>
#include <list>
#include <span>
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
    /// As they were when their last row was deleted before they were over: each with the end that this is.
    std::vector<Payment> ended;
    std::vector<Deletion> deleted;
    std::vector<PaymentKey> updated;  ///< a snapshot of each is due
    std::vector<PaymentKey> reopened; ///< failed payments that got another part
};

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
    /// A part of this hash was announced and has no row yet.
    [[nodiscard]] bool announced(const base::PaymentHash& hash) const { return announcements_.waiting(hash); }
    /// A payer's call for this row was seen: it is no history.
    [[nodiscard]] bool announced(const Row& row) const { return announcements_.find(row) != nullptr; }
    [[nodiscard]] std::size_t size() const { return going_on_.size() + finished_.size(); }
    /// Parts of finished payments still held: what trim() weighs against the limit.
    [[nodiscard]] std::size_t finished_parts() const { return finished_parts_; }
    /// Another group of the hash has succeeded, and of this one nothing is told any more.
    [[nodiscard]] bool settled_elsewhere(const Payment& payment) const {
        return settled_elsewhere(payment, {}, verdicts_);
    }
    /// Of the newest change to any payment; never goes back.
    [[nodiscard]] std::uint64_t last_change() const { return changes_; }
    /// Every payment, in no order. The table must not be changed meanwhile.
    template <class Visit>
    void for_each(Visit visit) const {
        for (const auto* payments : {&going_on_, &finished_})
            for (const auto& payment : *payments)
                visit(payment);
    }

    /// Fetches the payments of these hashes, which will be asked for soon (base/prefetch.hpp): all at once, where one
    /// after the other each would be waited for.
    void bring_near(std::span<const base::PaymentHash> hashes) const;

    void set_retain(std::size_t parts) { retain_ = parts; }
    /// Lets go of the oldest finished payments beyond the limit whose last change lies at or before `told`: lightningd
    /// will not speak of those again by itself.
    void trim(base::UpdatedIndex told);
    /// For trim() where lightningd counts no updates.
    static constexpr base::UpdatedIndex every_update{UINT64_MAX};

  private:
    struct Batch; // collects the Change of one apply()
    struct Followed final : Payment {
        Tally tally;
    };
    using Seat = std::list<Followed>::iterator;

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

    struct Place {
        Followed& payment;
        Part& part;
    };
    /// The part the row speaks of, made when it is new; nothing when the row is an old one whose place is taken or
    /// gone.
    std::optional<Place> place_of(const Row& row, Batch& batch);
    Followed& add_payment(const Row& row, PayerCall call, Batch& batch);
    /// The payment of which the row is a part: the call that made it began it in another group. Null if there is none.
    [[nodiscard]] Followed* begun_by(const base::PaymentHash& hash, PayerCall call);
    Part& add_part(Followed& payment, const Row& row, Batch& batch);
    void show(Place at, const Row& row, std::optional<base::UnixNs> seen, Batch& batch);
    /// The one way to change a part that is in the table. `learn` tells whether that can be seen.
    template <class Learn>
    bool change(Place at, Learn learn) {
        at.payment.tally.remove(at.part);
        const bool visible = learn(at.part);
        at.payment.tally.add(at.part);
        at.part.edition = ++editions_;
        return visible;
    }
    void explain(Place at, const Failure& failure, Batch& batch);
    void attach(Place at, PartAnnounced announced, Batch& batch);
    void report(Place at, const PartReport& report, Batch& batch);
    void learn_total(Payment& payment, const Total& total, Batch& batch);
    void remove_part(Followed& payment, base::CreatedIndex created, Batch& batch);
    void end_without_rows(const Followed& payment, Batch& batch);
    void bury(base::CreatedIndex created);
    void forget(const PaymentKey& key);
    void bring_near_oldest() const;
    void reopen(Payment& payment, Batch& batch);
    void give_up(Payment& payment, Batch& batch);
    void settle_verdict(Followed& payment, Batch& batch);
    /// Null if there is none.
    [[nodiscard]] const Seat* seat(const PaymentKey& key) const;
    [[nodiscard]] Followed* lookup(const PaymentKey& key);
    /// As groups().
    [[nodiscard]] std::vector<Followed*> siblings(const base::PaymentHash& hash);
    [[nodiscard]] Followed* newest_of(const GivenUp& event);
    [[nodiscard]] bool superseded(const Payment& payment) const;
    /// `later`: what the same change tells after this payment; verdicts up to `verdicts_before` are older than it.
    [[nodiscard]] bool settled_elsewhere(const Payment& payment, std::span<const PaymentKey> later,
                                         std::uint64_t verdicts_before) const;

    std::list<Followed> going_on_;
    std::list<Followed> finished_; // those with a verdict, the oldest first
    // Empty ones, to be used again with the memory they have: to a busy node one comes for each that goes.
    std::list<Followed> spare_;
    static constexpr std::size_t most_spare = 1024;
    static constexpr std::size_t most_spare_parts = 4;
    static constexpr std::size_t most_spare_invoice = 1024; // bytes
    HashIndex<Seat> index_;
    mutable std::optional<Seat> latest_; // found: one message asks for its payment ten times
    Announcements announcements_;
    DeletedPayments deleted_;
    std::size_t retain_;
    std::size_t finished_parts_ = 0;
    std::uint64_t verdicts_ = 0;
    std::uint64_t editions_ = 0;
    std::uint64_t changes_ = 0;
    std::vector<PaymentKey> touched_; // of the batch at hand; here to keep their memory
    std::vector<PaymentKey> fresh_;

    static constexpr std::size_t graves_kept = 50'000;
    std::unordered_set<base::CreatedIndex> graves_; // deleted rows: late words about them raise nobody
    std::deque<base::CreatedIndex> grave_order_;
};

} // namespace payments
