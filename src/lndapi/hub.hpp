// Passes each update of the tracker's stream to all subscribers, as one shared frame.
#pragma once

#include "consumer/reader.hpp"
#include "lndapi/frame.hpp"
#include "lndapi/ledger.hpp"

#include <map>
#include <vector>

namespace lndapi {

class Hub final : public consumer::Listener {
  public:
    /// None of these calls may add or remove a subscriber.
    class Subscriber {
      public:
        virtual ~Subscriber() = default;
        virtual void updated(const Item&) {}
        /// The tracker was restarted, and all missed updates were passed on.
        virtual void replaced() {}
        virtual void state_changed(consumer::State) {}
    };

    /// `limits`: of what subscribers are owed.
    explicit Hub(Ledger::Limits limits = {}) : ledger_(limits) {}

    /// Call once, before the first message.
    void listen_to(const consumer::Reader& reader) { reader_ = &reader; }

    void add(Subscriber& subscriber) { subscribers_.push_back(&subscriber); }
    /// Harmless if it was not added.
    void remove(Subscriber& subscriber) { std::erase(subscribers_, &subscriber); }

    /// Payments of BOLT 12 have no invoice then. Call before the first message.
    void omit_bolt12_invoices() { omit_bolt12_invoices_ = true; }
    /// A payment as clients get it. Every frame is made here.
    [[nodiscard]] FramePtr frame(const consumer::SnapshotPtr& payment) const;
    /// The payments in flight, by payment_index.
    [[nodiscard]] std::vector<Item> in_flight() const;
    /// Of all subscribers.
    [[nodiscard]] Ledger& ledger() { return ledger_; }

  private:
    void updated(const consumer::Update& update) override;
    void replaced() override;
    void state_changed(consumer::State state) override;

    void take_table();
    void pass_on(const Item& item);

    Ledger ledger_;
    const consumer::Reader* reader_ = nullptr;
    bool omit_bolt12_invoices_ = false;
    std::map<std::uint64_t, FramePtr> frames_; // of payments in flight, by payment_index
    std::vector<Subscriber*> subscribers_;
};

} // namespace lndapi
