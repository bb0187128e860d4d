// Keeps the table equal to lightningd's payments. Facts enter through the GroupLoader, apply() applies them to the
// table, then the listeners are called in a fixed order.
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

    /// Call if lightningd itself was just started: its payers have forgotten all earlier payments.
    void restarted() { orphans_.restarted(); }
    /// Call at each connection: reads the counters, lists missed rows and waits for more.
    void connected();
    /// Call when the socket is lost: pending answers will not come.
    void disconnected() { loader_.disconnected(); }

    void set_failed_after(std::chrono::seconds failed_after) { silence_.set(failed_after); }
    void set_retain(std::size_t parts);

    /// Prefetches the payments of the next notifications together: 3 to 6 % of the time per update if one read contains
    /// many.
    void prefetch(std::span<const NotificationBatch::DecodedNotification> next);
    /// Applies a notification about payments; moves from it.
    void notified(std::string_view topic, NotificationBatch::DecodedNotification& notification);
    /// `params` of a `block_added` notification.
    void block_added(json::Value params);
    /// A payer's call, seen by the hook.
    void call_seen(const cln::HookedCall& call, base::UnixNs now) { calls_.call_seen(call, now); }

    /// Rows removed by a delpay of the plugin. `before`: all rows of the hash before that.
    void deleted(const std::vector<payments::Row>& gone, const std::vector<payments::Row>& before);
    /// Rows removed on a host other than lightningd.
    void deleted(std::vector<payments::Event> facts) { loader_.take(std::move(facts), Source::standard_input); }
    /// A delpay of this hash that lightningd serves by itself was seen.
    void deletion_seen(const base::PaymentHash& hash) { deletions_.suspect(hash); }

    /// `ready` is called once, when the payments that were in flight at the start are in the table, except those that
    /// a search of the older rows may still find.
    void on_ready(std::function<void()> ready) { on_ready_ = std::move(ready); }
    [[nodiscard]] bool ready() const { return startup_.ready(); }
    /// All payments that were in flight at the start are in the table.
    [[nodiscard]] bool complete() const { return startup_.complete(); }
    /// lightningd's counters as far as they are known. Nothing before the first connection, and before lightningd
    /// v23.11, which has none.
    [[nodiscard]] std::optional<publish::Position> counters() const { return indexes_.counters(); }
    /// Called after all other listeners.
    void set_last_listener(payments::ChangeListener& listener) { listeners_.back() = &listener; }
    /// Shared with code that builds payments from rows.
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
    /// Called in this order. Silence first, because an undecided payment holds the cursor of the snapshot published
    /// now. The look-ups last, because facts they find at once are applied after this change. Then the last listener,
    /// if set.
    std::array<payments::ChangeListener*, 6> listeners_;
    std::vector<base::PaymentHash> prefetched_; // a member, so that it keeps its memory
    io::Timer sweep_timer_;
};

} // namespace mirror
