// Keeps the table true to lightningd's database: listens on stdin and on the RPC socket at once, merges what both tell,
// and closes every gap between them. Owns the table; everything that changes it goes through apply(), everything that
// follows from a change is told there.
#pragma once

#include "cln/hook.hpp"
#include "cln/version.hpp"
#include "mirror/deletion_detector.hpp"
#include "mirror/failure_lookup.hpp"
#include "mirror/giveup_poller.hpp"
#include "mirror/group_loader.hpp"
#include "mirror/index_follower.hpp"
#include "mirror/invoice_lookup.hpp"
#include "mirror/notification_batch.hpp"
#include "mirror/onion_hops.hpp"
#include "mirror/orphans.hpp"
#include "mirror/silence_timeout.hpp"
#include "publish/publisher.hpp"
#include "rpc/message.hpp"
#include "json/parser.hpp"

namespace mirror {

struct MirrorConfig {
    cln::Version version;
    /// Our hook shows us every call that makes a part.
    bool sees_calls = true;
};

class Mirror final {
  public:
    using Clock = std::function<base::UnixNs()>;

    Mirror(io::Loop& loop, cln::Lightningd& lightningd, payments::Table& table, publish::Publisher& publisher,
           Clock clock, MirrorConfig config, base::Log log);

    /// lightningd itself was just started: payers have forgotten whatever was made before.
    void restarted() { orphans_.restarted(); }
    /// The socket is there, for the first time or again: reads counters, lists what was missed, waits for more.
    void connected();

    void set_linger(std::chrono::seconds linger);
    void set_retain(std::size_t parts);

    /// Fetches the payments of what is notified next from memory together: 3 to 6 % of a round when many come in one
    /// read.
    void prefetch(std::span<const NotificationBatch::DecodedNotification> next);
    /// What stdin tells of payments.
    void notified(std::string_view topic, NotificationBatch::DecodedNotification& notice);
    /// Params of the notification.
    void block_added(json::Value params);
    /// A payer's call, seen by the hook.
    void call_seen(const cln::HookedCall& call, base::UnixNs now);

    /// Rows a delpay of ours removed. `before`: all rows of their hash until then.
    void deleted(const std::vector<payments::Row>& gone, const std::vector<payments::Row>& before);
    /// What was removed where lightningd has no part in it.
    void deleted(std::vector<payments::Event> events) {
        intake_.take(std::move(events), GroupLoader::Source::standard_input);
    }
    /// Somebody else's delpay passed by.
    void deletion_noted(const base::PaymentHash& hash) { deletions_.suspect(hash); }

    /// `listed` is called once, when the payments in flight at the start are in the table.
    void on_ready(std::function<void()> listed) { on_ready_ = std::move(listed); }
    [[nodiscard]] bool ready() const { return ready_; }
    /// Called whenever limits() may have changed.
    void on_moved(std::function<void()> moved) { on_moved_ = std::move(moved); }
    /// Shared with those who make payments anew from rows.
    [[nodiscard]] InvoiceLookup& invoices() { return invoices_; }
    /// For answers from lightningd's database.
    [[nodiscard]] publish::ResumeBounds limits() const;
    /// Lightningd's counters as far as the feed has followed them.
    [[nodiscard]] publish::Position counted() const { return pages_.marks(); }
    /// How far everything was handed to the publisher: what a cursor may promise.
    [[nodiscard]] publish::Position told() const;

  private:
    void apply(std::span<const payments::Event> events);
    void join_onion(const cln::HookedCall& call, const cln::FirstHop& first, json::Value params,
                    payments::ExpectedPart& expected);
    [[nodiscard]] bool take_call(const cln::HookedCall& call, std::string_view text, base::UnixNs now);
    void log_unreadable(const cln::HookedCall& call) const;
    struct Beginning;
    void ask_counter(cln::Index index, const std::shared_ptr<Beginning>& beginning);
    void answered(const std::shared_ptr<Beginning>& beginning);
    void counters_read(publish::Position now, std::uint64_t deleted);
    void older_rows(base::CreatedIndex newest);
    void begin_without_wait();
    void list_pending(std::uint64_t start);
    void list_recent(std::uint64_t upto);
    void began(const std::vector<payments::Row>& rows);
    void listed();
    void look_if_ready();
    void moved();
    void wait_for(cln::Index index, std::uint64_t next);
    void expire_expected_parts();

    cln::Lightningd& lightningd_;
    payments::Table& table_;
    publish::Publisher& publisher_;
    Clock clock_;
    MirrorConfig config_;
    base::Log log_;
    bool started_ = false; // it is known which rows were there before
    bool begun_ = false;   // the first counters were read
    bool listed_ = false;  // what was in flight at the start
    bool ready_ = false;   // and it is in the table
    std::function<void()> on_ready_;
    std::function<void()> on_moved_;
    std::chrono::seconds linger_seconds_{10};
    IndexFollower pages_;
    GroupLoader intake_;
    Orphans orphans_;
    SilenceTimeout linger_;
    DeletionDetector deletions_;
    GiveupPoller given_up_;
    FailureLookup inquest_;
    InvoiceLookup invoices_;
    OnionHops onions_;
    cln::ChainHeight height_;
    json::Parser call_;                         // the params of the one at hand
    std::vector<base::PaymentHash> prefetched_; // here to keep its memory
    io::Timer sweep_;
    io::Timer list_again_;    // after a listing that was refused
    io::Timer created_again_; // after a wait that was refused
    io::Timer updated_again_;
};

} // namespace mirror
