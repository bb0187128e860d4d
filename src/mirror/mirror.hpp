// Keeps the table equal to lightningd's payments: facts come in by the GroupLoader, apply() puts them into the table,
// and listeners are then called in one fixed order.
#pragma once

#include "mirror/failure_lookup.hpp"
#include "mirror/giveup_poller.hpp"
#include "mirror/notification_batch.hpp"
#include "mirror/startup.hpp"
#include "publish/publisher.hpp"

#include <array>

namespace mirror {

class Mirror final {
  public:
    using Clock = Startup::Clock;
    struct Parts {
        cln::Lightningd& lightningd;
        payments::Table& table;
        publish::Progress& progress;
        publish::Publisher& publisher;
    };

    Mirror(io::Loop& loop, const Parts& parts, Clock clock, MirrorConfig config, base::Log log);

    /// lightningd itself was just started: payers have forgotten whatever was made before.
    void restarted() { orphans_.restarted(); }
    /// The socket is there, for the first time or again: reads counters, lists what was missed, waits for more.
    void connected();
    /// The socket is gone, and with it every answer that was under way.
    void disconnected() { loader_.disconnected(); }

    void set_failed_after(std::chrono::seconds failed_after) { silence_.set(failed_after); }
    void set_retain(std::size_t parts);

    /// Fetches the payments of what is notified next from memory together: 3 to 6 % of a round when many come in one
    /// read.
    void prefetch(std::span<const NotificationBatch::DecodedNotification> next);
    /// What a notification says of payments; it is taken over.
    void notified(std::string_view topic, NotificationBatch::DecodedNotification& notification);
    /// Params of that notification.
    void block_added(json::Value params);
    /// A payer's call, seen by the hook.
    void call_seen(const cln::HookedCall& call, base::UnixNs now) { calls_.call_seen(call, now); }

    /// Rows a delpay of ours removed. `before`: all rows of their hash until then.
    void deleted(const std::vector<payments::Row>& gone, const std::vector<payments::Row>& before);
    /// What was removed where lightningd has no part in it.
    void deleted(std::vector<payments::Event> facts) { loader_.take(std::move(facts), Source::standard_input); }
    /// Somebody else's delpay passed by.
    void deletion_seen(const base::PaymentHash& hash) { deletions_.suspect(hash); }

    /// `ready` is called once, when the payments in flight at the start are in the table.
    void on_ready(std::function<void()> ready) { on_ready_ = std::move(ready); }
    [[nodiscard]] bool ready() const { return startup_.ready(); }
    /// Called after all other listeners.
    void set_last_listener(payments::ChangeListener& listener) { listeners_.back() = &listener; }
    /// Shared with those who make payments from rows.
    [[nodiscard]] InvoiceLookup& invoices() { return invoices_; }

  private:
    void apply(std::span<const payments::Event> facts);
    void expire_expected_parts();

    payments::Table& table_;
    publish::Progress& progress_;
    publish::Publisher& publisher_;
    Clock clock_;
    MirrorConfig config_;
    base::Log log_;
    std::function<void()> on_ready_;
    GroupLoader loader_;
    Orphans orphans_;
    PartReader calls_;
    IndexFollower indexes_;
    DeletionDetector deletions_;
    SilenceTimeout silence_;
    GiveupPoller giveups_;
    FailureLookup failures_;
    InvoiceLookup invoices_;
    Startup startup_;
    /// In this order. Silence first: an undecided payment holds the cursor of what is published now. The look-ups last:
    /// what they find out at once is applied after this change. Then one from above, if there is one.
    std::array<payments::ChangeListener*, 6> listeners_;
    std::vector<base::PaymentHash> prefetched_; // here to keep its memory
    io::Timer sweep_timer_;
};

} // namespace mirror
